"""Classes of whole images, given and taken for a hundred thousand at once by statements."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from sqlite3 import Cursor

import numpy as np
from sqlalchemy.orm import Session

from core.domain.categories import Labelled, Labelling
from core.domain.ids import CategoryId, ProjectId
from core.domain.labelling import MAX_AUTHOR
from core.registry.stores.annotation_steps import Step, delete_kept, digest_of, keep
from core.registry.stores.categories import get_facts
from core.registry.stores.driver import cursor_of
from core.registry.stores.kept_rows import Keys
from core.registry.stores.mass_upkeep import images_relabelled

_CHOSEN = "CREATE TEMP TABLE IF NOT EXISTS chosen_image (id INTEGER PRIMARY KEY)"
_TRUTH = "source != 'model' AND kind = 'image'"
_OF_CHOSEN = f"image_id IN (SELECT id FROM chosen_image) AND {_TRUTH}"
_WITH_SHAPES = """
DELETE FROM chosen_image WHERE EXISTS (
 SELECT 1 FROM annotation WHERE image_id = chosen_image.id AND source != 'model' AND kind != 'image'
)
"""
_LACKING = f"""
SELECT id FROM chosen_image WHERE NOT EXISTS (
 SELECT 1 FROM annotation WHERE image_id = chosen_image.id AND {_TRUTH} AND category_id IS ?
) ORDER BY id
"""
_GOING = {
    Labelling.ADD: "category_id IS NULL",
    Labelling.REPLACE: "category_id IS NOT ?",
    Labelling.REMOVE: "category_id = ?",
    Labelling.CLEAR: "TRUE",
    Labelling.WITHOUT_CONCEPT: "category_id IS NOT NULL",
}
_INSERT = """
INSERT INTO annotation (image_id, category_id, source, kind, is_crowd, is_corrected, author, edited_at)
VALUES (?, ?, 'human', 'image', 0, 0, ?, ?)
"""


def label_images(
    session: Session,
    project: ProjectId,
    images: Keys,
    labelling: Labelling,
    category: CategoryId | None,
    *,
    author: str,
    at: datetime,
) -> tuple[Labelled, Step]:
    """`category` is named where `labelling` takes one. Accepted predictions stay as they are. Raises NotFoundError."""
    cursor = cursor_of(session)
    key = None if category is None else get_facts(cursor, project, category).id
    n_there = _choose(cursor, project, images)
    n_left = 0
    if labelling is Labelling.WITHOUT_CONCEPT:
        n_left = cursor.execute(_WITH_SHAPES).rowcount
    going = _GOING[labelling]
    kept = keep(cursor, f"{_OF_CHOSEN} AND {going}", (key,) if "?" in going else ())
    coming: list[int] = []
    if labelling in (Labelling.ADD, Labelling.REPLACE, Labelling.WITHOUT_CONCEPT):
        coming = [image for (image,) in cursor.execute(_LACKING, (key,))]
    changed = np.union1d(kept.images, np.array(coming, dtype=np.int64))
    added = np.zeros(0, dtype=np.int64)
    if len(changed):
        with images_relabelled(session, project, changed.tolist()):
            delete_kept(cursor, kept)
            added = _insert(cursor, coming, key, author, at)
    told = Labelled(len(changed), n_there - n_left - len(changed), n_left, len(images) - n_there)
    return told, Step(project, kept, added, digest=digest_of(cursor, added))


def _choose(cursor: Cursor, project: ProjectId, images: Keys) -> int:
    """Those that the project has."""
    cursor.execute(_CHOSEN)
    cursor.execute("DELETE FROM chosen_image")
    cursor.executemany("INSERT OR IGNORE INTO chosen_image VALUES (?)", ((key,) for key in images.tolist()))
    cursor.execute(
        "DELETE FROM chosen_image WHERE id NOT IN "
        "(SELECT image.id FROM chosen_image AS c CROSS JOIN image ON image.id = c.id WHERE project_id = ?)",
        (project,),
    )
    n: int = cursor.execute("SELECT count(*) FROM chosen_image").fetchone()[0]
    return n


def _insert(cursor: Cursor, images: Collection[int], category: int | None, author: str, at: datetime) -> Keys:
    """The keys of the new rows, in the order of the images."""
    if not images:
        return np.zeros(0, dtype=np.int64)
    (last,) = cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'annotation'").fetchone()
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    who = author[:MAX_AUTHOR] or None
    cursor.executemany(_INSERT, ((image, category, who, moment) for image in images))
    return np.arange(last + 1, last + 1 + len(images), dtype=np.int64)
