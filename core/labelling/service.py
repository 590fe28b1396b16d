"""Verbs on single annotations: drawn, changed, deleted by a person, each in one transaction that can be taken back.

Who edits says which revision of the image was before their eyes: an image that somebody else has changed since is left
alone, and the refusal says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core import clock
from core.domain.changes import Changed
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.labelling import MAX_AUTHOR, NewShape, Seen, ShapeEdit
from core.domain.names import shown
from core.errors import NotFoundError, RefusedError
from core.labelling.sheet import Desk
from core.progress import IsCancelled, Progress, counting, never_cancelled, no_progress
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import edits as store
from core.registry.stores.annotation_steps import Step, n_rows, revert
from core.registry.stores.image_sheets import Sheet, read_sheets
from core.registry.stores.selections import list_classes

_LOOKED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Edited:
    """`added` are the new annotations in the order in which they were asked for; `revisions` those of the images now.

    `notes` are sentences on what was not taken as it was drawn.
    """

    step: Step
    added: tuple[AnnotationId, ...] = ()
    notes: tuple[str, ...] = ()
    revisions: Seen | None = None


class LabellingService:
    """Every method may be called on any thread. `seen` names every image that is written to, with the revision that
    the person saw; its annotations are of one project."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def add(self, shapes: Sequence[NewShape], *, seen: Seen, author: str) -> Changed[Edited]:
        """New shapes of a person. Images that were marked as having nothing to find are so no more."""
        return self._edit({int(shape.image) for shape in shapes}, seen, author, lambda desk: desk.add(shapes))

    def change(self, edits: Sequence[ShapeEdit], *, seen: Seen, author: str) -> Changed[Edited]:
        """Other shapes or classes for annotations that there are. What was imported is the person's from then on; what
        a model made stays a model's, marked as corrected."""
        images = self._images_of([edit.annotation for edit in edits])
        keys = [int(edit.annotation) for edit in edits]
        return self._edit(images, seen, author, lambda desk: desk.change(edits), keys)

    def delete(self, annotations: Sequence[AnnotationId], *, seen: Seen, author: str = "") -> Changed[Edited]:
        """Whoever made them, and markers that there is nothing to find."""
        images = self._images_of(annotations)
        keys = list(map(int, annotations))
        return self._edit(images, seen, author, lambda desk: desk.delete(keys), keys)

    def set_whole(
        self, labels: Mapping[ImageId, Collection[CategoryId]], *, seen: Seen, author: str
    ) -> Changed[Edited]:
        """By image, the classes that it has as a whole from now on. Shapes on it stay."""

        def write(desk: Desk) -> None:
            for image, categories in labels.items():
                desk.set_whole(int(image), categories)

        return self._edit({int(image) for image in labels}, seen, author, write)

    def set_without_concept(self, images: Collection[ImageId], *, seen: Seen, author: str) -> Changed[Edited]:
        """Somebody looked at these images, and nothing is to be found. Refused where something is annotated."""

        def write(desk: Desk) -> None:
            for image in images:
                desk.set_without_concept(int(image))

        return self._edit({int(image) for image in images}, seen, author, write)

    def take_back(
        self, step: Step, *, progress: Progress = no_progress, is_cancelled: IsCancelled = never_cancelled
    ) -> Changed[Edited]:
        """Make the rows what they were before the step. The answer's step does it again.

        Raises RefusedError when what the step left is not there any more, StoppedError when it is cancelled: nothing is
        taken back by halves.
        """
        self._check_writable()
        with self._registry.write(durable=True) as session:
            self._registry.occupied.check(step.project)
            back = revert(session, step, counting(n_rows(step), progress, is_cancelled))
            images = np.union1d(step.removed.images, back.removed.images).tolist()
            return Changed(Edited(back, revisions=_revisions(session, images)), noted(session))

    def find_unlabelled(
        self, images: Sequence[ImageId], start: int, step: int, *, check: Callable[[], None] = lambda: None
    ) -> int | None:
        """The place of the next image (`step` 1) or the one before (-1) that nobody has annotated, beginning beside
        `start`; None = there is none on that side."""
        at = start + step
        while 0 <= at < len(images):
            check()
            end = min(max(at + step * _LOOKED_AT_ONCE, -1), len(images))
            places = range(at, end, step)
            with self._registry.read() as session:
                found = store.list_unannotated(session, (images[place] for place in places))
            for place in places:
                if images[place] in found:
                    return place
            at = end
        return None

    # --- parts -------------------------------------------------------------------------------------------------

    def _edit(
        self,
        images: Collection[int],
        seen: Seen,
        author: str,
        write: Callable[[Desk], None],
        annotations: Collection[int] = (),
    ) -> Changed[Edited]:
        """`annotations` are those that `write` changes, besides labels and markers of whole images."""
        self._check_writable()
        keys = sorted(images)
        with self._registry.write(durable=True) as session:
            sheets = self._sheets(session, keys)
            for sheet in sheets.values():
                _check_seen(sheet, seen)
            rows = store.read_rows(session, keys, annotations)
            names, n_shapes = self._names(session, sheets), store.count_shapes(session, keys)
            desk = Desk(sheets, rows, names, author.strip()[:MAX_AUTHOR], clock.now(), n_shapes)
            write(desk)
            project = next((sheet.project for sheet in sheets.values()), ProjectId(""))
            step, made = store.write_rows(session, project, keys, rows, desk.rows)
            edited = Edited(
                step,
                tuple(AnnotationId(str(key)) for key in made),
                tuple(dict.fromkeys(desk.notes)),
                _revisions(session, keys),
            )
            return Changed(edited, noted(session))

    def _check_writable(self) -> None:
        if self._registry.is_read_only:
            raise RefusedError(
                "The project can only be read: Calque's home is not writable.",
                hint="Make its folder writable, or start Calque with another --home.",
                code="E-103",
            )

    def _images_of(self, annotations: Collection[AnnotationId]) -> set[int]:
        with self._registry.read() as session:
            found = store.images_of(session, map(int, annotations))
        if len(found) < len(set(annotations)):
            raise NotFoundError("The annotation is not there any more.", hint="Look at the image as it is now.")
        return set(found.values())

    def _sheets(self, session: Session, keys: Collection[int]) -> dict[int, Sheet]:
        sheets = read_sheets(session, keys)
        if len(sheets) < len(set(keys)):
            raise NotFoundError("The image is not in the project any more.")
        for project in {sheet.project for sheet in sheets.values()}:
            self._registry.occupied.check(project)
        return sheets

    @staticmethod
    def _names(session: Session, sheets: Mapping[int, Sheet]) -> dict[int, str]:
        projects = {sheet.project for sheet in sheets.values()}
        return {int(one.id): one.name for project in projects for one in list_classes(session, project)}


def _check_seen(sheet: Sheet, seen: Seen) -> None:
    if seen.get(ImageId(str(sheet.key))) != sheet.revision:
        raise RefusedError(
            f'"{shown(sheet.path)}" has been changed since you looked at it: by an import, or in another window.',
            hint="Look at it as it is now, and change it again if need be.",
        )


def _revisions(session: Session, keys: Collection[int]) -> dict[ImageId, int]:
    return {ImageId(str(key)): sheet.revision for key, sheet in read_sheets(session, keys).items()}
