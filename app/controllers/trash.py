"""The trash of the open project: listed page by page, restored, emptied when the person says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.jobs import JobRunner
from app.long_work import run_with_progress
from app.undo import Pace, UndoHistory
from core.domain.changes import Changes
from core.domain.ids import ImageId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.trash import RestoredImages, TrashedImage
from ui.trash.trash_page import TrashPage
from ui.widgets.confirmation import Question, ask
from ui.widgets.formatting import counted

if TYPE_CHECKING:
    from core.trash.service import TrashService

PAGE = 500


class TrashController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self, *, trash: TrashService, jobs: JobRunner, undo: UndoHistory, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._trash = trash
        self._jobs = jobs
        self._undo = undo
        self._project: Project | None = None
        self.page = TrashPage()
        self.dialog: QObject | None = None
        self.page.restore_requested.connect(self.restore)
        self.page.empty_requested.connect(self.ask_emptying)
        self.page.more_wanted.connect(self._load_more)

    def show_project(self, project: Project) -> None:
        if self._project is None or self._project.id != project.id:
            self.page.banner.hide()
            self.page.show_loading()
        self._project = project
        self._load()

    def refresh(self, changes: Changes) -> None:
        if self._project is not None and self._project.id in changes.trash:
            self._load()

    def _load(self) -> None:
        project = self._project
        assert project is not None

        def look() -> tuple[Sequence[TrashedImage], int, int]:
            return (self._trash.list_images(project.id, limit=PAGE), *self._trash.count_images(project.id))

        self._jobs.run(
            look,
            then=lambda found: self.page.set_images(*found),
            on_error=lambda message: self.page.show_problem(message.text, message.hint),
            key="trash",
        )

    def _load_more(self, after: int) -> None:
        project = self._project
        assert project is not None
        self._jobs.run(
            lambda: self._trash.list_images(project.id, after=after, limit=PAGE),
            then=self.page.add_images,
            on_error=self._say,
            key="trash",
        )

    def restore(self, images: Sequence[ImageId] | None) -> None:
        """None = all."""
        project = self._project
        if project is None or (images is not None and not images):
            return

        def done(restored: RestoredImages) -> None:
            back = restored.images
            if back:
                self._undo.did(
                    project.id,
                    f"the return of {counted(len(back), 'image')}",
                    undo=lambda progress: self._trash.remove_images(project.id, back, progress=progress),
                    redo=lambda progress: self._trash.restore_images(
                        project.id, back, is_whole=True, progress=progress
                    ),
                    pace=Pace.LONG,
                )
            severity = Severity.WARNING if restored.taken else Severity.INFO
            self._say(UserMessage(restored.text, severity=severity))

        run_with_progress(
            self._jobs,
            self.page.window(),
            ("Restore images", "Restoring images…"),
            lambda progress, is_cancelled: self._trash.restore_images(
                project.id, images, progress=progress, is_cancelled=is_cancelled
            ),
            done,
            self._say,
        )

    def ask_emptying(self, images: Sequence[ImageId] | None) -> None:
        """None = all. The counts are read before the question."""
        project = self._project
        if project is None or (images is not None and not images):
            return

        def ask_now(found: tuple[int, int]) -> None:
            n, n_annotations = found
            if images is not None:
                text = f"Forget {counted(len(images), 'image')} for good?"
            else:
                text = f"Forget {counted(n, 'image')} with {counted(n_annotations, 'annotation')} for good?"
            details = "The files stay, and frozen datasets keep what they have. This cannot be undone."
            question = Question("Empty the trash", text, details, "Forget for good", is_danger=True)
            self.dialog = ask(self.page.window(), question, lambda _: self._empty(project, images))

        self._jobs.run(lambda: self._trash.count_images(project.id), then=ask_now, on_error=self._say)

    def _empty(self, project: Project, images: Sequence[ImageId] | None) -> None:
        def done(n: int) -> None:
            self._say(UserMessage(f"{counted(n, 'image')} forgotten; the files stay.", severity=Severity.INFO))

        self._jobs.run(lambda: self._trash.empty(project.id, images), then=done, on_error=self._say, pool="registry")

    def _say(self, message: UserMessage) -> None:
        self.page.show_message(message)
