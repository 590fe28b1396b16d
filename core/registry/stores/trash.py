"""Images that are removed from a project and brought back: all that the registry says of them goes with them.

What is kept of an image is JSON with a format number. Values are the database's own, bytes as base64 in an object
`{"b": ...}`, so that bringing an image back writes the very rows that went, under their keys.
"""

from __future__ import annotations

import base64
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter
from sqlite3 import Cursor
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from core import clock
from core.domain.changes import Changes
from core.domain.ids import DatasetId, ImageId, ProjectId
from core.domain.trash import TrashedImage
from core.errors import RefusedError
from core.registry.changes import note
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.datasets import touched
from core.registry.stores.driver import cursor_of
from core.registry.stores.kept_rows import COLUMNS, MARKS
from core.registry.stores.projects import add_folders
from core.registry.stores.selections import forget_blocks
from core.registry.stores.upkeep import FolderChange, add_to_folders, images_changed, project_changed
from core.registry.tables.images import IMAGES
from core.registry.tables.overruled import OVERRULED

FORMAT = 1
"""Of what is kept of an image. 1: image, columns, annotations, categories, overruled, tags, reviews, sets."""

_IMAGE_COLUMNS = tuple(column.name for column in IMAGES.columns)
_COLUMNS = COLUMNS.split(", ")
_POINTS = _COLUMNS.index("points")  # of a polygon: bytes, alone among the columns
_TAGS = ("tag", "note", "created_at")
_REVIEWS = ("id", "kind", "verdict", "category", "x0", "y0", "x1", "y1", "source", "note", "created_at")
_OVERRULED = tuple(column.name for column in OVERRULED.columns)


class _Kept(NamedTuple):
    key: int
    content: dict[str, Any]


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
        kept = _read(cursor, project, chunk)
        keys = [one.key for one in kept]
        if not keys:
            continue
        add_to_folders(session, _folder_changes(kept, -1))
        cursor.executemany(
            "INSERT INTO trashed_image (id, project_id, path, removed_at, n_annotations, content) VALUES (?,?,?,?,?,?)",
            [_to_row(project, one, moment) for one in kept],
        )
        cursor.execute(f"DELETE FROM image WHERE id IN ({_marks(keys)})", keys)
        sets.update(set_id for one in kept for set_id in one.content["sets"])
        gone += keys
    _touch_datasets(session, sets, at)
    if gone:
        images_changed(session, project, gone)
        note(session, Changes.whole_project(project).merged(Changes.of(trash=[project])))
    return gone


def _read(cursor: Cursor, project: str, keys: Sequence[int]) -> list[_Kept]:
    marks = _marks(keys)
    query = f"SELECT {', '.join(_IMAGE_COLUMNS)} FROM image WHERE id IN ({marks}) AND project_id = ? ORDER BY id"
    found: dict[int, dict[str, Any]] = {
        row[0]: {
            "format": FORMAT,
            "image": _packed(dict(zip(_IMAGE_COLUMNS, row, strict=True))),
            "columns": [],
            "annotations": [],
            "categories": {},
            "overruled": [],
            "tags": [],
            "reviews": [],
            "sets": [],
        }
        for row in cursor.execute(query, (*keys, project)).fetchall()
    }
    own = list(found)
    marks = _marks(own)
    annotations: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in cursor.execute(f"SELECT {COLUMNS} FROM annotation WHERE image_id IN ({marks}) ORDER BY id", own):
        annotations[row[1]].append(row)
    for image, rows in annotations.items():
        # Columns that say nothing are left out: most are.
        columns = [at for at in range(len(_COLUMNS)) if any(row[at] is not None for row in rows)]
        found[image]["columns"] = [_COLUMNS[at] for at in columns]
        pick = itemgetter(*columns)
        pack = _packed_row if _POINTS in columns else list
        found[image]["annotations"] = [pack(pick(row)) for row in rows]
    for image, id, *facts in cursor.execute(
        "SELECT DISTINCT annotation.image_id, category.id, name, position, colour FROM annotation "
        f"JOIN category ON category.id = annotation.category_id WHERE annotation.image_id IN ({marks})",
        own,
    ):
        found[image]["categories"][str(id)] = facts
    for row in cursor.execute(
        f"SELECT {', '.join(_OVERRULED)} FROM overruled_import WHERE image_id IN ({marks})", own
    ).fetchall():
        values = dict(zip(_OVERRULED, row, strict=True))
        found[values["image_id"]]["overruled"].append(_packed(values))
    for image, *values in cursor.execute(
        f"SELECT image_id, {', '.join(_TAGS)} FROM image_tag WHERE image_id IN ({marks})", own
    ):
        found[image]["tags"].append(values)
    for image, *values in cursor.execute(
        f"SELECT image_id, {', '.join(_REVIEWS)} FROM label_review WHERE image_id IN ({marks})", own
    ):
        found[image]["reviews"].append(values)
    for image, set_id in cursor.execute(f"SELECT image_id, set_id FROM dataset_image WHERE image_id IN ({marks})", own):
        found[image]["sets"].append(set_id)
    return [_Kept(key, content) for key, content in found.items()]


