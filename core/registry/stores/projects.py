"""Projects, folders and categories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from core import clock
from core.domain.changes import Changes
from core.domain.ids import CategoryId, ProjectId
from core.domain.names import shown
from core.domain.projects import Category, Folder, Project
from core.domain.trash import TrashedProject
from core.errors import NotFoundError, RefusedError
from core.registry.changes import note
from core.registry.places import located_folder, stored_folder
from core.registry.roots import is_root_missing
from core.registry.stores.selections import forget_blocks
from core.registry.stores.upkeep import project_changed
from core.registry.tables.datasets import DatasetRow
from core.registry.tables.filters import SavedFilterRow
from core.registry.tables.images import ImageRow
from core.registry.tables.projects import FOLDERS, CategoryRow, FolderCategoryRow, FolderRow, ProjectRow
from core.registry.tables.trash import TrashedImageRow

MAX_NAME = 100


def insert_project(session: Session, *, name: str, root: Path, id: ProjectId | None = None) -> ProjectId:
    """Raises RefusedError when the name is empty, too long, or another project's."""
    project = id or ProjectId(clock.new_id())
    name = check_name(session, name)
    session.add(ProjectRow(id=project, name=name, root=stored_folder(session, root), created_at=clock.now()))
    session.flush()
    note(session, Changes.whole_project(project))
    return project


def list_projects(session: Session) -> tuple[Project, ...]:
    """Last opened first."""
    latest = func.coalesce(ProjectRow.opened_at, ProjectRow.created_at).desc()
    return _read(session, select(ProjectRow).where(ProjectRow.removed_at.is_(None)).order_by(latest, ProjectRow.name))


def has_project(session: Session, id: ProjectId) -> bool:
    """Whether the registry knows it, if only as a removed one."""
    return session.get(ProjectRow, id) is not None


def get_project(session: Session, id: ProjectId) -> Project:
    """Raises NotFoundError for an unknown project and for a removed one."""
    found = _read(session, select(ProjectRow).where(ProjectRow.id == id, ProjectRow.removed_at.is_(None)))
    if not found:
        raise _not_there(id)
    return found[0]


def get_revision(session: Session, id: ProjectId) -> int:
    """Raises NotFoundError for an unknown project and for a removed one."""
    revision = session.scalar(select(ProjectRow.revision).where(ProjectRow.id == id, ProjectRow.removed_at.is_(None)))
    if revision is None:
        raise _not_there(id)
    return revision


def find_project(session: Session, name_or_id: str) -> Project | None:
    """By id, by name, or by a name that differs in upper and lower case only, if that is clear."""
    present = select(ProjectRow).where(ProjectRow.removed_at.is_(None))
    exact = _read(session, present.where((ProjectRow.id == name_or_id) | (ProjectRow.name == name_or_id)))
    if exact:
        return exact[0]
    names = session.execute(select(ProjectRow.id, ProjectRow.name).where(ProjectRow.removed_at.is_(None)))
    alike = [id for id, name in names if name.casefold() == name_or_id.casefold()]
    return get_project(session, ProjectId(alike[0])) if len(alike) == 1 else None


def rename_project(session: Session, id: ProjectId, name: str) -> None:
    """Raises RefusedError when the name is empty, too long, or another project's."""
    name = check_name(session, name, owner=id)
    if session.scalar(select(ProjectRow.name).where(ProjectRow.id == id)) in (None, name):
        return
    session.execute(update(ProjectRow).where(ProjectRow.id == id).values(name=name))
    project_changed(session, id)
    note(session, Changes.of(projects=[id], renamed=[id]))


def set_root(session: Session, id: ProjectId, root: Path) -> None:
    """Its folder lies elsewhere now; its images keep their paths in it."""
    session.execute(update(ProjectRow).where(ProjectRow.id == id).values(root=stored_folder(session, root)))
    project_changed(session, id)
    note(session, Changes.whole_project(id))


def check_name(session: Session, name: str, *, owner: ProjectId | None = None) -> str:
    """The name as it is stored. Raises RefusedError; a project may keep its own name."""
    name = name.strip()
    if not name:
        raise RefusedError("Give the project a name.")
    if len(name) > MAX_NAME:
        raise RefusedError(f"The project's name is longer than {MAX_NAME} characters.")
    if not name.isprintable():
        raise RefusedError(f'The project\'s name "{shown(name)}" has characters that cannot be shown.')
    holder = session.scalar(select(ProjectRow.id).where(ProjectRow.name == name, ProjectRow.removed_at.is_(None)))
    if holder is not None and holder != owner:
        raise RefusedError(f'A project named "{name}" already exists.', hint="Choose another name.")
    return name


def mark_opened(session: Session, id: ProjectId, at: datetime) -> None:
    """No change of the project: its revision stays."""
    session.execute(update(ProjectRow).where(ProjectRow.id == id).values(opened_at=at))
    note(session, Changes.of(projects=[id]))


