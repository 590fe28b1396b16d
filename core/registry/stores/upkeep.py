"""What follows from images and annotations and is kept beside them, so that nobody has to count: revisions and counts.

Every write of annotations stands in an `annotations_written` block. What else is to follow from the annotations of an
image belongs into `_bring_images_up_to_date`, the one place where it is known which images were written to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.domain.changes import NO_CHANGES, Changes
from core.domain.ids import ImageId, ProjectId
from core.domain.projects import Source
from core.registry.changes import note
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.tables.images import ANNOTATIONS, IMAGES
from core.registry.tables.projects import FOLDER_CATEGORIES, FOLDERS, ProjectRow

MAX_NAMED = 1_000
"""Of a project in which more images changed, `Changes` says so instead of naming them."""

IS_GROUND_TRUTH = ANNOTATIONS.c.source != Source.MODEL.value

Tally = Mapping[int | None, int]
"""How many annotations of ground truth an image has by category."""


class Touched:
    """Which images were written to, by project; collects over many writes what `Changes` says of them."""

    def __init__(self) -> None:
        self._images: dict[str, set[int]] = defaultdict(set)

    def add(self, project: str, images: Iterable[int]) -> None:
        self._images[project].update(images)

    def changes(self) -> Changes:
        """Annotations of these images have changed."""
        return NO_CHANGES.merged(*(_changes_of(ProjectId(id), images) for id, images in self._images.items()))


@contextmanager
def annotations_written(session: Session, images: Collection[int], touched: Touched | None = None) -> Iterator[None]:
    """Around every insert, update and delete of annotations of these images (keys; not too many at once).

    At the block's end all that is kept of them, of their folders and of their project agrees with the annotations.
    """
    keys = sorted(set(images))
    before = _tally(session, keys)
    yield
    after = _tally(session, keys)
    places = _find_places(session, keys)
    _bring_images_up_to_date(session, keys, after)
    _add_to_folders(session, _differences(places, before, after))
    by_project: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        by_project[places[key].project].append(key)
    for project, written in by_project.items():
        project_changed(session, project)
        if touched is not None:
            touched.add(project, written)


def images_came(session: Session, project: str, folders: Iterable[int]) -> None:
    """New images without annotations; `folders` has the key of each one's folder."""
    numbers = Counter(folders)
    _add_to_folders(session, {folder: _FolderChange(n_images=n) for folder, n in numbers.items()})
    if numbers:
        project_changed(session, project)


def facts_written(session: Session, images: Collection[int]) -> Changes:
    """The facts of these images were written anew; says of which projects."""
    for chunk in chunked(images, KEYS_PER_QUERY):
        session.execute(update(IMAGES).where(IMAGES.c.id.in_(chunk)).values(revision=IMAGES.c.revision + 1))
    changes = []
    by_project: dict[str, set[int]] = defaultdict(set)
    for key, place in _find_places(session, images).items():
        by_project[place.project].add(key)
    for project, keys in by_project.items():
        project_changed(session, project)
        id = ProjectId(project)
        named = {"images": map(_image_id, keys)} if len(keys) <= MAX_NAMED else {"image_lists": (id,)}
        changes.append(Changes.of(projects=(id,), **named))
    return note(session, NO_CHANGES.merged(*changes))


def project_changed(session: Session, project: str) -> None:
    """Let the project's revision grow."""
    session.execute(update(ProjectRow).where(ProjectRow.id == project).values(revision=ProjectRow.revision + 1))


def recount(session: Session, project: ProjectId) -> None:
    """Count everything anew, for a project whose kept counts are found to be wrong. Other writes never need it."""
    truth = (ANNOTATIONS.c.image_id == IMAGES.c.id) & IS_GROUND_TRUTH
    folders = select(FOLDERS.c.id).where(FOLDERS.c.project_id == project)
    is_object = truth & ANNOTATIONS.c.category_id.is_not(None)
    n_objects = select(func.count()).where(is_object).scalar_subquery()
    is_annotated = select(ANNOTATIONS.c.id).where(truth).exists()
    session.execute(
        update(IMAGES).where(IMAGES.c.project_id == project).values(n_annotations=n_objects, is_annotated=is_annotated)
    )
    for column, number in (
        ("n_images", func.count()),
        ("n_annotated", func.count().filter(IMAGES.c.is_annotated)),
        ("n_annotations", func.coalesce(func.sum(IMAGES.c.n_annotations), 0)),
    ):
        counted = select(number).where(IMAGES.c.folder_id == FOLDERS.c.id).scalar_subquery()
        session.execute(update(FOLDERS).where(FOLDERS.c.project_id == project).values({column: counted}))
    session.execute(delete(FOLDER_CATEGORIES).where(FOLDER_CATEGORIES.c.folder_id.in_(folders)))
    session.execute(
        insert(FOLDER_CATEGORIES).from_select(
            ["folder_id", "category_id", "n_annotations", "n_images"],
            select(
                IMAGES.c.folder_id,
                ANNOTATIONS.c.category_id,
                func.count(),
                func.count(ANNOTATIONS.c.image_id.distinct()),
            )
            .join(ANNOTATIONS, ANNOTATIONS.c.image_id == IMAGES.c.id)
            .where(IMAGES.c.project_id == project, IS_GROUND_TRUTH, ANNOTATIONS.c.category_id.is_not(None))
            .group_by(IMAGES.c.folder_id, ANNOTATIONS.c.category_id),
        )
    )
    project_changed(session, project)
    note(session, Changes.whole_project(project))


