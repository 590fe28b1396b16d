"""Verbs on the classes of a project. Each returns what undoes it: a `Done`, for `undo`, which returns one again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from core import clock
from core.domain.categories import CategoryUse, Labelled, Labelling
from core.domain.changes import NO_CHANGES, Changed
from core.domain.counting import counted
from core.domain.ids import CategoryId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.errors import CalqueError, RefusedError
from core.progress import IsCancelled, Progress, counting, cut_short, never_cancelled, no_progress, sparing
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import categories as store
from core.registry.stores import projects, trash
from core.registry.stores.annotation_steps import Step, n_rows, revert
from core.registry.stores.image_labels import label_images

IMAGES_AT_ONCE = 25_000
"""A transaction's worth, so that other writers need not wait for a million images."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was written, as it is to be handed to `undo`. `trashed` are images that went to the trash with it."""

    project: ProjectId
    steps: tuple[Step, ...]
    trashed: tuple[int, ...] = ()  # keys
    is_undone: bool = False  # undoing brought the trashed images back; undoing this removes them again


@dataclass(frozen=True, slots=True)
class NewCategory:
    id: CategoryId
    done: Done


@dataclass(frozen=True, slots=True)
class Gone:
    """`n_annotations` were deleted, or became of another class."""

    n_annotations: int
    n_images: int  # that went to the trash
    done: Done


@dataclass(frozen=True, slots=True)
class LabelledImages:
    labelled: Labelled
    done: Done


