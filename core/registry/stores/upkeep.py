"""What follows from images and annotations and is kept beside them, so that nobody has to count: revisions and counts.

Every write of annotations stands in an `annotations_written` block, or is an insert with an `Addition` around it
(core.registry.stores.additions); every insert of images stands in `images_come`, and new facts end with
`facts_written`. All of them come through `images_changed`, the one place that knows which images have
changed in whatever way: what else is kept of images is brought up to date, or forgotten, there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from core.domain.changes import Changes
from core.domain.ids import ImageId, ProjectId
from core.domain.projects import Source
from core.registry.changes import note
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_changes import note_growth
from core.registry.stores.selections import forget_blocks
from core.registry.tables.images import ANNOTATIONS, IMAGES
from core.registry.tables.projects import FOLDER_CATEGORIES, FOLDERS, ProjectRow

MAX_NAMED = 1_000
"""Of a project in which more images changed, `Changes` says so instead of naming them."""

IS_GROUND_TRUTH = ANNOTATIONS.c.source != Source.MODEL.value

Tally = Mapping[str, int]
"""How many annotations of ground truth an image has by its category's key, written as the database writes it."""

_FIRST_NEW = "calque_first_new_image"  # of a session that has inserted images: all keys from there on are theirs

_NO_CATEGORY = "0"  # keys begin at 1


class FolderChange:
    """What is to be added to a folder's counts; by category the annotations and the images with at least one."""

    def __init__(self, n_images: int = 0) -> None:
        self.n_images = n_images
        self.n_annotated = 0
        self.n_annotations = 0
        self.categories: dict[str, tuple[int, int]] = {}

    def replace(self, before: Tally, after: Tally) -> None:
        """One image said `before` and says `after`."""
        self.n_annotated += bool(after) - bool(before)
        for category in before.keys() | after.keys():
            if category == _NO_CATEGORY:
                continue
            n = after.get(category, 0) - before.get(category, 0)
            n_before, n_images = self.categories.get(category, (0, 0))
            self.categories[category] = n_before + n, n_images + (category in after) - (category in before)
            self.n_annotations += n


class Touched:
    """Which images were written to, by project: collected over the many statements of one write."""

    def __init__(self) -> None:
        self._images: dict[str, set[int]] = defaultdict(set)

    def add(self, project: str, images: Iterable[int]) -> None:
        self._images[project].update(images)

    def note(self, session: Session) -> None:
        """Annotations of these images have changed. Those that came in the same transaction are not named besides."""
        first_new = session.info.get(_FIRST_NEW)
        for project, images in self._images.items():
            id = ProjectId(project)
            known = [key for key in images if first_new is None or key < first_new]
            is_many = len(known) > MAX_NAMED
            note(session, Changes.whole_project(id) if is_many else Changes.annotations(id, map(_image_id, known)))


@contextmanager
def annotations_written(session: Session, images: Collection[int], touched: Touched) -> Iterator[None]:
    """Around every insert, update and delete of annotations of these images (keys; not too many at once).

    At the block's end all that is kept of them, of their folders and of their project agrees with the annotations.
    """
    keys = sorted(set(images))
    before = _tally(session, keys)
    yield
    after = _tally(session, keys)
    places = _find_places(session, keys)
    _bring_images_up_to_date(session, keys, after)
    add_to_folders(session, _differences(places, before, after))
    by_project: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        by_project[places[key].project].append(key)
    for project, written in by_project.items():
        images_changed(session, project, written)
        touched.add(project, written)


@contextmanager
def images_come(session: Session, project: ProjectId, folders: Iterable[int]) -> Iterator[None]:
    """Around the insert of images without annotations; `folders` has the key of each one's folder."""
    if _FIRST_NEW not in session.info:
        session.info[_FIRST_NEW] = (session.scalar(select(func.max(IMAGES.c.id))) or 0) + 1
    yield
    numbers = Counter(folders)
    add_to_folders(session, {folder: FolderChange(n_images=n) for folder, n in numbers.items()})
    images_changed(session, project, ())  # blocks that lack images are known by their number
    note(session, Changes.of(projects=[project], image_lists=[project], folders=[project]))


