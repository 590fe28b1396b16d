"""The queries of before counts were kept: every question counted all images or annotations. For comparison only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from core.domain.ids import ImageId, ProjectId
from core.registry.session import Session

_FOLDERS = """
SELECT folder.path, count(image.id), count(*) FILTER (WHERE image.is_annotated)
FROM folder JOIN image ON image.folder_id = folder.id WHERE folder.project_id = :project GROUP BY folder.id
"""
_FOLDER_CATEGORIES = """
SELECT folder.path, category.id, count(*) FROM folder JOIN image ON image.folder_id = folder.id
JOIN annotation ON annotation.image_id = image.id JOIN category ON category.id = annotation.category_id
WHERE folder.project_id = :project AND annotation.source != 'model' GROUP BY folder.id, category.id
"""
_CATEGORIES = """
SELECT annotation.category_id, count(*), count(DISTINCT annotation.image_id)
FROM annotation JOIN category ON category.id = annotation.category_id
WHERE category.project_id = :project AND annotation.source != 'model' GROUP BY annotation.category_id
"""
_PROJECT = """
SELECT count(*), count(*) FILTER (WHERE image.is_annotated), sum(image.n_annotations)
FROM folder JOIN image ON image.folder_id = folder.id WHERE folder.project_id = :project
"""
_RECOUNT = """
UPDATE image SET
    n_annotations = (SELECT count(*) FROM annotation WHERE annotation.image_id = image.id AND source != 'model'
        AND category_id IS NOT NULL),
    is_annotated = EXISTS (SELECT * FROM annotation WHERE annotation.image_id = image.id AND source != 'model')
WHERE project_id = :project
"""


def _rows(session: Session, query: str, project: ProjectId, **more: Any) -> Sequence[Any]:
    return session.execute(text(query), {"project": project} | more).all()


def list_folders(session: Session, project: ProjectId) -> list[tuple[str, int, int, dict[int, int]]]:
    nodes: dict[str, tuple[list[int], dict[int, int]]] = {"": ([0, 0], {})}
    for path, n_images, n_annotated in _rows(session, _FOLDERS, project):
        for node in _with_parents(path.decode()):
            total, _ = nodes.setdefault(node, ([0, 0], {}))
            total[0] += n_images
            total[1] += n_annotated
    for path, category, n in _rows(session, _FOLDER_CATEGORIES, project):
        for node in _with_parents(path.decode()):
            counts = nodes[node][1]
            counts[category] = counts.get(category, 0) + n
    return [(path, *total, counts) for path, (total, counts) in sorted(nodes.items())]


def overview(session: Session, project: ProjectId) -> None:
    """What opening a project asked for, the images aside."""
    _rows(session, _PROJECT, project)
    list_folders(session, project)
    _rows(session, _CATEGORIES, project)


def search(session: Session, project: ProjectId, wanted: str) -> tuple[ImageId, ...]:
    """What a key in the search asked for."""
    query = "SELECT id FROM image WHERE project_id = :project AND search_name LIKE :wanted ORDER BY path"
    keys = session.scalars(text(query), {"project": project, "wanted": f"%{wanted}%"})
    ids = tuple(ImageId(str(key)) for key in keys)
    _rows(session, "SELECT count(*) FROM image WHERE project_id = :project", project)
    _rows(session, _CATEGORIES, project)
    return ids


def recount(session: Session, project: ProjectId) -> None:
    session.execute(text(_RECOUNT), {"project": project})


def _with_parents(path: str) -> list[str]:
    nodes = [path]
    while path:
        path = path.rpartition("/")[0]
        nodes.append(path)
    return nodes
