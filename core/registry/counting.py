"""Finds kept counts that do not agree with what they count, for `Registry.check`: counts everything, in plain SQL.

They are kept by core.registry.stores.upkeep with every write, so that only damage, or a program that is not Calque,
makes them wrong.
"""

from __future__ import annotations

import sqlite3

_IMAGES = """
SELECT image.project_id FROM image LEFT JOIN (
    SELECT image_id, count(category_id) AS n FROM annotation WHERE source != 'model' GROUP BY image_id
) AS truth ON truth.image_id = image.id
WHERE image.n_annotations != coalesce(truth.n, 0) OR image.is_annotated != (truth.n IS NOT NULL)
"""

_FOLDERS = """
SELECT folder.project_id FROM folder LEFT JOIN (
    SELECT folder_id, count(*) AS n_images, sum(is_annotated) AS n_annotated, sum(n_annotations) AS n_annotations
    FROM image GROUP BY folder_id
) AS counted ON counted.folder_id = folder.id
WHERE (folder.n_images, folder.n_annotated, folder.n_annotations)
    != (coalesce(counted.n_images, 0), coalesce(counted.n_annotated, 0), coalesce(counted.n_annotations, 0))
"""

_CATEGORIES = """
WITH counted AS (
    SELECT image.folder_id, annotation.category_id, count(*), count(DISTINCT annotation.image_id)
    FROM annotation JOIN image ON image.id = annotation.image_id
    WHERE annotation.source != 'model' AND annotation.category_id IS NOT NULL
    GROUP BY image.folder_id, annotation.category_id
), kept AS (SELECT folder_id, category_id, n_annotations, n_images FROM folder_category)
SELECT folder.project_id FROM folder WHERE folder.id IN (
    SELECT folder_id FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept)
    UNION ALL SELECT folder_id FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted)
)
"""


def find_miscounted(connection: sqlite3.Connection) -> tuple[str, ...]:
    """The names of the projects whose kept counts are wrong."""
    wrong = " UNION ".join(f"SELECT project_id FROM ({query})" for query in (_IMAGES, _FOLDERS, _CATEGORIES))
    rows = connection.execute(f"SELECT name FROM project WHERE id IN ({wrong}) ORDER BY name")
    return tuple(str(name) for (name,) in rows)
