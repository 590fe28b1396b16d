"""All that the registry says of an image, kept so that the very rows come back.

What is kept of an image is JSON with a format number. Values are the database's own, bytes as base64 in an object
`{"b": ...}`, so that bringing an image back writes the very rows that went, under their keys.
"""

from __future__ import annotations

import base64
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from operator import itemgetter
from sqlite3 import Cursor
from typing import Any, NamedTuple

from core.errors import RefusedError
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.kept_rows import COLUMNS, MARKS
from core.registry.stores.upkeep import FolderChange
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


class KeptImage(NamedTuple):
    key: int
    content: dict[str, Any]


def read_images(cursor: Cursor, project: str, keys: Sequence[int]) -> list[KeptImage]:
    """Those of the project, by key."""
    marks = marks_of(keys)
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
    marks = marks_of(own)
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
    return [KeptImage(key, content) for key, content in found.items()]


def trash_row(project: str, kept: KeptImage, moment: str) -> tuple[Any, ...]:
    """For the table of what is in the trash."""
    image = kept.content["image"]
    text = json.dumps(kept.content, ensure_ascii=False, separators=(",", ":"))
    return kept.key, project, unpacked(image["path"]), moment, image["n_annotations"], text


def read_content(text: str) -> dict[str, Any]:
    """Raises RefusedError for what a newer Calque kept."""
    content: dict[str, Any] = json.loads(text)
    if content["format"] > FORMAT:
        text = "Images in the trash were removed by a newer Calque, and cannot be read by this one."
        raise RefusedError(text, hint="Restore them with the newer one.")
    return content


def insert_images(cursor: Cursor, kept: Sequence[KeptImage], folders: Mapping[str, int]) -> None:
    """With all that was said of them, but for the sets that they were in. `folders` are the keys by path; the kept
    images are told theirs."""
    images: list[tuple[Any, ...]] = []
    annotations: list[tuple[Any, ...]] = []
    for one in kept:
        image = {name: unpacked(value) for name, value in one.content["image"].items()}
        folder = image["folder_id"] = folders[folder_of(one)]
        one.content["image"]["folder_id"] = folder
        image["revision"] += 1
        images.append(tuple(image.get(name) for name in _IMAGE_COLUMNS))
        annotations += _rows_of(one.content["columns"], one.content["annotations"])
    columns = ", ".join(_IMAGE_COLUMNS)
    cursor.executemany(f"INSERT INTO image ({columns}) VALUES ({marks_of(_IMAGE_COLUMNS)})", images)
    cursor.executemany(f"INSERT INTO annotation ({COLUMNS}) VALUES ({MARKS})", annotations)
    overruled = [values for one in kept for values in one.content["overruled"]]
    cursor.executemany(
        f"INSERT INTO overruled_import ({', '.join(_OVERRULED)}) VALUES ({marks_of(_OVERRULED)})",
        [tuple(unpacked(values[name]) for name in _OVERRULED) for values in overruled],
    )
    _free_keys(cursor, kept)
    for table, names, part in (("image_tag", _TAGS, "tags"), ("label_review", _REVIEWS, "reviews")):
        rows = [(one.key, *values) for one in kept for values in one.content[part]]
        into = f"INSERT INTO {table} (image_id, {', '.join(names)}) VALUES ({marks_of(('', *names))})"
        cursor.executemany(into, rows)


def _free_keys(cursor: Cursor, kept: Sequence[KeptImage]) -> None:
    """Verdicts whose keys were given to others meanwhile get new ones: the last one's key is free again as it goes."""
    mine = [values[0] for one in kept for values in one.content["reviews"]]
    taken: set[int] = set()
    for keys in chunked(mine, KEYS_PER_QUERY):
        query = f"SELECT id FROM label_review WHERE id IN ({marks_of(keys)})"
        taken.update(key for (key,) in cursor.execute(query, keys))
    for one in kept:
        for values in one.content["reviews"]:
            if values[0] in taken:
                values[0] = None
            else:
                taken.add(values[0])


def folder_changes(kept: Sequence[KeptImage], sign: int) -> dict[int, FolderChange]:
    """By folder's key: what they add to its counts (`sign` 1), or take from them (-1)."""
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


def folder_of(kept: KeptImage) -> str:
    """Its path."""
    return os.fsdecode(unpacked(kept.content["image"]["path"])).rpartition("/")[0]


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
    return [(*row[:_POINTS], unpacked(row[_POINTS]), *row[_POINTS + 1 :]) for row in found]


def _pack(value: bytes) -> dict[str, str]:
    return {"b": base64.b64encode(value).decode("ascii")}


def unpacked(value: Any) -> Any:
    return base64.b64decode(value["b"]) if isinstance(value, dict) else value


def marks_of(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
