"""Images that are named by key, with what is wanted of them: paths, files, shapes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from core.domain.ids import ProjectId
from core.domain.projects import Source
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_blocks import Column, is_in

Check = Callable[[], None]
"""Called now and then; what it raises ends the work."""

ANNOTATIONS_OF = """
SELECT image_id, category_id, kind, x0, y0, x1, y1, points, is_crowd FROM annotation
WHERE image_id IN ({marks}) AND source != ?
"""
_BY_PATH = "SELECT id, path FROM image WHERE project_id = ? ORDER BY path"
_PATHS = "SELECT id, path, n_bytes, mtime_ns, sha256 FROM image WHERE id IN ({marks}) ORDER BY path"
_FROZEN_IMAGES = "SELECT id, path, sha256, width, height, orientation, white FROM image WHERE id IN ({marks})"
_FROZEN_ANNOTATIONS = """
SELECT image_id, category_id, kind, x0, y0, x1, y1, points, is_crowd FROM annotation
WHERE image_id IN ({marks}) AND source != ? AND category_id IS NOT NULL AND kind != 'image'
"""

ShapeColumns = tuple[int, int, str, float, float, float, float, bytes | None, int]
"""AnnotationColumns of a shape of a class; where whole images are read too, of any annotation."""


class FrozenRow(NamedTuple):
    """An image and its shapes of a class, as columns."""

    key: int
    path: str
    sha256: str
    width: int
    height: int
    orientation: int
    white: int
    shapes: Sequence[ShapeColumns]


class FileRow(NamedTuple):
    """What the file was like when it was imported."""

    path: str
    n_bytes: int
    mtime_ns: int
    sha256: str


def keys_by_path(session: Session, project: ProjectId, wanted: Column, check: Check = lambda: None) -> Column:
    """The keys of `wanted` (sorted) in the order of the images' paths, as Python orders texts."""
    rows = cursor_of(session).execute(_BY_PATH, (project,))
    ordered: list[Column] = []
    is_text = True
    while chunk := rows.fetchmany(20_000):
        check()
        keys = np.array([key for key, _ in chunk], dtype=np.int64)
        ordered.append(keys[is_in(keys, wanted)])
        is_text = is_text and all(map(_is_text, map(itemgetter(1), chunk)))
    keys = np.concatenate(ordered) if ordered else np.zeros(0, dtype=np.int64)
    # Bytes and characters have one order, but for names that are no text.
    return keys if is_text else _reordered(session, keys)


def iter_frozen(
    session: Session,
    keys: Column,
    check: Check = lambda: None,
    *,
    includes_models: bool = False,
    with_whole: bool = False,
) -> Iterator[FrozenRow]:
    """Images with their ground truth, and accepted predictions if these are wanted, in the order of `keys`.

    `with_whole`: also annotations of whole images, and those without a class.
    """
    annotations = ANNOTATIONS_OF if with_whole else _FROZEN_ANNOTATIONS
    cursor = cursor_of(session)
    source = left_out(includes_models)
    for start in range(0, len(keys), KEYS_PER_QUERY - 1):
        check()
        chunk = keys[start : start + KEYS_PER_QUERY - 1].tolist()
        marks = ",".join("?" * len(chunk))
        images = {row[0]: row for row in cursor.execute(_FROZEN_IMAGES.format(marks=marks), chunk)}
        of_image: dict[int, list[ShapeColumns]] = {key: [] for key in chunk}
        for shape in cursor.execute(annotations.format(marks=marks), (*chunk, source)):
            of_image[shape[0]].append(shape)
        for key in chunk:
            _, path, sha256, width, height, orientation, white = images[key]
            digest = "" if sha256 is None else sha256.hex()
            yield FrozenRow(key, os.fsdecode(path), digest, width, height, orientation, white, of_image[key])


def iter_files(session: Session, keys: Column, check: Check = lambda: None) -> Iterator[FileRow]:
    """Where the images are, and what their files were like when they were imported."""
    for _key, row in _iter_paths(session, keys, check):
        yield row


def paths_of(session: Session, keys: Column) -> dict[int, str]:
    """By key."""
    return {key: row.path for key, row in _iter_paths(session, keys, lambda: None)}


def _iter_paths(session: Session, keys: Column, check: Check) -> Iterator[tuple[int, FileRow]]:
    cursor = cursor_of(session)
    for chunk in chunked(keys.tolist(), KEYS_PER_QUERY):
        check()
        rows = cursor.execute(_PATHS.format(marks=",".join("?" * len(chunk))), chunk).fetchall()
        for key, path, n_bytes, mtime_ns, sha256 in rows:
            yield key, FileRow(os.fsdecode(path), n_bytes, mtime_ns, "" if sha256 is None else sha256.hex())


def _reordered(session: Session, keys: Column) -> Column:
    paths = paths_of(session, keys)
    return np.array(sorted(keys.tolist(), key=paths.__getitem__), dtype=np.int64)


def _is_text(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True


def left_out(includes_models: bool) -> str:
    """The source whose annotations do not count; "" is none's."""
    return "" if includes_models else Source.MODEL.value
