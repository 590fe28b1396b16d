"""What lists are made of: facts of all images of a project as columns, and which of them meet a condition.

Read in pieces that SQLite hands over as one text each: Python takes a second to fetch a million rows one by one, and
gives way to the window's thread a million times meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from core.domain.ids import CategoryId, ProjectId
from core.domain.image_order import BY_PATH
from core.domain.projects import ImageFilter, ImageState, Source
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.images import list_image_ids

Keys = NDArray[np.int64]

STATES = (ImageState.OK, ImageState.DAMAGED, ImageState.MISSING)

_AT_ONCE = 100_000  # images; the text of their facts is some megabytes

_FEW = 20_000  # images that are looked for one by one

_STATE = "CASE state WHEN 'ok' THEN 0 WHEN 'damaged' THEN 1 ELSE 2 END"
_FACTS = f"""
SELECT group_concat(id || ',' || folder_id || ',' || width || ',' || height || ',' || n_bytes || ',' || n_annotations
 || ',' || is_annotated || ',' || {_STATE}) FROM image
"""
_PIECE = _FACTS + "WHERE id >= ? AND id <= ? AND +project_id = ?"
_SOME = _FACTS + "WHERE id IN ({marks}) AND +project_id = ?"
_AFTER = "SELECT id FROM image WHERE id > ? AND +project_id = ? ORDER BY id"
_N_IMAGES = "SELECT coalesce(sum(n_images), 0) FROM folder WHERE project_id = ?"
_OF_CATEGORY = """
SELECT group_concat(image_id) FROM (
 SELECT DISTINCT image_id FROM annotation WHERE category_id = ? AND source != 'model' ORDER BY image_id
)
"""
_CATEGORIES = "SELECT DISTINCT image_id, category_id FROM annotation WHERE image_id IN ({marks}) AND source != 'model'"
_SOURCES = "SELECT DISTINCT image_id, source FROM annotation WHERE image_id IN ({marks})"


@dataclass(frozen=True, slots=True)
class ImageColumns:
    """A value for each image; where they hold all of a project, in the order of the images' paths."""

    keys: Keys
    folders: NDArray[np.int32]
    widths: NDArray[np.int32]
    heights: NDArray[np.int32]
    n_bytes: NDArray[np.int64]
    n_annotations: NDArray[np.int32]
    is_annotated: NDArray[np.bool_]
    states: NDArray[np.uint8]  # index into STATES

    def __len__(self) -> int:
        return len(self.keys)

    def at(self, places: Any) -> ImageColumns:
        """The images at these places, in their order."""
        return ImageColumns(*(getattr(self, one.name)[places] for one in fields(self)))

    def replaced(self, places: Any, by: ImageColumns) -> ImageColumns:
        """With other facts at these places. Columns that would stay as they are are not copied."""
        made = []
        for one in fields(self):
            old, new = getattr(self, one.name), getattr(by, one.name)
            if not np.array_equal(old[places], new):
                old = old.copy()
                old[places] = new
            made.append(old)
        return ImageColumns(*made)

    def joined(self, *others: ImageColumns) -> ImageColumns:
        """The images of these as well, after its own."""
        columns = ([getattr(part, one.name) for part in (self, *others)] for one in fields(self))
        return ImageColumns(*map(np.concatenate, columns))


def read_columns(session: Session, project: ProjectId) -> ImageColumns:
    """Of all images of a project, in the order of their paths."""
    ordered = read_order(session, project)
    sorter = np.argsort(ordered)
    keys = ordered[sorter]
    pieces = list(_iter_pieces(session, project, keys))
    by_key = _joined(pieces)
    assert np.array_equal(by_key.keys, keys)  # one transaction sees one state
    places = np.empty(len(keys), dtype=np.int64)
    places[sorter] = np.arange(len(keys))
    return by_key.at(places)


def read_order(session: Session, project: ProjectId) -> Keys:
    """The keys of all images, in the order of their paths."""
    return list_image_ids(session, ImageFilter(project), sort=BY_PATH).keys


