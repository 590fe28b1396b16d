"""Selections of images: counted from blocks, frozen from rows, without an object for each image."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from core.domain.ids import CategoryId, ProjectId
from core.domain.judgements import EXCLUDE
from core.domain.projects import Category, ImageState
from core.domain.selections import Selection
from core.domain.snapshots import Split
from core.registry.stores import dataset_images, filters
from core.registry.stores.annotation_arrays import AnnotationArrays, AnnotationColumns
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_blocks import (
    BITS,
    EXCLUDED_STATE,
    IMAGES_PER_BLOCK,
    Column,
    ImageBlock,
    ImageColumns,
    folders_of,
    is_in,
    make_block,
    pack,
    unpack,
)
from core.registry.stores.selected_images import ANNOTATIONS_OF, Check, left_out
from core.registry.tables.datasets import DATASET_IMAGES
from core.registry.tables.images import IMAGES
from core.registry.tables.projects import CategoryRow
from core.registry.tables.selections import IMAGE_BLOCKS

# The plus keeps SQLite from going through all images of the project for each block.
_IMAGES = """
SELECT id, folder_id, path, width, height, orientation, sha256, n_bytes, state FROM image
WHERE id >= ? AND id < ? AND +project_id = ? ORDER BY id
"""
_ANNOTATIONS = """
SELECT image_id, category_id, kind, x0, y0, x1, y1, points, is_crowd FROM annotation
WHERE image_id >= ? AND image_id < ? AND source != ?
"""
# The source stands in the text: only then is the index of what models made taken.
_BY_MODELS = """
SELECT image.id, image.folder_id, count(*) FROM annotation JOIN image ON image.id = annotation.image_id
WHERE annotation.source = 'model' AND image.project_id = ? GROUP BY image.id ORDER BY image.id
"""
_EXCLUDED = """
SELECT image.id FROM image_tag JOIN image ON image.id = image_tag.image_id
WHERE image_tag.tag = ? AND image.project_id = ? ORDER BY image.id
"""
_BLOCKS_THAT_ARE = "SELECT id >> ?, count(*) FROM image WHERE project_id = ? GROUP BY 1"
_ALL_FOLDERS = "SELECT id FROM folder WHERE project_id = ?"
_BELOW = "SELECT id FROM folder WHERE project_id = ? AND (path = ? OR (path >= ? AND path < ?))"
_OF_SET = "SELECT group_concat(id) FROM (SELECT id FROM image WHERE project_id = ? AND stated_set = ? ORDER BY id)"
_EDITIONS = "SELECT id, revision, deleted_at IS NULL FROM dataset WHERE project_id = ?"


AtHand = Callable[[Sequence[int]], tuple[Container[int], Sequence[AnnotationArrays]]]
"""Of images, by key: those of which all ground truth is at hand, and what that is."""


class State(NamedTuple):
    """Names a state of a project's images and annotations: as long as it stays, so do all counts."""

    newest: int
    n_images: int


class Edition(NamedTuple):
    """The revision of a project, which grows with its images, annotations and tags, and those of its datasets."""

    project: int
    datasets: tuple[tuple[str, int, int], ...]


def forget_blocks(session: Session, project: ProjectId, images: Iterable[int] | None = None) -> None:
    """To be called by whoever changes images or annotations, within the same transaction; None = all of the project."""
    blocks = delete(IMAGE_BLOCKS).where(IMAGE_BLOCKS.c.project_id == project)
    if images is None:
        session.execute(blocks)
        return
    for chunk in chunked(sorted({key >> BITS for key in images}), KEYS_PER_QUERY):
        session.execute(blocks.where(IMAGE_BLOCKS.c.number.in_(chunk)))


def list_missing_blocks(session: Session, project: ProjectId) -> tuple[int, ...]:
    """The numbers of blocks that are to be made (again)."""
    if _state(session, project).n_images == _n_images(session, project):
        return ()
    known = dict(
        session.execute(
            select(IMAGE_BLOCKS.c.number, IMAGE_BLOCKS.c.n_images).where(IMAGE_BLOCKS.c.project_id == project)
        ).all()
    )
    present = dict(cursor_of(session).execute(_BLOCKS_THAT_ARE, (BITS, project)).fetchall())
    return tuple(sorted(number for number in {*known, *present} if known.get(number) != present.get(number)))


def store_block(session: Session, project: ProjectId, number: int, at_hand: AtHand | None = None) -> None:
    """Make a block and keep it: from the rows, but for the images of which all annotations are at hand."""
    session.execute(delete(IMAGE_BLOCKS).where(IMAGE_BLOCKS.c.project_id == project, IMAGE_BLOCKS.c.number == number))
    block = _make(session, project, number) if at_hand is None else _make_from(session, project, number, at_hand)
    if len(block):
        values = {
            "project_id": project,
            "number": number,
            "n_images": len(block),
            "folders": folders_of(block),
            "content": pack(block),
            "hashes": block.hashes.tobytes(),
        }
        session.execute(insert(IMAGE_BLOCKS), [values])


