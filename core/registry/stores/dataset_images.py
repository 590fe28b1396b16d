"""Which images are in the sets of datasets: written and read by the million, as numbers, without an object for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from core.domain.ids import CategoryId, ImageId, ProjectId
from core.domain.projects import Source
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_blocks import Column, is_in

# A list of keys is handed on as one text: a statement for each of a million takes a hundred times as long. CROSS JOIN
# has SQLite go through the list; it would go through the images, and for each of them through the list.
_OF_PROJECT = """
SELECT group_concat(id) FROM
(SELECT image.id FROM json_each(?) AS given CROSS JOIN image ON image.id = given.value WHERE image.project_id = ?)
"""
_IN_SETS = """
SELECT group_concat(image_id) FROM (SELECT DISTINCT image_id FROM dataset_image
WHERE set_id IN ({marks}) AND image_id IN (SELECT value FROM json_each(?)) ORDER BY image_id)
"""
_OF_SET = "SELECT group_concat(image_id) FROM (SELECT image_id FROM dataset_image WHERE set_id = ? ORDER BY image_id)"
_INSERT = "INSERT INTO dataset_image (set_id, image_id) SELECT ?, value FROM json_each(?)"
_DELETE = "DELETE FROM dataset_image WHERE set_id = ? AND image_id IN (SELECT value FROM json_each(?))"
_COUNT = "SELECT set_id, count(*) FROM dataset_image WHERE set_id IN ({marks}) GROUP BY set_id"
_COUNT_ANNOTATED = """
SELECT set_id, count(*), sum(is_annotated) FROM dataset_image JOIN image ON image.id = image_id
WHERE set_id IN ({marks}) GROUP BY set_id
"""
_TWICE = """
SELECT count(*) FROM
(SELECT 1 FROM dataset_image WHERE set_id IN ({marks}) GROUP BY image_id HAVING count(*) > 1)
"""
_SETS_OF = """
SELECT dataset.name, dataset.version, dataset_set.name FROM dataset_image
JOIN dataset_set ON dataset_set.id = dataset_image.set_id JOIN dataset ON dataset.id = dataset_set.dataset_id
WHERE dataset_image.image_id = ? AND dataset.deleted_at IS NULL
ORDER BY dataset.name, dataset_set.position
"""

# One class at a time: the index has all that is asked for, and Python need not fetch a row for each annotation.
_SHOWING = """
SELECT group_concat(image_id) FROM
(SELECT image_id FROM annotation WHERE category_id = ? AND source != ? ORDER BY image_id)
"""
_OF_WHOLE_PROJECT = "SELECT group_concat(id) FROM (SELECT id FROM image WHERE project_id = ? ORDER BY id)"
_CONTENTS = """
SELECT group_concat(content, '') FROM
(SELECT coalesce(hex(sha256), printf('%064d', id)) AS content FROM image WHERE project_id = ? ORDER BY id)
"""


class Counts(NamedTuple):
    """`n_annotated` counts what has ground truth; 0 where it was not asked for."""

    n_images: int
    n_annotated: int


class ClassCounts(NamedTuple):
    """Of one class in one set, of ground truth; images with at least one annotation of it."""

    n_annotations: int
    n_images: int


def of_project(session: Session, project: ProjectId, keys: Column) -> Column:
    """Those of the images that are the project's, each once, in no order."""
    return _numbers(session, _OF_PROJECT, (_listed(np.unique(keys)), project))


def in_sets(session: Session, sets: Sequence[int], keys: Column) -> Column:
    """Those of the images that are in any of the sets, ascending."""
    return _numbers(session, _IN_SETS.format(marks=_marks(sets)), (*sets, _listed(keys)))


def images_of(session: Session, set: int) -> Column:
    """Ascending."""
    return _numbers(session, _OF_SET, (set,))


def insert_images(session: Session, set: int, keys: Column) -> None:
    """None of which is in the set; all of which are in the registry."""
    cursor_of(session).execute(_INSERT, (set, _listed(np.sort(keys))))


def delete_images(session: Session, set: int, keys: Column) -> int:
    """How many of them were in the set."""
    cursor = cursor_of(session)
    cursor.execute(_DELETE, (set, _listed(np.sort(keys))))
    return int(cursor.rowcount)


def count_images(session: Session, sets: Sequence[int], *, with_annotated: bool) -> dict[int, Counts]:
    """By set; one that is empty is not there."""
    if not sets:
        return {}
    query = _COUNT_ANNOTATED if with_annotated else _COUNT
    rows = cursor_of(session).execute(query.format(marks=_marks(sets)), tuple(sets))
    return {row[0]: Counts(row[1], row[2] if with_annotated else 0) for row in rows}


def count_twice(session: Session, sets: Sequence[int]) -> int:
    """Images that are in more than one of the sets."""
    if not sets:
        return 0
    rows = cursor_of(session).execute(_TWICE.format(marks=_marks(sets)), tuple(sets))
    return int(rows.fetchone()[0])


def count_classes(
    session: Session, sets: Sequence[int], categories: Sequence[CategoryId]
) -> dict[tuple[int, CategoryId], ClassCounts]:
    """By set and class, where there is any. Goes through all annotations of the classes: seconds for ten million."""
    keys = {key: images_of(session, key) for key in sets}
    found: dict[tuple[int, CategoryId], ClassCounts] = {}
    for category in categories if any(len(chosen) for chosen in keys.values()) else ():
        images = _of_annotations(session, int(category))
        for key, chosen in keys.items():
            own = images[is_in(images, chosen)]
            if len(own):
                found[key, category] = ClassCounts(len(own), int((own[1:] != own[:-1]).sum()) + 1)
    return found


def sets_of(session: Session, image: ImageId) -> tuple[tuple[str, str], ...]:
    """The sets that an image is in: the dataset with its version once it is frozen, and the set."""
    rows = cursor_of(session).execute(_SETS_OF, (int(image),))
    return tuple((f"{dataset} ({version})" if version else dataset, name) for dataset, version, name in rows)


def keys_of_project(session: Session, project: ProjectId) -> Column:
    """Ascending."""
    return _numbers(session, _OF_WHOLE_PROJECT, (project,))


def showing(session: Session, category: int) -> Column:
    """Images with ground truth of a class, ascending."""
    images = _of_annotations(session, category)
    return images[np.append(True, images[1:] != images[:-1])] if len(images) else images


def _of_annotations(session: Session, category: int) -> Column:
    """The image of each annotation of ground truth of a class, ascending."""
    return _numbers(session, _SHOWING, (category, Source.MODEL.value))


def contents_of(session: Session, project: ProjectId, keys: Column) -> Column:
    """SHA-256 of images of a project in 32 bytes each; one that has none is taken for like no other."""
    (text,) = cursor_of(session).execute(_CONTENTS, (project,)).fetchone()
    contents = np.frombuffer(bytes.fromhex(text or ""), dtype=np.uint8).reshape(-1, 32)
    return contents[np.searchsorted(keys_of_project(session, project), keys)]


def _numbers(session: Session, query: str, values: Sequence[object]) -> Column:
    (text,) = cursor_of(session).execute(query, tuple(values)).fetchone()
    return np.fromstring(text, dtype=np.int64, sep=",") if text else np.zeros(0, dtype=np.int64)


def _listed(keys: Column) -> str:
    return f"[{','.join(map(str, keys.tolist()))}]"


def _marks(items: Iterable[object]) -> str:
    return ",".join("?" for _ in items)