def remove_project(session: Session, id: ProjectId) -> None:
    """Into the trash, with all it has."""
    session.execute(update(ProjectRow).where(ProjectRow.id == id).values(removed_at=clock.now()))
    project_changed(session, id)
    note(session, Changes.whole_project(id).merged(Changes.of(trash=[id])))


def list_removed(session: Session) -> tuple[TrashedProject, ...]:
    """Projects in the trash, the last removed first."""
    rows = session.execute(
        select(
            ProjectRow.id,
            ProjectRow.name,
            ProjectRow.removed_at,
            func.coalesce(func.sum(FolderRow.n_images), 0),
            func.coalesce(func.sum(FolderRow.n_annotations), 0),
        )
        .outerjoin(FolderRow, FolderRow.project_id == ProjectRow.id)
        .where(ProjectRow.removed_at.is_not(None), ProjectRow.purged_at.is_(None))
        .group_by(ProjectRow.id)
        .order_by(ProjectRow.removed_at.desc(), ProjectRow.id)
    )
    return tuple(
        TrashedProject(ProjectId(id), name, at, n_images, n_annotations)
        for id, name, at, n_images, n_annotations in rows
        if at is not None
    )


def restore_project(session: Session, id: ProjectId) -> str:
    """Out of the trash; returns its name, with a number behind it where another project has it by now.

    Raises NotFoundError for what is not in the trash.
    """
    row = _get_removed(session, id)
    taken = {name for (name,) in session.execute(select(ProjectRow.name).where(ProjectRow.removed_at.is_(None)))}
    name, number = row.name, 2
    while name in taken:
        suffix = f" ({number})"
        name, number = row.name[: MAX_NAME - len(suffix)] + suffix, number + 1
    row.name, row.removed_at = name, None
    session.flush()
    project_changed(session, id)
    note(session, Changes.whole_project(id).merged(Changes.of(trash=[id], renamed=[id])))
    return name


def purge_project(session: Session, id: ProjectId) -> None:
    """Its images, annotations and classes go for good; a tombstone stays for its runs, models and frozen datasets.

    Raises NotFoundError for what is not in the trash.
    """
    now = clock.now()
    _get_removed(session, id)
    forget_blocks(session, id)
    # Through the images first: the cascade from the categories would look at every annotation one by one.
    session.execute(delete(ImageRow).where(ImageRow.project_id == id))
    session.execute(delete(FolderRow).where(FolderRow.project_id == id))
    session.execute(delete(CategoryRow).where(CategoryRow.project_id == id))
    session.execute(delete(TrashedImageRow).where(TrashedImageRow.project_id == id))
    session.execute(delete(SavedFilterRow).where(SavedFilterRow.project_id == id))
    of_project = DatasetRow.project_id == id
    is_frozen = DatasetRow.snapshot_id.is_not(None)
    session.execute(
        update(DatasetRow).where(of_project, is_frozen, DatasetRow.deleted_at.is_(None)).values(deleted_at=now)
    )
    session.execute(delete(DatasetRow).where(of_project, ~is_frozen))
    session.execute(update(ProjectRow).where(ProjectRow.id == id).values(purged_at=now))
    project_changed(session, id)
    note(session, Changes.whole_project(id).merged(Changes.of(trash=[id])))


def _get_removed(session: Session, id: ProjectId) -> ProjectRow:
    row = session.scalar(
        select(ProjectRow).where(
            ProjectRow.id == id, ProjectRow.removed_at.is_not(None), ProjectRow.purged_at.is_(None)
        )
    )
    if row is None:
        raise NotFoundError(f'There is no project with the id "{id}" in the trash.', hint="It may have been emptied.")
    return row


def list_categories(session: Session, project: ProjectId) -> tuple[Category, ...]:
    """In their order, with the counts of the ground truth."""
    counted = (
        select(
            FolderCategoryRow.category_id,
            func.sum(FolderCategoryRow.n_annotations).label("n_annotations"),
            func.sum(FolderCategoryRow.n_images).label("n_images"),
        )
        # By way of the folders, so that the rows are read in the order in which they lie.
        .join(FolderRow, FolderRow.id == FolderCategoryRow.folder_id)
        .where(FolderRow.project_id == project)
        .group_by(FolderCategoryRow.category_id)
        .subquery()
    )
    rows = session.execute(
        select(
            CategoryRow.id,
            CategoryRow.name,
            CategoryRow.position,
            func.coalesce(counted.c.n_annotations, 0),
            func.coalesce(counted.c.n_images, 0),
            CategoryRow.colour,
        )
        .outerjoin(counted, counted.c.category_id == CategoryRow.id)
        .where(CategoryRow.project_id == project)
        .order_by(CategoryRow.position)
    )
    return tuple(
        Category(CategoryId(str(id)), name, position, n_annotations, n_images, colour)
        for id, name, position, n_annotations, n_images, colour in rows
    )