def find_state(session: Session, project: ProjectId) -> State | None:
    """The state that the project's blocks describe; None when blocks are missing."""
    state = _state(session, project)
    return state if state.n_images == _n_images(session, project) else None


def find_keys(session: Session, selection: Selection) -> Column | None:
    """The images that a selection narrows its folders to, ascending, whatever folders they lie in; None = it does not.

    Raises RefusedError for a filter that names what is gone.
    """
    if not selection.is_narrowed:
        return None
    if not selection.sets:
        return _keys_of(session, _narrowed(selection, session))
    # What is in a set is the project's: to look each up among the images would take four times as long.
    of_sets = np.unique(np.concatenate([dataset_images.images_of(session, key) for key in selection.sets]))
    rest = replace(selection, sets=())
    return of_sets[is_in(of_sets, _keys_of(session, _narrowed(rest, session)))] if rest.is_narrowed else of_sets


def find_annotated(session: Session, selection: Selection) -> Column:
    """As `find_keys`, those that are sound and have ground truth of a class."""
    query = _narrowed(selection, session).where(IMAGES.c.n_annotations > 0, IMAGES.c.state == ImageState.OK.value)
    return _keys_of(session, query)


def _narrowed(selection: Selection, session: Session) -> Select[tuple[int]]:
    query = select(IMAGES.c.id).where(IMAGES.c.project_id == selection.project)
    if selection.stated_set is not None:
        query = query.where(IMAGES.c.stated_set == selection.stated_set.value)
    if selection.sets:
        of_sets = select(DATASET_IMAGES.c.image_id).where(DATASET_IMAGES.c.set_id.in_(selection.sets))
        query = query.where(IMAGES.c.id.in_(of_sets))
    if selection.where is not None:
        query = query.where(filters.where(session, selection.project, selection.where))
    return query


def _keys_of(session: Session, query: Select[tuple[int]]) -> Column:
    # One text for a million numbers: a row for each would take a second.
    numbers = session.scalar(select(func.group_concat(query.subquery().c.id)))
    keys = np.fromstring(numbers, dtype=np.int64, sep=",") if numbers else np.zeros(0, dtype=np.int64)
    keys.sort()
    return keys


def find_edition(session: Session, project: ProjectId) -> Edition:
    """Names a state of everything that a selection may be narrowed by: as long as it stays, so do its images."""
    cursor = cursor_of(session)
    row = cursor.execute("SELECT revision FROM project WHERE id = ?", (project,)).fetchone()
    datasets = cursor.execute(_EDITIONS, (project,)).fetchall()
    return Edition(0 if row is None else int(row[0]), tuple(sorted(datasets)))


def iter_blocks(session: Session, selection: Selection, check: Check = lambda: None) -> Iterator[ImageBlock]:
    """The images of a selection, ascending by key. Blocks that are missing are made on the way and not kept."""
    folders = np.array(sorted(_folder_keys(session, selection)), dtype=np.uint32)
    chosen = find_keys(session, selection)
    project = selection.project
    missing = frozenset(list_missing_blocks(session, project))
    excluded = _list_excluded(session, project)
    # What is kept of an image counts its ground truth alone.
    by_models = frozenset((_made_by_models(session, project)[0] >> BITS).tolist() if selection.includes_models else ())
    known = session.execute(
        select(IMAGE_BLOCKS.c.number, IMAGE_BLOCKS.c.folders).where(IMAGE_BLOCKS.c.project_id == project)
    ).all()
    wanted = {number for number, content in known if is_in(np.frombuffer(content, dtype="<u4"), folders).any()}
    for number in sorted(wanted | missing if len(folders) else ()):
        check()
        if number in by_models:
            block = _make(session, project, number, includes_models=True)
        else:
            block = _make(session, project, number) if number in missing else _read(session, project, number)
        block = block.where(is_in(block.folders, folders))
        if chosen is not None:
            block = block.where(is_in(block.keys, chosen))
        if len(excluded) and (is_out := is_in(block.keys, excluded)).any():
            block = replace(block, states=np.where(is_out, np.uint8(EXCLUDED_STATE), block.states))
        if len(block):
            yield block


def count_made_by_models(session: Session, selection: Selection) -> int:
    """Accepted predictions on the images of a selection."""
    keys, folders, numbers = _made_by_models(session, selection.project)
    is_chosen = is_in(folders, np.array(sorted(_folder_keys(session, selection)), dtype=np.int64))
    chosen = find_keys(session, selection) if is_chosen.any() else None
    if chosen is not None:
        is_chosen &= is_in(keys, chosen)
    return int(numbers[is_chosen].sum())


