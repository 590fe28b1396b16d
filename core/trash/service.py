"""Verbs on what is removed. The person's files are never touched, and nothing goes for good unasked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from core import clock
from core.domain.changes import NO_CHANGES, Changed, Changes
from core.domain.counting import counted
from core.domain.ids import ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.domain.trash import RestoredImages, TrashedImage, TrashedProject
from core.errors import CalqueError, RefusedError
from core.progress import IsCancelled, Progress, cut_short, never_cancelled, no_progress, sparing
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import projects, trash
from core.registry.stores.categories import refuse_while_frozen
from core.registry.stores.chunks import chunked

IMAGES_AT_ONCE = 4_500
"""A transaction's worth, so that other writers need not wait for a hundred thousand images."""


class TrashService:
    """Every method may be called on any thread; long ones tell their progress and can be stopped between two steps."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    # Images

    def remove_images(
        self,
        project: ProjectId,
        images: Iterable[ImageId],
        *,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Changed[ImageIds]:
        """Those that were in the project: `restore_images` with these undoes it. Their files stay where they are.

        What is cancelled has removed a part; that is what is returned. Raises RefusedError (E-432), NotFoundError.
        """
        keys, gone, changes, now = ImageIds.of(images).keys.tolist(), list[int](), NO_CHANGES, clock.now()
        told, cut_by = sparing(progress), None
        with self._registry.read() as session:
            projects.get_project(session, project)
        for chunk in chunked(keys, IMAGES_AT_ONCE):
            if is_cancelled():
                break
            try:
                with self._registry.write(durable=True) as session:
                    self._registry.occupied.check(project)
                    refuse_while_frozen(session, project)
                    some = trash.trash_images(session, project, chunk, now)
                    changes = changes.merged(noted(session))
            except CalqueError as error:
                if not gone:
                    raise
                cut_by = cut_short(error, len(gone), len(keys))
                break
            gone += some
            told(len(gone), len(keys), "Removing images")
        return Changed(_ids(gone), changes, cut_by)

    def restore_images(
        self,
        project: ProjectId,
        images: Iterable[ImageId] | None = None,
        *,
        is_whole: bool = False,
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Changed[RestoredImages]:
        """The same images with all they had; None = all that lie in the trash.

        One whose path another image has by now stays there, and is named; raises RefusedError when that holds for all.
        `is_whole`: it is raised, and nothing is written, when not all of them can come back. Those that came back
        before, when the rest could not, are no hindrance.
        """
        with self._registry.read() as session:
            projects.get_project(session, project)
            keys = trash.list_trashed_keys(session, project) if images is None else ImageIds.of(images).keys.tolist()
            if is_whole:
                _check_all(keys, *trash.look_at(session, project, keys))
        found, changes = trash.Restored(), NO_CHANGES
        told, cut_by = sparing(progress), None
        for chunk in chunked(keys, IMAGES_AT_ONCE):
            if is_cancelled():
                break
            try:
                with self._registry.write(durable=True) as session:
                    self._registry.occupied.check(project)
                    refuse_while_frozen(session, project)
                    one = trash.restore_images(session, project, chunk)
                    changes = changes.merged(noted(session))
            except CalqueError as error:
                if not found.keys:
                    raise
                cut_by = cut_short(error, len(found.keys), len(keys))
                break
            found.keys += one.keys
            found.taken += one.taken
            found.classes += one.classes
            told(len(found.keys), len(keys), "Restoring images")
        if found.taken and not found.keys:
            raise RefusedError(
                f'Another image of the project has the path "{shown(found.taken[0])}" now.',
                hint="Remove that image first, or leave this one in the trash.",
            )
        if keys and not found.keys and not is_cancelled():
            raise RefusedError("The images are no longer in the trash.")
        return Changed(
            RestoredImages(tuple(_ids(found.keys)), tuple(found.taken), tuple(found.classes)), changes, cut_by
        )

    def list_images(self, project: ProjectId, *, after: int = 0, limit: int = -1) -> tuple[TrashedImage, ...]:
        """The last removed first; those behind the first `after`, at most `limit` (-1 = all)."""
        with self._registry.read() as session:
            return trash.list_trash(session, project, after=after, limit=limit)

    def count_images(self, project: ProjectId) -> tuple[int, int]:
        """Images in the trash, and their annotations."""
        with self._registry.read() as session:
            return trash.count_trash(session, project)

    def find_images(self, project: ProjectId, paths: Sequence[str]) -> tuple[TrashedImage, ...]:
        """Those in the trash that lie at these paths. Raises RefusedError for a path that does not."""
        by_path = {one.path: one for one in reversed(self.list_images(project))}
        for path in paths:
            if path not in by_path:
                raise RefusedError(f'"{shown(path)}" is not in the trash.')
        return tuple(by_path[path] for path in dict.fromkeys(paths))

    def empty(self, project: ProjectId, images: Iterable[ImageId] | None = None) -> Changed[int]:
        """Forget them for good; None = all. Their files stay. Returns how many images that were."""
        keys = None if images is None else ImageIds.of(images).keys.tolist()
        with self._registry.write(durable=True) as session:
            return Changed(trash.empty_trash(session, project, keys), noted(session))

    # Projects

    def list_projects(self) -> tuple[TrashedProject, ...]:
        """The last removed first."""
        with self._registry.read() as session:
            return projects.list_removed(session)

    def restore_project(self, id: ProjectId) -> Changed[str]:
        """With all it had. Returns its name: another project may have it by now, then it gets a number behind it."""
        with self._registry.write(durable=True) as session:
            name = projects.restore_project(session, id)
            return Changed(name, noted(session))

    def empty_project(self, id: ProjectId) -> Changes:
        """Forget a removed project for good. Its runs, models and frozen datasets stay, and name it; so do files."""
        with self._registry.write(durable=True) as session:
            projects.purge_project(session, id)
            return noted(session)


def words_of(n_images: int, n_annotations: int) -> str:
    """ "3 images with 12 annotations"."""
    return f"{counted(n_images, 'image')} with {counted(n_annotations, 'annotation')}"


def _check_all(keys: Collection[int], n_there: int, taken: str) -> None:
    if taken:
        raise RefusedError(
            f'Another image of the project has the path "{shown(taken)}" now: the images stay in the trash.',
            hint="Remove that image first, or restore the others in the trash.",
        )
    if n_there < len(keys):
        n = counted(len(keys) - n_there, "of its images is", "of its images are")
        raise RefusedError(f"This cannot be undone: {n} no longer in the trash.", hint="Nothing was changed.")


def _ids(keys: list[int]) -> ImageIds:
    return ImageIds.of([ImageId(str(key)) for key in keys])