def _to_row(project: str, kept: _Kept, moment: str) -> tuple[Any, ...]:
    image = kept.content["image"]
    text = json.dumps(kept.content, ensure_ascii=False, separators=(",", ":"))
    return kept.key, project, _unpacked(image["path"]), moment, image["n_annotations"], text


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
        _insert_all(session, cursor, project, kept)
        keys = [one.key for one in kept]
        cursor.execute(f"DELETE FROM trashed_image WHERE id IN ({_marks(keys)})", keys)
        add_to_folders(session, _folder_changes(kept, +1))
        sets.update(set_id for one in kept for set_id in one.content["sets"])
        told.keys += keys
    _touch_datasets(session, sets, clock.now())
    if told.keys:
        project_changed(session, project, told.keys)  # their keys are not the highest, as those of others that come are
        forget_blocks(session, project, told.keys)
        note(session, Changes.whole_project(project).merged(Changes.of(trash=[project])))
    return told


def _read_trash(cursor: Cursor, project: str, keys: Sequence[int], told: Restored) -> list[_Kept]:
    query = (
        "SELECT id, path, content, EXISTS (SELECT 1 FROM image WHERE image.project_id = trashed_image.project_id "
        f"AND image.path = trashed_image.path) FROM trashed_image WHERE id IN ({_marks(keys)}) AND project_id = ?"
    )
    kept: list[_Kept] = []
    paths: set[bytes] = set()
    for key, path, text, is_taken in cursor.execute(f"{query} ORDER BY removed_at DESC, id", (*keys, project)):
        if is_taken or path in paths:
            told.taken.append(os.fsdecode(path))
            continue
        content = json.loads(text)
        if content["format"] > FORMAT:
            text = "Images in the trash were removed by a newer Calque, and cannot be read by this one."
            raise RefusedError(text, hint="Restore them with the newer one.")
        paths.add(path)
        kept.append(_Kept(key, content))
    return kept


def _bring_classes_back(cursor: Cursor, project: str, kept: Sequence[_Kept]) -> list[str]:
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


def _insert_all(session: Session, cursor: Cursor, project: ProjectId, kept: Sequence[_Kept]) -> None:
    paths = {one.key: _path_of(one) for one in kept}
    folders = add_folders(session, project, {path.rpartition("/")[0] for path in paths.values()})
    images: list[tuple[Any, ...]] = []
    annotations: list[tuple[Any, ...]] = []
    for one in kept:
        image = {name: _unpacked(value) for name, value in one.content["image"].items()}
        folder = image["folder_id"] = folders[paths[one.key].rpartition("/")[0]]
        one.content["image"]["folder_id"] = folder
        image["revision"] += 1
        images.append(tuple(image.get(name) for name in _IMAGE_COLUMNS))
        annotations += _rows_of(one.content["columns"], one.content["annotations"])
    columns = ", ".join(_IMAGE_COLUMNS)
    cursor.executemany(f"INSERT INTO image ({columns}) VALUES ({_marks(_IMAGE_COLUMNS)})", images)
    cursor.executemany(f"INSERT INTO annotation ({COLUMNS}) VALUES ({MARKS})", annotations)
    overruled = [values for one in kept for values in one.content["overruled"]]
    cursor.executemany(
        f"INSERT INTO overruled_import ({', '.join(_OVERRULED)}) VALUES ({_marks(_OVERRULED)})",
        [tuple(_unpacked(values[name]) for name in _OVERRULED) for values in overruled],
    )
    for table, names, part in (("image_tag", _TAGS, "tags"), ("label_review", _REVIEWS, "reviews")):
        rows = [(one.key, *values) for one in kept for values in one.content[part]]
        into = f"INSERT INTO {table} (image_id, {', '.join(names)}) VALUES ({_marks(('', *names))})"
        cursor.executemany(into, rows)
    _put_into_sets(cursor, [(one.key, set_id) for one in kept for set_id in one.content["sets"]])