@contextmanager
def images_move(session: Session, project: ProjectId, folders: Mapping[int, int]) -> Iterator[None]:
    """Around the update of images' paths; `folders` has the key of each one's new folder by its own key."""
    changes: dict[int, FolderChange] = defaultdict(FolderChange)
    places, tallies = _find_places(session, folders), _tally(session, folders)
    for key, new in folders.items():
        tally, old = tallies.get(key, {}), places[key].folder
        changes[old].n_images -= 1
        changes[new].n_images += 1
        changes[old].replace(tally, {})
        changes[new].replace({}, tally)
    yield
    add_to_folders(session, changes)
    facts_written(session, folders)
    project_changed(session, project, None)  # the order of all has changed with their paths
    note(session, Changes.of(projects=[project], image_lists=[project], folders=[project]))


def facts_written(session: Session, images: Collection[int], *, is_revised: bool = False) -> None:
    """The facts of these images were written anew; `is_revised`: and their revisions with them."""
    by_project: dict[str, list[int]] = defaultdict(list)
    cursor = cursor_of(session)
    for chunk in chunked(images, KEYS_PER_QUERY):
        if not is_revised:
            session.execute(update(IMAGES).where(IMAGES.c.id.in_(chunk)).values(revision=IMAGES.c.revision + 1))
        marks = ",".join("?" * len(chunk))
        for key, project in cursor.execute(f"SELECT id, project_id FROM image WHERE id IN ({marks})", chunk):
            by_project[project].append(key)
    for project, keys in by_project.items():
        images_changed(session, project, keys)
        id = ProjectId(project)
        is_many = len(keys) > MAX_NAMED
        note(session, Changes.of(image_lists=[id]) if is_many else Changes.of(images=map(_image_id, keys)))


def by_models_written(session: Session, images: Collection[int]) -> None:
    """Accepted predictions on these images came or went: of ground truth, and so of all counts, nothing has changed."""
    touched = Touched()
    by_project: dict[str, list[int]] = defaultdict(list)
    for chunk in chunked(sorted(set(images)), KEYS_PER_QUERY):
        session.execute(update(IMAGES).where(IMAGES.c.id.in_(chunk)).values(revision=IMAGES.c.revision + 1))
        for key, place in _find_places(session, chunk).items():
            by_project[place.project].append(key)
    for project, keys in by_project.items():
        images_changed(session, project, keys)
        touched.add(project, keys)
    touched.note(session)


def project_changed(session: Session, project: str, images: Collection[int] | None = ()) -> None:
    """Let the project's revision grow: about these images, by key; none = its name, its folder or its classes; None =
    any of its images."""
    session.execute(update(ProjectRow).where(ProjectRow.id == project).values(revision=ProjectRow.revision + 1))
    note_growth(session, project, images)


def images_changed(session: Session, project: str, images: Collection[int] | None) -> None:
    """These images, by key, came, changed their facts, or were annotated; None = any of the project's may have."""
    project_changed(session, project, images)
    forget_blocks(session, ProjectId(project), images)


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
    images_changed(session, project, None)
    note(session, Changes.whole_project(project))


def add_to_folders(session: Session, changes: Mapping[int, FolderChange]) -> None:
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
        {"folder_id": key, "category_id": int(category), "n_annotations": n, "n_images": n_images}
        for key, change in changes.items()
        for category, (n, n_images) in change.categories.items()
        if n or n_images
    ]
    if cells:
        _add_to_cells(session, cells)


# --- parts -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    project: str
    folder: int


def _tally(session: Session, images: Iterable[int]) -> dict[int, Tally]:
    """By image; one without ground truth is not in it. A row an image: one for each of its categories takes longer."""
    found: dict[int, Tally] = {}
    for chunk in chunked(images, KEYS_PER_QUERY):
        rows = session.execute(
            select(
                ANNOTATIONS.c.image_id, func.group_concat(func.coalesce(ANNOTATIONS.c.category_id, int(_NO_CATEGORY)))
            )
            .where(ANNOTATIONS.c.image_id.in_(chunk), IS_GROUND_TRUTH)
            .group_by(ANNOTATIONS.c.image_id)
        )
        found.update((image, Counter(categories.split(","))) for image, categories in rows)
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
        n_objects = sum(tally.values()) - tally.get(_NO_CATEGORY, 0)
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
) -> dict[int, FolderChange]:
    """By folder."""
    changes: dict[int, FolderChange] = defaultdict(FolderChange)
    for key in before.keys() | after.keys():
        old, new = before.get(key, {}), after.get(key, {})
        if old != new:
            changes[places[key].folder].replace(old, new)
    return changes


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


def _image_id(key: int) -> ImageId:
    return ImageId(str(key))
