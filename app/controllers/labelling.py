"""Editing in the viewer: each wish is written at once, shown at once, can be undone, and is taken back if refused."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.controllers.edit_words import said
from app.controllers.seen_revisions import SeenRevisions
from app.controllers.viewer import ViewerController
from app.jobs import JobContext, JobRunner
from app.undo import Turn, UndoHistory
from core.domain.changes import Changed
from core.domain.geometry import Geometry
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.imports import Severity
from core.domain.labelling import NewShape, Seen, ShapeEdit
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, Annotation, Source
from ui.viewer.provisional import PendingEdit
from ui.viewer.viewer_page import ViewerPage
from ui.viewer.wishes import AddShapes, ClassWish, DeleteShapes, EditWish, Reclassify, ReshapeShapes

if TYPE_CHECKING:  # SQLAlchemy comes with it
    from core.categories.service import CategoryService, Done, NewCategory
    from core.labelling.service import Edited, LabellingService
    from core.registry.stores.annotation_steps import Step

NO_MORE = "No image after this one is left without annotations."
NO_EARLIER = "No image before this one is without annotations."


class LabellingController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        labelling: Callable[[], LabellingService],
        categories: Callable[[], CategoryService],
        jobs: JobRunner,
        undo: UndoHistory,
        viewer: ViewerController,
        page: ViewerPage,
        author: Callable[[], str],
        parent: QObject | None = None,
    ) -> None:
        """`labelling` and `categories` make the services when they are first needed."""
        super().__init__(parent)
        self._labelling = labelling
        self._categories = categories
        self._jobs = jobs
        self._undo = undo
        self._viewer = viewer
        self._page = page
        self._author = author
        self._seen = SeenRevisions()
        self._names: dict[AnnotationId, AnnotationId] = {}  # of what was drawn, once the registry has it
        self._pending: dict[int, PendingEdit] = {}
        self._numbers = itertools.count(1)
        viewer.record_shown.connect(self._record_was_shown)
        page.editing.wished.connect(self.carry_out)
        page.editing.unlabelled_requested.connect(self._find_unlabelled)

    def carry_out(self, wish: EditWish) -> None:
        """What a person did to the image on the page."""
        project, image = self._viewer.project, self._viewer.current_image
        if project is None or image is None:
            return
        wanted = next(iter(_classes(wish)), None)
        if wanted is not None and wanted.id is None:
            self._make_class(project.id, wanted.name, lambda id: self._carry_out(project.id, image, _of(wish, id)))
        else:
            self._carry_out(project.id, image, wish)

    def _carry_out(self, project: ProjectId, image: ImageId, wish: EditWish) -> None:
        if isinstance(wish, AddShapes) and not wish.shapes:
            return  # a class was made for what will be drawn
        pending = self._pending_of(image, wish)
        self._pending[pending.number] = pending
        self._show_pending()
        write = self._writing(image, wish)

        def work() -> Changed[Edited]:
            # On the registry's thread, one after the other: what earlier edits left is known here.
            changed = write(self._seen.of((image,)))
            self._seen.note(changed.value.revisions or {})
            drawn = (one.id for one in pending.added)
            self._names.update(zip(drawn, changed.value.added, strict=False))
            return changed

        self._jobs.run(
            work,
            then=lambda edited: self._was_done(project, pending.number, said(wish), edited),
            on_error=lambda message: self._was_refused(image, pending.number, message),
            pool="registry",
        )

    def _writing(self, image: ImageId, wish: EditWish) -> Callable[[Seen], Changed[Edited]]:
        labelling, author = self._labelling(), self._author()
        if isinstance(wish, AddShapes):
            shapes = [NewShape(image, _id(one), shape) for shape, one in zip(wish.shapes, wish.classes, strict=True)]
            return lambda seen: labelling.add(shapes, seen=seen, author=author)
        if isinstance(wish, ReshapeShapes):
            reshaped = tuple(wish.shapes.items())
            return lambda seen: labelling.change(
                [ShapeEdit(self._known(key), shape) for key, shape in reshaped], seen=seen, author=author
            )
        if isinstance(wish, Reclassify):
            category = _id(wish.wanted)
            return lambda seen: labelling.change(
                [ShapeEdit(self._known(key), category=category) for key in wish.annotations], seen=seen, author=author
            )
        if isinstance(wish, DeleteShapes):
            return lambda seen: labelling.delete([self._known(key) for key in wish.annotations], seen=seen)
        if wish.marker is None:
            return lambda seen: labelling.set_without_concept([image], seen=seen, author=author)
        marker = wish.marker
        return lambda seen: labelling.delete([self._known(marker)], seen=seen)

    def _known(self, annotation: AnnotationId) -> AnnotationId:
        """What the registry calls it."""
        return self._names.get(annotation, annotation)

    # What is shown meanwhile

    def _pending_of(self, image: ImageId, wish: EditWish) -> PendingEdit:
        number = next(self._numbers)
        if isinstance(wish, AddShapes):
            pairs = zip(wish.shapes, wish.classes, strict=True)
            added = tuple(_drawn(number, place, image, _id(one), shape) for place, (shape, one) in enumerate(pairs))
            return PendingEdit(number, image, added=added)
        if isinstance(wish, ReshapeShapes):
            return PendingEdit(number, image, shapes=wish.shapes)
        if isinstance(wish, Reclassify):
            return PendingEdit(number, image, classes=dict.fromkeys(wish.annotations, _id(wish.wanted)))
        if isinstance(wish, DeleteShapes):
            return PendingEdit(number, image, deleted=frozenset(wish.annotations))
        if wish.marker is not None:
            return PendingEdit(number, image, deleted=frozenset((wish.marker,)))
        return PendingEdit(number, image, added=(_drawn(number, 0, image, None, None),))

    def _was_done(self, project: ProjectId, number: int, text: str, edited: Edited) -> None:
        pending = self._pending[number]
        names = {drawn.id: real for drawn, real in zip(pending.added, edited.added, strict=False)}
        revision = (edited.revisions or {}).get(pending.image)
        self._pending[number] = replace(pending.renamed(names), revision=revision)
        if names:
            for key, other in self._pending.items():
                self._pending[key] = other.renamed(names)
            self._page.canvas.rename(names)
            self._show_pending()
        if edited.notes:
            self.message_raised.emit(UserMessage(" ".join(edited.notes), severity=Severity.INFO))
        if not edited.step.is_empty:
            self._remember(project, text, edited.step)

    def _remember(self, project: ProjectId, text: str, step: Step) -> None:
        labelling = self._labelling()

        def take_back(step: Step) -> Changed[Step]:
            changed = labelling.take_back(step)
            self._seen.note(changed.value.revisions or {})
            return Changed(changed.value.step, changed.changes)

        turn = Turn(step, take_back)
        self._undo.did(project, text, undo=turn, redo=turn)

    def _was_refused(self, image: ImageId, number: int, message: UserMessage) -> None:
        """Nothing was written: the image is shown as it is."""
        del self._pending[number]
        self._show_pending()
        self.message_raised.emit(message)
        self._viewer.read_again(image)

    def _record_was_shown(self, annotated: AnnotatedImage) -> None:
        self._seen.note({annotated.image.id: annotated.image.revision})
        done = [
            number
            for number, one in self._pending.items()
            if one.revision is not None and (one.image != annotated.image.id or not one.is_open(annotated))
        ]
        for number in done:
            del self._pending[number]
        if done:
            self._show_pending()

    def _show_pending(self) -> None:
        self._page.set_pending(tuple(self._pending.values()))

    # Classes, and the next image

    def _make_class(self, project: ProjectId, name: str, then: Callable[[CategoryId], None]) -> None:
        categories = self._categories()

        def made(new: NewCategory) -> None:
            if new.done.steps:
                self._remember_class(name, new.done)
                text = f'"{shown(name)}" is a new class.'
                self.message_raised.emit(UserMessage(text, severity=Severity.INFO))
            self._viewer.read_categories(lambda: self._page.editing.class_was_made(new.id))
            then(new.id)

        self._jobs.run(
            lambda: categories.find_or_add(project, name),
            then=made,
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _remember_class(self, name: str, done: Done) -> None:
        turn = Turn(done, self._categories().undo)
        self._undo.did(done.project, f'adding the class "{shown(name)}"', undo=turn, redo=turn)

    def _find_unlabelled(self, step: int) -> None:
        labelling = self._labelling()
        ids, position = self._viewer.listed

        def find(context: JobContext) -> int | None:
            return labelling.find_unlabelled(ids, position, step, check=context.check)

        def found(place: int | None) -> None:
            if place is None:
                text = NO_MORE if step > 0 else NO_EARLIER
                self.message_raised.emit(UserMessage(text, severity=Severity.INFO))
            elif self._viewer.listed[0] is ids:
                self._viewer.go_to(place)

        self._jobs.run(
            find,
            then=found,
            on_error=self.message_raised.emit,
            on_progress=lambda *_: None,
            key="viewer-unlabelled",
            gives_way=True,
        )


def _drawn(number: int, place: int, image: ImageId, category: CategoryId | None, geometry: Geometry) -> Annotation:
    """Under a name that the registry gives to nothing."""
    return Annotation(AnnotationId(f"new-{number}-{place}"), image, category, geometry, Source.HUMAN)


def _classes(wish: EditWish) -> tuple[ClassWish, ...]:
    if isinstance(wish, AddShapes):
        return wish.classes
    return (wish.wanted,) if isinstance(wish, Reclassify) else ()


def _of(wish: EditWish, category: CategoryId) -> EditWish:
    """The same of a class that has been made for it."""
    if isinstance(wish, AddShapes):
        return replace(wish, classes=(ClassWish(category),) * len(wish.classes))
    return replace(wish, wanted=ClassWish(category)) if isinstance(wish, Reclassify) else wish


def _id(wanted: ClassWish) -> CategoryId:
    assert wanted.id is not None  # one that is to be made has been made
    return wanted.id