def add_categories(session: Session, project: ProjectId, names: Iterable[str]) -> Mapping[str, CategoryId]:
    """Names that are new are appended in the given order; returns the ids of all of the project's categories."""
    query = select(CategoryRow.name, CategoryRow.id).where(CategoryRow.project_id == project)
    known = dict(session.execute(query).all())
    new = [name for name in dict.fromkeys(names) if name not in known]
    if new:
        highest = session.scalar(select(func.max(CategoryRow.position)).where(CategoryRow.project_id == project))
        start = 0 if highest is None else highest + 1
        for position, name in enumerate(new, start):
            row = CategoryRow(project_id=project, name=name, position=position)
            session.add(row)
            session.flush()
            known[name] = row.id
        project_changed(session, project)
        note(session, Changes.of(categories=[project]))
    return {name: CategoryId(str(id)) for name, id in known.items()}


def list_folders(session: Session, project: ProjectId, *, with_categories: bool = True) -> tuple[Folder, ...]:
    """Every node from the root down, sorted, the counts of a node including all that is below it.

    Without the counts of their categories it takes a tenth of the time.
    """
    folders = session.execute(
        select(FolderRow.id, FolderRow.path, FolderRow.n_images, FolderRow.n_annotated).where(
            FolderRow.project_id == project, FolderRow.n_images > 0
        )
    )
    of_folders = _list_category_counts(session, project) if with_categories else {}
    totals: dict[str, list[int]] = {"": [0, 0]}
    categories: dict[str, dict[int, int]] = {"": {}}
    for key, path, n_images, n_annotated in folders:
        own = of_folders.get(key, {})
        for node in _with_parents(path):
            total = totals.setdefault(node, [0, 0])
            total[0] += n_images
            total[1] += n_annotated
            counts = categories.setdefault(node, {})
            for category, n in own.items():
                counts[category] = counts.get(category, 0) + n
    ids = {category: CategoryId(str(category)) for category in sorted(categories[""])}
    return tuple(
        Folder(
            path,
            n_images=totals[path][0],
            n_annotated=totals[path][1],
            category_counts=tuple((ids[category], n) for category, n in sorted(categories[path].items())),
        )
        for path in sorted(totals, key=lambda path: path.split("/"))
    )


def _list_category_counts(session: Session, project: ProjectId) -> dict[int, dict[int, int]]:
    """By folder and category. A row a folder, since fetching a row a category takes longer than all else."""
    rows = session.execute(
        select(
            FolderCategoryRow.folder_id,
            func.group_concat(FolderCategoryRow.category_id),
            func.group_concat(FolderCategoryRow.n_annotations),
        )
        .join(FolderRow, FolderRow.id == FolderCategoryRow.folder_id)
        .where(FolderRow.project_id == project)
        .group_by(FolderCategoryRow.folder_id)
    )
    return {
        folder: dict(zip(map(int, categories.split(",")), map(int, numbers.split(",")), strict=True))
        for folder, categories, numbers in rows
    }


def add_folders(session: Session, project: ProjectId, paths: Iterable[str]) -> Mapping[str, int]:
    """Makes those that are new; returns the keys of all of the project's folders."""
    query = select(FolderRow.path, FolderRow.id).where(FolderRow.project_id == project)
    known = dict(session.execute(query).all())
    new = sorted(set(paths) - known.keys())
    if new:
        session.execute(insert(FOLDERS), [{"project_id": project, "path": path} for path in new])
        known = dict(session.execute(query).all())
    return known


def _read(session: Session, query: Select[ProjectRow]) -> tuple[Project, ...]:
    rows = session.scalars(query).all()
    counts: dict[str, tuple[int, ...]] = {
        project: tuple(numbers)
        for project, *numbers in session.execute(
            select(
                FolderRow.project_id,
                func.sum(FolderRow.n_images),
                func.sum(FolderRow.n_annotated),
                func.sum(FolderRow.n_annotations),
            )
            .where(FolderRow.project_id.in_([row.id for row in rows]))
            .group_by(FolderRow.project_id)
        )
    }
    return tuple(_to_domain(row, located_folder(session, row.root), *counts.get(row.id, (0, 0, 0))) for row in rows)


def _not_there(id: ProjectId) -> NotFoundError:
    return NotFoundError(f'There is no project with the id "{id}".', hint="It may have been removed.")


def _to_domain(row: ProjectRow, root: Path, n_images: int, n_annotated: int, n_annotations: int) -> Project:
    return Project(
        id=ProjectId(row.id),
        name=row.name,
        root=root,
        created_at=row.created_at,
        n_images=n_images,
        n_annotated=n_annotated,
        n_annotations=n_annotations,
        is_root_missing=is_root_missing(root),
        opened_at=row.opened_at,
        revision=row.revision,
    )


def _with_parents(path: str) -> list[str]:
    """The folder and everything above it up to the root, "a/b" -> "a/b", "a", ""."""
    nodes = [path]
    while path:
        path = path.rpartition("/")[0]
        nodes.append(path)
    return nodes
