"""Images that are removed from a project and brought back: all that the registry says of them goes with them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from sqlite3 import Cursor

from sqlalchemy.orm import Session

from core import clock
from core.domain.changes import Changes
from core.domain.ids import DatasetId, ImageId, ProjectId
from core.domain.trash import TrashedImage
from core.registry.changes import note
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.datasets import touched
from core.registry.stores.driver import cursor_of
from core.registry.stores.kept_images import (
    KeptImage,
    folder_changes,
    folder_of,
    insert_images,
    marks_of,
    read_content,
    read_images,
    trash_row,
)
from core.registry.stores.projects import add_folders
from core.registry.stores.selections import forget_blocks
from core.registry.stores.upkeep import add_to_folders, images_changed, project_changed


@dataclass(slots=True)
class Restored:
    """Keys that came back; paths that another image has by now; classes that came back with them, by name."""

    keys: list[int] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)


# --- into the trash --------------------------------------------------------------------------------------------


def trash_images(session: Session, project: ProjectId, images: Iterable[int], at: datetime) -> list[int]:
    """Those of the images that the project has: their rows go, and all that they said lies in the trash. Keys."""
    cursor = cursor_of(session)
    gone: list[int] = []
    sets: set[int] = set()
    moment = _moment(at)
    for chunk in chunked(images, KEYS_PER_QUERY):
        kept = read_images(cursor, project, chunk)
        keys = [one.key for one in kept]
        if not keys:
            continue
        add_to_folders(session, folder_changes(kept, -1))
        cursor.executemany(
            "INSERT INTO trashed_image (id, project_id, path, removed_at, n_annotations, content) VALUES (?,?,?,?,?,?)",
            [trash_row(project, one, moment) for one in kept],
        )
        cursor.execute(f"DELETE FROM image WHERE id IN ({marks_of(keys)})", keys)
        sets.update(set_id for one in kept for set_id in one.content["sets"])
        gone += keys
    _touch_datasets(session, sets, at)
    if gone:
        images_changed(session, project, gone)
        note(session, Changes.whole_project(project).merged(Changes.of(trash=[project])))
    return gone


# --- out of it -------------------------------------------------------------------------------------------------


def restore_images(session: Session, project: ProjectId, images: Iterable[int]) -> Restored:
    """Under the same keys. An image whose path another one has by now stays in the trash, and is named.

    A class that was deleted meanwhile comes back with them. Raises RefusedError for what a newer Calque kept.
    """
    cursor = cursor_of(session)
    told = Restored()
    sets: set[int] = set()
    for chunk in chunked(images, KEYS_PER_QUERY):
        kept = _read_trash(cursor, project, chunk, told)
        if not kept:
            continue
        told.classes += _bring_classes_back(cursor, project, kept)
        insert_images(cursor, kept, add_folders(session, project, set(map(folder_of, kept))))
        _put_into_sets(cursor, [(one.key, set_id) for one in kept for set_id in one.content["sets"]])
        keys = [one.key for one in kept]
        cursor.execute(f"DELETE FROM trashed_image WHERE id IN ({marks_of(keys)})", keys)
        add_to_folders(session, folder_changes(kept, +1))
        sets.update(set_id for one in kept for set_id in one.content["sets"])
        told.keys += keys
    _touch_datasets(session, sets, clock.now())
    if told.keys:
        project_changed(session, project, told.keys)  # their keys are not the highest, as those of others that come are
        forget_blocks(session, project, told.keys)
        note(session, Changes.whole_project(project).merged(Changes.of(trash=[project])))
    return told


def _read_trash(cursor: Cursor, project: str, keys: Sequence[int], told: Restored) -> list[KeptImage]:
    query = (
        "SELECT id, path, content, EXISTS (SELECT 1 FROM image WHERE image.project_id = trashed_image.project_id "
        f"AND image.path = trashed_image.path) FROM trashed_image WHERE id IN ({marks_of(keys)}) AND project_id = ?"
    )
    kept: list[KeptImage] = []
    paths: set[bytes] = set()
    for key, path, text, is_taken in cursor.execute(f"{query} ORDER BY removed_at DESC, id", (*keys, project)):
        if is_taken or path in paths:
            told.taken.append(os.fsdecode(path))
            continue
        kept.append(KeptImage(key, read_content(text)))
        paths.add(path)
    return kept


def _bring_classes_back(cursor: Cursor, project: str, kept: Sequence[KeptImage]) -> list[str]:
    """Where a class is not there any more: one of the same name is taken, else the class comes back.

    The annotations' keys of classes are brought in line, in place.
    """
    wanted = {int(key): facts for one in kept for key, facts in one.content["categories"].items()}
    query = "SELECT id, name, position FROM category WHERE project_id = ?"
    known = cursor.execute(query, (project,)).fetchall()
    ids, by_name = {id for id, _, _ in known}, {name: id for id, name, _ in known}
    positions = {position for _, _, position in known}
    other: dict[int, int] = {}
    came: list[str] = []
    for key in sorted(wanted.keys() - ids):
        name, position, colour = wanted[key]
        if name in by_name:
            other[key] = by_name[name]
            continue
        if position in positions:
            position = max(positions) + 1
        positions.add(position)
        query = "INSERT INTO category (id, project_id, name, position, colour) VALUES (?, ?, ?, ?, ?)"
        cursor.execute(query, (key, project, name, position, colour))
        came.append(name)
    if other:
        for one in kept:
            if "category_id" in one.content["columns"]:
                at = one.content["columns"].index("category_id")
                for row in one.content["annotations"]:
                    row[at] = other.get(row[at], row[at])
    return came


def _put_into_sets(cursor: Cursor, members: Sequence[tuple[int, int]]) -> None:
    """Images (keys, still in the trash as well) that were in these sets when they were removed.

    A dataset that was frozen before has them again, as its manifest has had all along. One that was frozen without
    them stays as it is, and one that is gone has no sets.
    """
    sets = sorted({set_id for _, set_id in members})
    frozen: list[str] = []
    for chunk in chunked(sets, KEYS_PER_QUERY):
        query = "SELECT DISTINCT dataset.id FROM dataset JOIN dataset_set ON dataset_id = dataset.id"
        found = cursor.execute(f"{query} WHERE state = 'complete' AND dataset_set.id IN ({marks_of(chunk)})", chunk)
        frozen += [id for (id,) in found]
    # Nobody but this may write to the sets of a complete one: the schema would abort it.
    cursor.executemany("UPDATE dataset SET state = 'open' WHERE id = ?", [(id,) for id in frozen])
    cursor.executemany(
        "INSERT OR IGNORE INTO dataset_image (set_id, image_id) SELECT dataset_set.id, trashed_image.id "
        "FROM trashed_image JOIN dataset_set JOIN dataset ON dataset.id = dataset_id "
        "WHERE trashed_image.id = ? AND dataset_set.id = ? "
        "AND (snapshot_id IS NULL AND deleted_at IS NULL OR frozen_at <= removed_at)",
        members,
    )
    cursor.executemany("UPDATE dataset SET state = 'complete' WHERE id = ?", [(id,) for id in frozen])


def _touch_datasets(session: Session, sets: Iterable[int], at: datetime) -> None:
    """Images of these sets went or came back. A frozen dataset stays as it is, but lists other images."""
    for chunk in chunked(sorted(sets), KEYS_PER_QUERY):
        query = "SELECT DISTINCT dataset.id, state FROM dataset_set JOIN dataset ON dataset.id = dataset_id"
        for id, state in (
            cursor_of(session).execute(f"{query} WHERE dataset_set.id IN ({marks_of(chunk)})", chunk).fetchall()
        ):
            if state in ("open", "error"):
                touched(session, DatasetId(id), at)
            else:
                note(session, Changes.of(datasets=[DatasetId(id)]))


# --- what lies in it -------------------------------------------------------------------------------------------


def list_trash(session: Session, project: ProjectId, *, after: int = 0, limit: int = -1) -> tuple[TrashedImage, ...]:
    """The last removed first; those behind the first `after`, at most `limit` (-1 = all)."""
    query = (
        "SELECT id, path, removed_at, n_annotations FROM trashed_image WHERE project_id = ? "
        "ORDER BY removed_at DESC, id LIMIT ? OFFSET ?"
    )
    return tuple(
        TrashedImage(
            ImageId(str(key)),
            os.fsdecode(path),
            _read_moment(moment),
            n,
        )
        for key, path, moment, n in cursor_of(session).execute(query, (project, limit, after))
    )


def count_trash(session: Session, project: ProjectId) -> tuple[int, int]:
    """Images in it, and their annotations."""
    query = "SELECT count(*), coalesce(sum(n_annotations), 0) FROM trashed_image WHERE project_id = ?"
    n_images, n_annotations = cursor_of(session).execute(query, (project,)).fetchone()
    return n_images, n_annotations


def look_at(session: Session, project: ProjectId, images: Iterable[int]) -> tuple[int, str]:
    """How many of the images lie in it or came back already, and a path of one that another image has by now, "" =
    none."""
    n, taken = 0, ""
    for chunk in chunked(images, KEYS_PER_QUERY):
        query = (
            "SELECT count(*), max(CASE WHEN image.id IS NULL THEN NULL ELSE trashed_image.path END) FROM trashed_image "
            "LEFT JOIN image ON image.project_id = trashed_image.project_id AND image.path = trashed_image.path "
            f"WHERE trashed_image.id IN ({marks_of(chunk)}) AND trashed_image.project_id = ?"
        )
        n_here, path = cursor_of(session).execute(query, (*chunk, project)).fetchone()
        query = f"SELECT count(*) FROM image WHERE id IN ({marks_of(chunk)}) AND project_id = ?"
        (n_back,) = cursor_of(session).execute(query, (*chunk, project)).fetchone()
        n, taken = n + n_here + n_back, taken or ("" if path is None else os.fsdecode(path))
    return n, taken


def list_trashed_keys(session: Session, project: ProjectId) -> list[int]:
    """The last removed first."""
    query = "SELECT id FROM trashed_image WHERE project_id = ? ORDER BY removed_at DESC, id"
    return [key for (key,) in cursor_of(session).execute(query, (project,))]


def list_trashed_paths(session: Session, project: ProjectId) -> frozenset[str]:
    rows = cursor_of(session).execute("SELECT path FROM trashed_image WHERE project_id = ?", (project,))
    return frozenset(os.fsdecode(path) for (path,) in rows)


def empty_trash(session: Session, project: ProjectId, images: Iterable[int] | None = None) -> int:
    """For good; None = all of it. Returns how many images that were."""
    cursor, n = cursor_of(session), 0
    if images is None:
        n = cursor.execute("DELETE FROM trashed_image WHERE project_id = ?", (project,)).rowcount
    else:
        for chunk in chunked(images, KEYS_PER_QUERY):
            query = f"DELETE FROM trashed_image WHERE id IN ({marks_of(chunk)}) AND project_id = ?"
            n += cursor.execute(query, (*chunk, project)).rowcount
    if n:
        note(session, Changes.of(trash=[project]))
    return n


# --- parts -----------------------------------------------------------------------------------------------------


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