def list_classes(session: Session, project: ProjectId) -> tuple[Category, ...]:
    """The project's categories in their order, without counts."""
    columns = CategoryRow.id, CategoryRow.name, CategoryRow.position, CategoryRow.colour
    query = select(*columns).where(CategoryRow.project_id == project)
    rows = session.execute(query.order_by(CategoryRow.position))
    return tuple(Category(CategoryId(str(id)), name, position, colour=colour) for id, name, position, colour in rows)


def list_known_folders(session: Session, project: ProjectId, folders: Iterable[str]) -> frozenset[str]:
    """Those of the folders that the project's tree has; the root always is one."""
    cursor = cursor_of(session)
    return frozenset(
        folder for folder in folders if not folder or cursor.execute(_BELOW, _below(project, folder)).fetchone()
    )


def _state(session: Session, project: ProjectId) -> State:
    newest, n_images = session.execute(
        select(func.max(IMAGE_BLOCKS.c.id), func.sum(IMAGE_BLOCKS.c.n_images)).where(
            IMAGE_BLOCKS.c.project_id == project
        )
    ).one()
    return State(newest or 0, n_images or 0)


def _n_images(session: Session, project: ProjectId) -> int:
    query = "SELECT coalesce(sum(n_images), 0) FROM folder WHERE project_id = ?"
    return int(cursor_of(session).execute(query, (project,)).fetchone()[0])


def _read(session: Session, project: ProjectId, number: int) -> ImageBlock:
    content, hashes = session.execute(
        select(IMAGE_BLOCKS.c.content, IMAGE_BLOCKS.c.hashes).where(
            IMAGE_BLOCKS.c.project_id == project, IMAGE_BLOCKS.c.number == number
        )
    ).one()
    return unpack(number, content, hashes)


def _make(session: Session, project: ProjectId, number: int, *, includes_models: bool = False) -> ImageBlock:
    cursor = cursor_of(session)
    first, last = number << BITS, (number << BITS) + IMAGES_PER_BLOCK
    images: list[ImageColumns] = cursor.execute(_IMAGES, (first, last, project)).fetchall()
    return make_block(images, cursor.execute(_ANNOTATIONS, (first, last, left_out(includes_models))).fetchall())


def _make_from(session: Session, project: ProjectId, number: int, at_hand: AtHand) -> ImageBlock:
    cursor = cursor_of(session)
    first, last = number << BITS, (number << BITS) + IMAGES_PER_BLOCK
    images: list[ImageColumns] = cursor.execute(_IMAGES, (first, last, project)).fetchall()
    known, annotations = at_hand([key for key, *_ in images])
    rows: list[AnnotationColumns] = []
    for chunk in chunked((key for key, *_ in images if key not in known), KEYS_PER_QUERY - 1):
        query = ANNOTATIONS_OF.format(marks=",".join("?" * len(chunk)))
        rows += cursor.execute(query, (*chunk, left_out(includes_models=False))).fetchall()
    return make_block(images, rows, annotations)


def _made_by_models(session: Session, project: ProjectId) -> tuple[Column, Column, Column]:
    """Images with accepted predictions, ascending by key: their keys, their folders', and how many there are."""
    rows = cursor_of(session).execute(_BY_MODELS, (project,)).fetchall()
    keys, folders, numbers = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return keys, folders, numbers


def _list_excluded(session: Session, project: ProjectId) -> Column:
    """Ascending."""
    rows = cursor_of(session).execute(_EXCLUDED, (EXCLUDE, project)).fetchall()
    return np.array(rows, dtype=np.int64).reshape(-1)


def _folder_keys(session: Session, selection: Selection) -> set[int]:
    cursor, project = cursor_of(session), selection.project
    keys: set[int] = set()
    for folder in selection.folders:
        found = cursor.execute(_BELOW, _below(project, folder)) if folder else cursor.execute(_ALL_FOLDERS, (project,))
        keys.update(key for (key,) in found)
    return keys


def keys_of_set(session: Session, project: ProjectId, stated_set: Split) -> Column:
    """Ascending."""
    (numbers,) = cursor_of(session).execute(_OF_SET, (project, stated_set.value)).fetchone()
    return np.fromstring(numbers, dtype=np.int64, sep=",") if numbers else np.zeros(0, dtype=np.int64)


def _below(project: ProjectId, folder: str) -> tuple[str, bytes, bytes, bytes]:
    """Everything from "a/b/" up to, but not with, "a/b0": "0" follows "/" among the bytes."""
    path = os.fsencode(folder)
    return project, path, path + b"/", path + b"0"
