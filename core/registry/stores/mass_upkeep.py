"""What follows from annotations where a statement writes millions of them: counted by statements too.

`annotations_written` of core.registry.stores.upkeep asks for each image before and after; this is for whole classes
and for a hundred thousand images at once.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.ids import ImageId, ProjectId
from core.registry.changes import note
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_blocks import BITS
from core.registry.stores.selections import forget_blocks
from core.registry.stores.upkeep import MAX_NAMED, FolderChange, add_to_folders, project_changed

_MAKE = "CREATE TEMP TABLE IF NOT EXISTS touched_image (id INTEGER PRIMARY KEY)"
_OF_CELLS = """
SELECT image.folder_id, annotation.category_id, count(*), count(DISTINCT annotation.image_id)
FROM touched_image CROSS JOIN image ON image.id = touched_image.id
CROSS JOIN annotation ON annotation.image_id = image.id
WHERE annotation.source != 'model' AND annotation.category_id IS NOT NULL GROUP BY 1, 2
"""
_COUNT_IMAGES = """
UPDATE image SET revision = revision + 1,
 n_annotations = (SELECT count(category_id) FROM annotation WHERE image_id = image.id AND source != 'model'),
 is_annotated = EXISTS (SELECT 1 FROM annotation WHERE image_id = image.id AND source != 'model')
WHERE id IN (SELECT id FROM touched_image)
"""
_OF_FOLDERS = """
SELECT folder_id, sum(is_annotated), sum(n_annotations)
FROM touched_image CROSS JOIN image ON image.id = touched_image.id GROUP BY folder_id
"""
_COUNT_CLASS = """
INSERT INTO folder_category (folder_id, category_id, n_annotations, n_images)
SELECT image.folder_id, ?, sum(n), count(*) FROM (
 SELECT image_id, count(*) AS n FROM annotation WHERE category_id = ? AND source != 'model' GROUP BY image_id
) CROSS JOIN image ON image.id = image_id GROUP BY image.folder_id
"""

Cells = dict[tuple[int, int], tuple[int, int]]


class TouchedImages:
    """The images that a statement is about to write annotations of: a temporary table, `touched_image`."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.cursor = cursor
        cursor.execute(_MAKE)
        cursor.execute("DELETE FROM touched_image")

    def add(self, images: Iterable[int]) -> None:
        self.cursor.executemany("INSERT OR IGNORE INTO touched_image VALUES (?)", ((key,) for key in images))

    def add_of_class(self, category: int) -> None:
        """All images that have an annotation of it, whoever made it."""
        query = "INSERT OR IGNORE INTO touched_image SELECT image_id FROM annotation WHERE category_id = ?"
        self.cursor.execute(query, (category,))


@contextmanager
def class_rewritten(session: Session, project: ProjectId, categories: Collection[int]) -> Iterator[TouchedImages]:
    """Around statements that write annotations of some classes alone, on any of the project's images.

    Who writes adds the images before. At the block's end the counts of these classes are made anew, whatever they are.
    """
    touched = TouchedImages(cursor_of(session))
    yield touched
    add_to_folders(session, _count_images(touched))
    for category in categories:
        touched.cursor.execute("DELETE FROM folder_category WHERE category_id = ?", (category,))
        touched.cursor.execute(_COUNT_CLASS, (category, category))
    _tell(session, project, touched)


@contextmanager
def images_relabelled(session: Session, project: ProjectId, images: Iterable[int]) -> Iterator[TouchedImages]:
    """Around statements that write annotations of these images, of any class."""
    touched = TouchedImages(cursor_of(session))
    touched.add(images)
    before = _cells(touched)
    yield touched
    changes = _count_images(touched)
    _add_cells(changes, before, _cells(touched))
    add_to_folders(session, changes)
    _tell(session, project, touched)


def _cells(touched: TouchedImages) -> Cells:
    """By folder and class, the annotations on the touched images, and those of these images that have one."""
    rows = touched.cursor.execute(_OF_CELLS)
    return {(folder, category): (n, n_images) for folder, category, n, n_images in rows}


def _add_cells(changes: dict[int, FolderChange], before: Cells, after: Cells) -> None:
    for folder, category in before.keys() | after.keys():
        old, new = before.get((folder, category), (0, 0)), after.get((folder, category), (0, 0))
        if old != new:
            changes[folder].categories[str(category)] = new[0] - old[0], new[1] - old[1]


def _count_images(touched: TouchedImages) -> dict[int, FolderChange]:
    """What that is to their folders, by key: a folder of a million images is not counted for one of them."""
    before = {folder: rest for folder, *rest in touched.cursor.execute(_OF_FOLDERS)}
    touched.cursor.execute(_COUNT_IMAGES)
    changes: dict[int, FolderChange] = defaultdict(FolderChange)
    for folder, n_annotated, n_annotations in touched.cursor.execute(_OF_FOLDERS):
        changes[folder].n_annotated = n_annotated - before[folder][0]
        changes[folder].n_annotations = n_annotations - before[folder][1]
    return changes


def _tell(session: Session, project: ProjectId, touched: TouchedImages) -> None:
    cursor = touched.cursor
    blocks = cursor.execute("SELECT DISTINCT id >> ? FROM touched_image", (BITS,)).fetchall()
    forget_blocks(session, project, [number << BITS for (number,) in blocks])
    found = cursor.execute("SELECT id FROM touched_image LIMIT ?", (MAX_NAMED + 1,)).fetchall()
    is_many = len(found) > MAX_NAMED
    images = [ImageId(str(key)) for (key,) in found]
    project_changed(session, project, None if is_many else [key for (key,) in found])
    note(session, Changes.whole_project(project) if is_many else Changes.annotations(project, images))
    cursor.execute("DELETE FROM touched_image")