class CategoryService:
    """Every method may be called on any thread. Raises NotFoundError for a class that is not there any more, and
    RefusedError (E-432) while the project is imported into or frozen. No file of the person's is touched."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def use_of(self, project: ProjectId, category: CategoryId) -> CategoryUse:
        """What deleting or renaming it would touch."""
        with self._registry.read() as session:
            return store.use_of(session, project, category)

    def add(self, project: ProjectId, name: str, colour: str = "") -> Changed[NewCategory]:
        """Behind the others. Raises RefusedError for a name that is empty, too long or taken."""
        with self._registry.write() as session:
            self._check(session, project)
            id, step = store.insert_category(session, project, name, colour)
            return Changed(NewCategory(id, Done(project, (step,))), noted(session))

    def find_or_add(self, project: ProjectId, name: str) -> Changed[NewCategory]:
        """The class of that name, made where there is none. Of one that there was, `done` has no steps."""
        with self._registry.read() as session:
            known = {one.name: one.id for one in projects.list_categories(session, project)}
        id = known.get(name.strip())
        return self.add(project, name) if id is None else Changed(NewCategory(id, Done(project, ())), NO_CHANGES)

    def rename(self, project: ProjectId, category: CategoryId, name: str) -> Changed[Done]:
        """Models and frozen datasets keep the old name. Raises RefusedError as `add` does."""
        return self._update(project, category, name=name)

    def recolour(self, project: ProjectId, category: CategoryId, colour: str) -> Changed[Done]:
        """`colour` is #rrggbb, or "" for that of its place in the list."""
        return self._update(project, category, colour=colour)

    def _update(
        self, project: ProjectId, category: CategoryId, *, name: str | None = None, colour: str | None = None
    ) -> Changed[Done]:
        with self._registry.write() as session:
            self._check(session, project)
            step = store.update_category(session, project, category, name=name, colour=colour)
            return Changed(Done(project, (step,)), noted(session))

    def merge(self, project: ProjectId, categories: Sequence[CategoryId], into: CategoryId) -> Changed[Gone]:
        """Their annotations become of `into`; they go. A whole image that was of two of them is of `into` once."""
        with self._registry.write(durable=True) as session:
            self._check(session, project)
            n, step = store.merge_categories(session, project, categories, into)
            return Changed(Gone(n, 0, Done(project, (step,))), noted(session))

    def delete(self, project: ProjectId, category: CategoryId, *, removes_images: bool = False) -> Changed[Gone]:
        """With its annotations. `removes_images`: images that have only it go to the trash."""
        with self._registry.write(durable=True) as session:
            self._check(session, project)
            trashed: list[int] = []
            n_of_trashed = 0
            if removes_images:
                only = store.list_images_with_only(session, project, category)
                before = store.use_of(session, project, category)
                trashed = trash.trash_images(session, project, only.tolist(), clock.now())
                n_of_trashed = before.n_annotations - store.use_of(session, project, category).n_annotations
            n, step = store.delete_category(session, project, category)
            done = Done(project, (step,), tuple(trashed))
            return Changed(Gone(n + n_of_trashed, len(trashed), done), noted(session))

    def label_images(
        self,
        project: ProjectId,
        images: Sequence[ImageId],
        labelling: Labelling,
        category: CategoryId | None = None,
        *,
        author: str = "",
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Changed[LabelledImages]:
        """Classes of whole images. What is cancelled has labelled a part, which `undo` takes back."""
        keys = ImageIds.of(images).keys
        steps, labelled, changes, now = list[Step](), Labelled(), NO_CHANGES, clock.now()
        told, cut_by, of_class = sparing(progress), None, category if labelling.takes_class else None
        for start in range(0, len(keys), IMAGES_AT_ONCE):
            if is_cancelled():
                labelled += Labelled(is_cut_short=True)
                break
            piece = keys[start : start + IMAGES_AT_ONCE]
            try:
                with self._registry.write() as session:
                    self._check(session, project)
                    one, step = label_images(session, project, piece, labelling, of_class, author=author, at=now)
                    changes = changes.merged(noted(session))
            except CalqueError as error:
                if not start:
                    raise
                labelled += Labelled(is_cut_short=True)
                cut_by = cut_short(error, start, len(keys))
                break
            steps.append(step)
            labelled += one
            told(min(start + IMAGES_AT_ONCE, len(keys)), len(keys), "Labelling images")
        return Changed(LabelledImages(labelled, Done(project, tuple(steps))), changes, cut_by)

    def label_images_as(
        self,
        project: ProjectId,
        images: Sequence[ImageId],
        labelling: Labelling,
        name: str,
        *,
        author: str = "",
        progress: Progress = no_progress,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> Changed[LabelledImages]:
        """With the class of that name, which is made where there is none; one `undo` takes both back."""
        made = self.find_or_add(project, name)
        try:
            done = self.label_images(
                project, images, labelling, made.value.id, author=author, progress=progress, is_cancelled=is_cancelled
            )
        except CalqueError:
            if made.value.done.steps:
                with suppress(CalqueError):  # the class stays, without an image
                    self.undo(made.value.done)
            raise
        both = Done(project, made.value.done.steps + done.value.done.steps)
        return Changed(LabelledImages(done.value.labelled, both), made.changes.merged(done.changes), done.cut_by)

    def undo(
        self, done: Done, *, progress: Progress = no_progress, is_cancelled: IsCancelled = never_cancelled
    ) -> Changed[Done]:
        """Take back what was done; what that returns does it again. Raises RefusedError where the data have changed,
        StoppedError when it is cancelled; nothing was written then."""
        told = counting(sum(map(n_rows, done.steps)), progress, is_cancelled)
        with self._registry.write(durable=True) as session:
            self._check(session, done.project)
            keys = done.trashed
            if keys and done.is_undone:
                trash.trash_images(session, done.project, keys, clock.now())
            inverse = tuple(revert(session, step, told) for step in reversed(done.steps))
            if keys and not done.is_undone:
                _check_all(len(keys), trash.restore_images(session, done.project, keys))
            return Changed(Done(done.project, inverse, done.trashed, not done.is_undone), noted(session))

    def _check(self, session: Session, project: ProjectId) -> None:
        self._registry.occupied.check(project)
        projects.get_project(session, project)
        store.refuse_while_frozen(session, project)


def _check_all(n_wanted: int, restored: trash.Restored) -> None:
    """Raises RefusedError where some images did not come back: then nothing of the step does."""
    if restored.taken:
        text = f"This cannot be undone: another image has the path now: {shown(restored.taken[0])}."
        raise RefusedError(text, hint="Remove that image first.")
    if len(restored.keys) < n_wanted:
        n = counted(n_wanted - len(restored.keys), "of its images is", "of its images are")
        raise RefusedError(f"This cannot be undone: {n} no longer in the trash.", hint="Nothing was changed.")