def read_many(session: Session, project: ProjectId, keys: Keys) -> ImageColumns:
    """The same as `read_some`: of a million in a second, also where others lie between them."""
    if len(keys) <= _FEW:
        return read_some(session, project, keys.tolist())
    pieces, wanted = [], np.sort(keys)
    for start in range(int(wanted[0]), int(wanted[-1]) + 1, _AT_ONCE):
        first, last = np.searchsorted(wanted, [start, start + _AT_ONCE])
        if last > first:
            ends = int(wanted[first]), int(wanted[last - 1])
            piece = _to_columns(cursor_of(session).execute(_PIECE, (*ends, project)).fetchone()[0])
            pieces.append(piece.at(np.isin(piece.keys, wanted[first:last])))
    return _joined(pieces)


def read_some(session: Session, project: ProjectId, keys: Collection[int]) -> ImageColumns:
    """Of those of the images that the project has (still), ascending by key."""
    pieces = []
    for chunk in chunked(sorted(keys), KEYS_PER_QUERY - 1):
        query = _SOME.format(marks=",".join("?" * len(chunk)))
        pieces.append(_to_columns(cursor_of(session).execute(query, (*chunk, project)).fetchone()[0]))
    return _joined(pieces)


def keys_after(session: Session, project: ProjectId, newest: int) -> list[int]:
    """The project's images that came after the one of that key."""
    return [key for (key,) in cursor_of(session).execute(_AFTER, (newest, project))]


def n_images(session: Session, project: ProjectId) -> int:
    """As the folders count them."""
    return int(cursor_of(session).execute(_N_IMAGES, (project,)).fetchone()[0])


def newest_key(session: Session) -> int:
    """Of all images of all projects: those that come later have higher ones."""
    found = cursor_of(session).execute("SELECT seq FROM sqlite_sequence WHERE name = 'image'").fetchone()
    return int(found[0]) if found else 0


def keys_of_category(session: Session, category: CategoryId) -> Keys:
    """The images with ground truth of a class, ascending."""
    return to_numbers(cursor_of(session).execute(_OF_CATEGORY, (int(category),)).fetchone()[0])


def categories_of(session: Session, keys: Sequence[int]) -> dict[CategoryId, set[int]]:
    """Of these images, by class: which have ground truth of it."""
    found: dict[CategoryId, set[int]] = {}
    for chunk in chunked(keys, KEYS_PER_QUERY):
        query = _CATEGORIES.format(marks=",".join("?" * len(chunk)))
        for key, category in cursor_of(session).execute(query, chunk):
            found.setdefault(CategoryId(str(category)), set()).add(key)
    return found


def sources_of(session: Session, keys: Sequence[int]) -> dict[Source, set[int]]:
    """Of these images, by source: which have annotations of it."""
    found: dict[Source, set[int]] = {}
    for chunk in chunked(keys, KEYS_PER_QUERY):
        for key, source in cursor_of(session).execute(_SOURCES.format(marks=",".join("?" * len(chunk))), chunk):
            found.setdefault(Source(source), set()).add(key)
    return found


def _iter_pieces(session: Session, project: ProjectId, keys: Keys) -> Iterator[ImageColumns]:
    for start in range(0, len(keys), _AT_ONCE):
        ends = int(keys[start]), int(keys[min(start + _AT_ONCE, len(keys)) - 1])
        piece = _to_columns(cursor_of(session).execute(_PIECE, (*ends, project)).fetchone()[0])
        yield piece


def _to_columns(numbers: str | None) -> ImageColumns:
    keys, folders, widths, heights, n_bytes, n_annotations, is_annotated, states = to_numbers(numbers).reshape(-1, 8).T
    return ImageColumns(
        keys.copy(),
        folders.astype(np.int32),
        widths.astype(np.int32),
        heights.astype(np.int32),
        n_bytes.copy(),
        n_annotations.astype(np.int32),
        is_annotated.astype(bool),
        states.astype(np.uint8),
    )


def _joined(pieces: Sequence[ImageColumns]) -> ImageColumns:
    """Ascending by key, as SQLite goes through a table."""
    if not pieces:
        return _to_columns(None)
    joined = pieces[0].joined(*pieces[1:])
    return joined.at(np.argsort(joined.keys, kind="stable"))


def to_numbers(numbers: str | None) -> Keys:
    """Of what group_concat makes of them."""
    return np.fromstring(numbers, dtype=np.int64, sep=",") if numbers else np.empty(0, dtype=np.int64)