# --- parts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    project: str
    folder: int


class _FolderChange:
    """What is to be added to a folder's counts; by category the annotations and the images with at least one."""

    def __init__(self, n_images: int = 0) -> None:
        self.n_images = n_images
        self.n_annotated = 0
        self.n_annotations = 0
        self.categories: dict[int, tuple[int, int]] = {}

    def replace(self, before: Tally, after: Tally) -> None:
        """One image said `before` and says `after`."""
        self.n_annotated += bool(after) - bool(before)
        for category in before.keys() | after.keys():
            if category is None:
                continue
            n = after.get(category, 0) - before.get(category, 0)
            n_before, n_images = self.categories.get(category, (0, 0))
            self.categories[category] = n_before + n, n_images + (category in after) - (category in before)
            self.n_annotations += n


def _tally(session: Session, images: Iterable[int]) -> dict[int, dict[int | None, int]]:
    """By image; one without ground truth is not in it."""
    found: dict[int, dict[int | None, int]] = {}
    for chunk in chunked(images, KEYS_PER_QUERY):
        rows = session.execute(
            select(ANNOTATIONS.c.image_id, ANNOTATIONS.c.category_id, func.count())
            .where(ANNOTATIONS.c.image_id.in_(chunk), IS_GROUND_TRUTH)
            .group_by(ANNOTATIONS.c.image_id, ANNOTATIONS.c.category_id)
        )
        for image, category, n in rows:
            found.setdefault(image, {})[category] = n
    return found


def _find_places(session: Session, images: Iterable[int]) -> dict[int, _Place]:
    found: dict[int, _Place] = {}
    for chunk in chunked(images, KEYS_PER_QUERY):
        rows = session.execute(
            select(IMAGES.c.id, IMAGES.c.project_id, IMAGES.c.folder_id).where(IMAGES.c.id.in_(chunk))
        )
        found.update((key, _Place(project, folder)) for key, project, folder in rows)
    return found


def _bring_images_up_to_date(session: Session, images: Collection[int], tallies: Mapping[int, Tally]) -> None:
    """What each of these images carries of its annotations."""
    rows = []
    for key in images:
        tally = tallies.get(key, {})
        n_objects = sum(n for category, n in tally.items() if category is not None)
        rows.append({"key": key, "n_objects": n_objects, "has_truth": bool(tally)})
    if rows:
        session.execute(
            update(IMAGES)
            .where(IMAGES.c.id == bindparam("key"))
            .values(
                n_annotations=bindparam("n_objects"),
                is_annotated=bindparam("has_truth"),
                revision=IMAGES.c.revision + 1,
            ),
            rows,
        )


def _differences(
    places: Mapping[int, _Place], before: Mapping[int, Tally], after: Mapping[int, Tally]
) -> dict[int, _FolderChange]:
    """By folder."""
    changes: dict[int, _FolderChange] = defaultdict(_FolderChange)
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        if old != new:
            changes[places[key].folder].replace(old, new)
    return changes


def _add_to_folders(session: Session, changes: Mapping[int, _FolderChange]) -> None:
    totals = [
        {"key": key, "images": change.n_images, "annotated": change.n_annotated, "annotations": change.n_annotations}
        for key, change in changes.items()
    ]
    if totals:
        session.execute(
            update(FOLDERS)
            .where(FOLDERS.c.id == bindparam("key"))
            .values(
                n_images=FOLDERS.c.n_images + bindparam("images"),
                n_annotated=FOLDERS.c.n_annotated + bindparam("annotated"),
                n_annotations=FOLDERS.c.n_annotations + bindparam("annotations"),
            ),
            totals,
        )
    cells = [
        {"folder_id": key, "category_id": category, "n_annotations": n, "n_images": n_images}
        for key, change in changes.items()
        for category, (n, n_images) in change.categories.items()
        if n or n_images
    ]
    if cells:
        _add_to_cells(session, cells)


def _add_to_cells(session: Session, cells: list[dict[str, int]]) -> None:
    added = insert(FOLDER_CATEGORIES)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["folder_id", "category_id"],
            set_={name: FOLDER_CATEGORIES.c[name] + added.excluded[name] for name in ("n_annotations", "n_images")},
        ),
        cells,
    )
    empty = FOLDER_CATEGORIES.c.n_annotations == 0
    for chunk in chunked({cell["folder_id"] for cell in cells}, KEYS_PER_QUERY):
        session.execute(delete(FOLDER_CATEGORIES).where(FOLDER_CATEGORIES.c.folder_id.in_(chunk), empty))


def _changes_of(project: ProjectId, images: Collection[int]) -> Changes:
    if len(images) > MAX_NAMED:
        return Changes.whole_project(project)
    return Changes.annotations(project, map(_image_id, images))


def _image_id(key: int) -> ImageId:
    return ImageId(str(key))
