"""Showing images one after the other: a small copy first, then all pixels, and the neighbours ahead of time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.details import DetailFile, Details
from app.controllers.pictures import ENORMOUS, load_picture_file, thumbnail_of
from app.controllers.view_saving import ViewSaving
from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.ids import ImageId
from core.domain.judgements import ModelAnnotation
from core.domain.messages import UserMessage
from core.domain.projects import AnnotatedImage, Category, ImageRecord, Project
from ui.viewer.picture import Picture
from ui.viewer.viewer_page import ViewerPage

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.projects.service import ProjectService

PREVIEW_SIDE = 1200  # a JPEG of 6,000 pixels is decoded at half its size for this, in a quarter of the time
WHOLE_SIDE = 2400  # images up to this are decoded whole at once
FULL_DELAY_MS = 120  # someone who leafs through does not wait for all pixels of each image
N_KEPT = 5


class Thumbnails(Protocol):
    """What is asked of `core.images.thumbnails.ThumbnailCache`; called on pool threads."""

    def known(self, sha256: str, white: int = 0) -> npt.NDArray[np.uint8] | None: ...


class ViewerController(QObject):
    back_requested = Signal()
    record_shown = Signal(object)  # AnnotatedImage: what the person sees of it is this
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        projects: ProjectService,
        jobs: JobRunner,
        page: ViewerPage,
        thumbnails: Thumbnails | None = None,
        accepted: Callable[[tuple[ImageId, ...]], Sequence[ModelAnnotation]] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._projects = projects
        self._jobs = jobs
        self._page = page
        self._thumbnails = thumbnails
        self._accepted = accepted  # what models made of an image's annotations; called on the registry's thread
        self._details = Details(page.canvas, jobs, self)
        self._project: Project | None = None
        self._ids: Sequence[ImageId] = ()
        self._position = 0
        self._records: OrderedDict[ImageId, AnnotatedImage] = OrderedDict()
        self._pictures: OrderedDict[ImageId, Picture] = OrderedDict()
        self._fetching: set[ImageId] = set()
        self._full_timer = QTimer(self)
        self._full_timer.setSingleShot(True)
        self._full_timer.setInterval(FULL_DELAY_MS)
        self._full_timer.timeout.connect(self._load_full)
        page.step_requested.connect(lambda step: self._go_to(self._position + step))
        page.jump_requested.connect(lambda at: self._go_to(at if at >= 0 else len(self._ids) - 1))
        page.retry_requested.connect(lambda: self._go_to(self._position))
        page.back_requested.connect(self._leave)
        self._saving = ViewSaving(jobs, self)
        self._saving.message_raised.connect(self.message_raised)
        page.save_requested.connect(lambda: self._saving.ask(page.canvas, page.image_name))

    @property
    def current_image(self) -> ImageId | None:
        return self._ids[self._position] if self._ids else None

    @property
    def project(self) -> Project | None:
        return self._project

    @property
    def listed(self) -> tuple[Sequence[ImageId], int]:
        """The images to leaf through, and the place of the one on the page."""
        return self._ids, self._position

    def go_to(self, place: int) -> None:
        """Show another one of the images to leaf through."""
        self._go_to(place)

    def open_image(self, project: Project, image: ImageId, ids: Sequence[ImageId]) -> None:
        """Show `image`; `ids` are the images to leaf through, in their order."""
        self._page.editing.turn()  # while the image that it is about is still the current one
        self._project = project
        self._ids = ids if image in ids else (image,)
        self._records.clear()
        self._pictures.clear()
        self._fetching.clear()
        self._read_categories(project)
        self._go_to(self._ids.index(image))

    def refresh(self, changes: Changes) -> None:
        """Read anew the images that have changed; of those not on the page when they are turned to."""
        if self._project is None or not self._ids:
            return
        is_any = self._project.id in changes.image_lists
        for image in [image for image in self._records if is_any or image in changes.images]:
            if image != self.current_image:
                del self._records[image]
                self._pictures.pop(image, None)
        if self._project.id in changes.categories:
            self._read_categories(self._project)
        current = self.current_image
        if current is not None and (is_any or current in changes.images):
            if self._page.isVisible():
                self.read_again(current)
            elif current in self._records:
                del self._records[current]
                self._pictures.pop(current, None)

    def read_again(self, image: ImageId) -> None:
        """What is said of the image on the page; its picture stays where it is the same file, and so does the view."""
        before = self._records.get(image)

        def got(found: tuple[AnnotatedImage, ...]) -> None:
            if image != self.current_image:
                return
            if found and before is not None and _is_same_picture(before.image, found[0].image):
                self._keep_record(found[0])
                self._show_record(image, found[0])
                self._fetch_neighbours()
                return
            self._records.pop(image, None)
            self._pictures.pop(image, None)
            self._go_to(self._position)

        self._jobs.run(
            lambda: self._projects.get_annotated((image,)),
            then=got,
            on_error=self.message_raised.emit,
            pool="registry",
            key="viewer-again",
        )

    def close(self) -> None:
        """Let go of the pictures: the page is not on the screen any more."""
        self._page.editing.turn()
        self._full_timer.stop()
        self._pictures.clear()
        self._details.set_file(None)
        self._page.canvas.set_picture(None)

    def _leave(self) -> None:
        self.close()
        self.back_requested.emit()

    def read_categories(self, then: Callable[[], None] = lambda: None) -> None:
        """The project's classes, and what waits for them."""
        if self._project is not None:
            self._read_categories(self._project, then)

    def _read_categories(self, project: Project, then: Callable[[], None] = lambda: None) -> None:
        def got(categories: tuple[Category, ...]) -> None:
            self._page.set_categories(categories)
            then()

        self._jobs.run(
            lambda: self._projects.list_categories(project.id),
            then=got,
            on_error=self.message_raised.emit,
            pool="registry",
            key="viewer-categories",
        )

    def _go_to(self, position: int) -> None:
        if not 0 <= position < len(self._ids):
            return
        self._page.editing.turn()
        self._full_timer.stop()
        self._details.set_file(None)
        self._position = position
        image = self._ids[position]
        known = self._records.get(image)
        self._page.set_position(position, len(self._ids))
        self._page.show_image(image, known.image.name if known else "")
        if known is not None:
            self._show_record(image, known)
        self._fetch(image)

    def _fetch(self, image: ImageId) -> None:
        """Get the image's record and its first picture, as far as they are not there or on their way."""
        if image in self._pictures:
            self._show_picture(image, self._pictures[image])
        elif image in self._records:
            self._decode(image, self._records[image])
        elif image not in self._fetching:
            self._fetching.add(image)

            def got(annotated: tuple[AnnotatedImage, ...]) -> None:
                self._fetching.discard(image)
                if not annotated:
                    self._fail(image, UserMessage("This image is not in the project any more."))
                    return
                self._keep_record(annotated[0])
                self._show_record(image, annotated[0])
                self._decode(image, annotated[0])

            self._jobs.run(
                lambda: self._projects.get_annotated((image,)),
                then=got,
                on_error=lambda message: self._fail(image, message),
                pool="registry",
            )

    def _show_record(self, image: ImageId, annotated: AnnotatedImage) -> None:
        accepted = self._accepted
        if image != self.current_image:
            return
        self._page.set_annotated(annotated)
        self.record_shown.emit(annotated)
        if accepted is not None:
            self._jobs.run(
                lambda: accepted((image,)),
                then=lambda found: self._page.set_accepted(found) if image == self.current_image else None,
                on_error=self.message_raised.emit,
                pool="registry",
                key="viewer-accepted",
            )

    def _decode(self, image: ImageId, annotated: AnnotatedImage) -> None:
        """Decode the first picture: whole when it is small, else a small copy."""
        project = self._project
        record = annotated.image
        if project is None or record.project != project.id or image in self._fetching:
            return
        self._fetching.add(image)
        if record.width * record.height > ENORMOUS and image != self.current_image:
            self._fetching.discard(image)  # not ahead of time: one of them is enough memory and work
            return
        side = None if max(record.width, record.height) <= WHOLE_SIDE else PREVIEW_SIDE
        path = project.root / record.path
        if side is not None:
            self._show_thumbnail(image, record)

        def got(picture: Picture) -> None:
            self._fetching.discard(image)
            if not picture.is_reduced:
                self._pictures[image] = picture
            while len(self._pictures) > N_KEPT:
                self._pictures.popitem(last=False)
            self._show_picture(image, picture)

        self._jobs.run(
            lambda: load_picture(path, record, side),
            then=got,
            on_error=lambda message: self._fail(image, message),
        )

    def _show_thumbnail(self, image: ImageId, record: ImageRecord) -> None:
        """Something to see at once of an image that takes a while."""
        thumbnails = self._thumbnails
        if thumbnails is None or image != self.current_image:
            return

        def known() -> Picture | None:
            pixels = thumbnails.known(record.sha256, record.white)
            return None if pixels is None else Picture(record.width, record.height, (thumbnail_of(pixels),))

        def got(picture: Picture | None) -> None:
            if picture is not None and image == self.current_image and image in self._fetching:
                self._page.set_picture(picture)

        self._jobs.run(known, then=got, on_error=self.message_raised.emit)

    def _show_picture(self, image: ImageId, picture: Picture) -> None:
        if image != self.current_image:
            return
        if image in self._pictures:
            self._pictures.move_to_end(image)
        self._set_picture(image, picture)
        if not picture.is_full:
            self._full_timer.start()
        self._fetch_neighbours()

    def _fetch_neighbours(self) -> None:
        for neighbour in (self._position + 1, self._position - 1):
            if 0 <= neighbour < len(self._ids) and self._ids[neighbour] not in self._pictures:
                self._fetch(self._ids[neighbour])

    def _set_picture(self, image: ImageId, picture: Picture) -> None:
        annotated = self._records.get(image)
        self._page.set_picture(picture)
        if self._project is not None and annotated is not None:
            record = annotated.image
            self._details.set_file(DetailFile(self._project.root / record.path, record.white))

    def _load_full(self) -> None:
        image = self.current_image
        annotated = self._records.get(image) if image is not None else None
        if annotated is None or self._project is None:
            return
        record = annotated.image
        path = self._project.root / record.path

        def got(picture: Picture) -> None:
            # Not kept: one picture of all pixels at a time is enough memory.
            if image == self.current_image:
                self._set_picture(record.id, picture)

        self._jobs.run(
            lambda: load_picture(path, record, None),
            then=got,
            on_error=lambda message: self._fail(record.id, message),
            key="viewer-full",
        )

    def _keep_record(self, annotated: AnnotatedImage) -> None:
        self._records[annotated.image.id] = annotated
        while len(self._records) > 4 * N_KEPT:
            self._records.popitem(last=False)

    def _fail(self, image: ImageId, message: UserMessage) -> None:
        self._fetching.discard(image)
        if image == self.current_image:
            self._page.show_problem(message)


def _is_same_picture(before: ImageRecord, now: ImageRecord) -> bool:
    facts = ("path", "sha256", "width", "height", "white", "state")
    return all(getattr(before, name) == getattr(now, name) for name in facts)


def load_picture(path: Path, record: ImageRecord, side: int | None) -> Picture:
    """Decode a file for the canvas. For a pool thread."""
    return load_picture_file(path, record.width, record.height, white=record.white, side=side)