def _put_into_sets(cursor: Cursor, members: Sequence[tuple[int, int]]) -> None:
    """Images (keys, still in the trash as well) that were in these sets when they were removed.

    A dataset that was frozen before has them again, as its manifest has had all along. One that was frozen without
    them stays as it is, and one that is gone has no sets.
    """
    sets = sorted({set_id for _, set_id in members})
    frozen: list[str] = []
    for chunk in chunked(sets, KEYS_PER_QUERY):
        query = "SELECT DISTINCT dataset.id FROM dataset JOIN dataset_set ON dataset_id = dataset.id"
        found = cursor.execute(f"{query} WHERE state = 'complete' AND dataset_set.id IN ({_marks(chunk)})", chunk)
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
            cursor_of(session).execute(f"{query} WHERE dataset_set.id IN ({_marks(chunk)})", chunk).fetchall()
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
            f"WHERE trashed_image.id IN ({_marks(chunk)}) AND trashed_image.project_id = ?"
        )
        n_here, path = cursor_of(session).execute(query, (*chunk, project)).fetchone()
        query = f"SELECT count(*) FROM image WHERE id IN ({_marks(chunk)}) AND project_id = ?"
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
            query = f"DELETE FROM trashed_image WHERE id IN ({_marks(chunk)}) AND project_id = ?"
            n += cursor.execute(query, (*chunk, project)).rowcount
    if n:
        note(session, Changes.of(trash=[project]))
    return n


# --- parts -----------------------------------------------------------------------------------------------------


def _folder_changes(kept: Sequence[_Kept], sign: int) -> dict[int, FolderChange]:
    changes: dict[int, FolderChange] = defaultdict(FolderChange)
    for one in kept:
        image = one.content["image"]
        change = changes[image["folder_id"]]
        change.n_images += sign
        change.n_annotated += sign * bool(image["is_annotated"])
        change.n_annotations += sign * image["n_annotations"]
        own: dict[int, int] = defaultdict(int)
        columns = one.content["columns"]
        if "category_id" in columns:
            source, of_class = columns.index("source"), columns.index("category_id")
            for row in one.content["annotations"]:
                if row[source] != "model" and row[of_class] is not None:
                    own[row[of_class]] += 1
        for category, n in own.items():
            n_before, n_images = change.categories.get(str(category), (0, 0))
            change.categories[str(category)] = n_before + sign * n, n_images + sign
    return changes


def _path_of(kept: _Kept) -> str:
    return os.fsdecode(_unpacked(kept.content["image"]["path"]))


def _packed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _pack(value) if isinstance(value, bytes) else value for name, value in values.items()}


def _packed_row(values: Sequence[Any]) -> list[Any]:
    return [_pack(value) if isinstance(value, bytes) else value for value in values]


def _rows_of(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[tuple[Any, ...]]:
    """In the order of `COLUMNS`, None where nothing is said."""
    pick = itemgetter(*(columns.index(name) if name in columns else len(columns) for name in _COLUMNS))
    found = [pick((*row, None)) for row in rows]
    if "points" not in columns:
        return found
    return [(*row[:_POINTS], _unpacked(row[_POINTS]), *row[_POINTS + 1 :]) for row in found]


def _pack(value: bytes) -> dict[str, str]:
    return {"b": base64.b64encode(value).decode("ascii")}


def _unpacked(value: Any) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) else value


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
