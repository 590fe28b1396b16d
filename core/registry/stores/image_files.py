"""The files of a project's images as the registry knows them, page by page: a project may have a million."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.ids import ProjectId
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.tables.images import ImageRow


@dataclass(frozen=True, slots=True)
class ImageFile:
    """`path` is relative to the project's folder."""

    path: str
    n_bytes: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ImageFact:
    """What tells whether an image is still the one that somebody spoke of. `key` is the table's."""

    key: int
    sha256: str
    width: int
    height: int


def facts_of(session: Session, project: ProjectId, paths: Iterable[str]) -> dict[str, ImageFact]:
    """By path, of those images that the project has."""
    found: dict[str, ImageFact] = {}
    for chunk in chunked(paths, KEYS_PER_QUERY):
        query = select(ImageRow.path, ImageRow.id, ImageRow.sha256, ImageRow.width, ImageRow.height)
        rows = session.execute(query.where(ImageRow.project_id == project, ImageRow.path.in_(chunk)))
        found.update((path, ImageFact(key, sha256, width, height)) for path, key, sha256, width, height in rows)
    return found


def files_after(session: Session, project: ProjectId, after: int, limit: int) -> tuple[tuple[ImageFile, ...], int]:
    """The next files in the order of the images' ids, and the last of these ids, `after` when there are no more."""
    rows = session.execute(
        select(ImageRow.id, ImageRow.path, ImageRow.n_bytes, ImageRow.mtime_ns, ImageRow.sha256)
        .where(ImageRow.project_id == project, ImageRow.id > after)
        .order_by(ImageRow.id)
        .limit(limit)
    ).all()
    return tuple(ImageFile(*row[1:]) for row in rows), rows[-1][0] if rows else after


def paths_of(session: Session, keys: Iterable[int]) -> dict[int, str]:
    """By key, of those images that are there."""
    found: dict[int, str] = {}
    for chunk in chunked(keys, KEYS_PER_QUERY):
        rows = session.execute(select(ImageRow.id, ImageRow.path).where(ImageRow.id.in_(chunk)))
        found.update((key, path) for key, path in rows)
    return found
