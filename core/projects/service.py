"""Verbs on projects. Nothing here touches a file of the person's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from core import clock
from core.domain.changes import Changes
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import BY_PATH, SortOrder
from core.domain.image_sums import ImageSums, ImageUse
from core.domain.locating import FolderMatch, MovedImages
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, Category, Folder, ImageFilter, ImageRecord, Project
from core.domain.runs import RunFilter
from core.domain.snapshots import Split
from core.errors import NotFoundError, RefusedError
from core.projects.counted_classes import CountedClasses
from core.projects.listings import Listings
from core.projects.locating import N_TRIED, check_folder, facts_there, find_moved, likely_folder
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import images, projects, runs
from core.registry.stores.annotations import get_annotated
from core.registry.stores.image_files import ImageFile, files_after
from core.registry.stores.model_annotations import count_model_annotations
from core.registry.stores.upkeep import recount

FILES_PER_PAGE = 5_000


class ProjectService:
    """Every method may be called on any thread and opens a session of its own."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._listings = Listings(registry)
        self._classes = CountedClasses(registry)

    def list_projects(self) -> tuple[Project, ...]:
        """Last opened first."""
        with self._registry.read() as session:
            return projects.list_projects(session)

    def get_project(self, id: ProjectId) -> Project:
        with self._registry.read() as session:
            return projects.get_project(session, id)

    def find_project(self, name_or_id: str) -> Project | None:
        with self._registry.read() as session:
            return projects.find_project(session, name_or_id)

    def rename_project(self, id: ProjectId, name: str, *, instead_of: str | None = None) -> Changes:
        """Raises RefusedError when the name is empty, too long, or another project's, or it is not `instead_of` that
        the project is called."""
        with self._registry.write() as session:
            project = projects.get_project(session, id)
            if instead_of is not None and project.name != instead_of:
                text = "The project has been renamed since: this cannot be taken back any more."
                raise RefusedError(text, hint=f'It is called "{shown(project.name)}" now.')
            projects.rename_project(session, id, name)
            return noted(session)

    def match_folder(
        self, id: ProjectId, folder: Path, *, told: Callable[[int, int], None] = lambda done, total: None
    ) -> FolderMatch:
        """Whether the project's images are in a folder: nothing is changed.

        Its subfolder of the old name, or the folder above, is taken where that fits better. `told(done, of how many)`
        may raise to give up. Raises RefusedError for what is no folder.
        """
        if not folder.is_dir():
            raise RefusedError(f'"{shown(folder)}" is not a folder.')
        project = self.get_project(id)
        step = max(project.n_images // N_TRIED, 1)
        tried = (file for number, file in enumerate(self._files(id)) if number % step == 0)
        likely = likely_folder(folder, project.root, islice(tried, N_TRIED))
        return check_folder(likely, project.n_images, self._files(id), told)

    def _files(self, id: ProjectId) -> Iterator[ImageFile]:
        """Read page by page, so that no transaction waits for a slow drive."""
        after = 0
        while True:
            with self._registry.read() as session:
                files, after = files_after(session, id, after, FILES_PER_PAGE)
            if not files:
                return
            yield from files

    def move_root(self, match: FolderMatch, id: ProjectId) -> Changes:
        """The project's folder is where `match_folder` found its images. Raises RefusedError when it found none."""
        if match.refusal:
            raise RefusedError(f'"{shown(match.folder)}" is not the project\'s folder: {match.refusal}')
        with self._registry.write(durable=True) as session:
            projects.get_project(session, id)
            projects.set_root(session, id, match.folder)
            return noted(session)

    def find_moved_images(
        self, id: ProjectId, *, told: Callable[[int, int], None] = lambda done, total: None
    ) -> MovedImages:
        """Which of the project's images are not where they were, and where in its folder they lie now: nothing is
        changed. Files are known by size and content. `told(done, of how many)` may raise to give up.

        Raises NotFoundError when the project's folder is not there.
        """
        return find_moved(self.get_project(id).root, self._files(id), told)

    def move_images(self, found: MovedImages, id: ProjectId) -> Changes:
        """The images lie where `find_moved_images` found them; their annotations and tags go with them."""
        with self._registry.write(durable=True) as session:
            root = projects.get_project(session, id).root
            known = images.list_facts(session, id)
            moved = {
                known[old][0]: facts_there(known[old][1], root, new)
                for old, new in found.moved
                if old in known and new not in known
            }
            images.move_images(session, id, moved)
            return noted(session)

    def remove_project(self, id: ProjectId) -> Changes:
        """Into the trash, with all it has (core.trash brings it back). Its files, its runs and its models stay.

        Refused (E-550) while a run is not ended.
        """
        with self._registry.write(durable=True) as session:
            project = projects.get_project(session, id)
            for run in runs.list_runs(session, RunFilter(projects=(id,))):
                if not run.status.is_terminal:
                    raise RefusedError(
                        f'"{shown(project.name)}" is in use by the run "{shown(run.name)}" ({run.status.value}).',
                        hint="Stop the training before removing it.",
                        code="E-550",
                    )
            projects.remove_project(session, id)
            return noted(session)

    def mark_opened(self, id: ProjectId) -> Changes:
        """Remember that the person looked at it now, for the list of recent projects."""
        with self._registry.write() as session:
            projects.mark_opened(session, id, clock.now())
            return noted(session)

    def recount(self) -> Changes:
        """Count everything of every project anew, where `Registry.check` has found counts that are wrong."""
        with self._registry.write(durable=True) as session:
            for project in projects.list_projects(session):
                recount(session, project.id)
            return noted(session)

    def list_categories(self, project: ProjectId) -> tuple[Category, ...]:
        """In their order, with the counts of the ground truth."""
        return self._classes.list(project)

    def list_folders(self, project: ProjectId, *, with_categories: bool = True) -> tuple[Folder, ...]:
        """Every node from the root down, sorted, the counts of a node including all that is below it.

        Without the counts of their categories it takes a tenth of the time.
        """
        with self._registry.read() as session:
            return projects.list_folders(session, project, with_categories=with_categories)

    def count_images(self, filter: ImageFilter) -> int:
        return self._listings.count(filter)

    def count_stated_sets(self, project: ProjectId) -> dict[Split, int]:
        """The images of each set as the import stated it; a set that no image is stated to be of is not there."""
        with self._registry.read() as session:
            found = images.count_stated_sets(session, project)
        return {split: found[split.value] for split in Split if split.value in found}

    def count_model_annotations(self, project: ProjectId) -> int:
        """Accepted predictions: they are no ground truth, and counted apart from it."""
        with self._registry.read() as session:
            return count_model_annotations(session, project)

    def get_revision(self, id: ProjectId) -> int:
        """Grows with every change of the project's name, images, annotations and classes. Raises NotFoundError."""
        with self._registry.read() as session:
            return projects.get_revision(session, id)

    def list_image_ids(self, filter: ImageFilter, *, sort: SortOrder = BY_PATH) -> ImageIds:
        """All that match, in order, so that a grid can fetch the records that it shows. None of a removed project.

        From memory where `prepare_lists` has read the project's images into it.
        """
        try:
            return self._listings.list_ids(filter, sort)
        except NotFoundError:
            return ImageIds.of(())

    def list_first_image_ids(self, filter: ImageFilter, *, sort: SortOrder = BY_PATH, most: int) -> ImageIds:
        """The first of what `list_image_ids` gives: sooner than all, as long as the project's images are not read into
        memory."""
        return self._listings.list_first(filter, sort, most)

    def has_prepared_lists(self, project: ProjectId, *, sort: SortOrder = BY_PATH) -> bool:
        """Whether lists of all of the project's images, in this order, take milliseconds."""
        return self._listings.has_order(project, sort)

    def prepare_lists(self, project: ProjectId, *, sort: SortOrder = BY_PATH) -> None:
        """Read what lists, searches, filters by class and orders, this one first, need into memory: of a million images
        it takes seconds. One project is held at a time, and kept true whatever changes."""
        with suppress(NotFoundError):  # removed meanwhile: there will be no lists
            self._listings.prepare(project, sort)

    def find_images(self, project: ProjectId, paths: Iterable[str]) -> dict[str, ImageRecord]:
        """By path, those that the project has."""
        with self._registry.read() as session:
            return images.find_images(session, project, paths)

    def get_images(self, ids: Sequence[ImageId]) -> tuple[ImageRecord, ...]:
        """In the order of `ids`, without those that are not (or no longer) there."""
        with self._registry.read() as session:
            return images.get_images(session, ids)

    def sum_images(self, project: ProjectId, ids: ImageIds) -> ImageSums:
        """Of some of the project's images; those that are gone do not count."""
        from core.projects.image_sums import sums_of  # NumPy comes with it

        return sums_of(self._listings.columns_of(project, ids))

    def get_use(self, image: ImageId) -> ImageUse:
        """One image and the sets it is in. Raises NotFoundError when it is gone."""
        from core.registry.stores.dataset_images import sets_of  # NumPy comes with it

        with self._registry.read() as session:
            found = get_annotated(session, (image,))
            if not found:
                raise NotFoundError("The image is not in the project any more.")
            return ImageUse(found[0], sets_of(session, image))

    def get_annotated(self, ids: Sequence[ImageId]) -> tuple[AnnotatedImage, ...]:
        """With the ground truth, in the order of `ids`, without those that are not (or no longer) there."""
        with self._registry.read() as session:
            return get_annotated(session, ids)
