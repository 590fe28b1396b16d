"""Removing images of the open project from its grid: asked, done in the background, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from app.jobs import JobRunner
from app.long_work import run_with_progress
from app.undo import Pace, UndoHistory
from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.icons import icon
from ui.images.image_browser import ImageBrowser
from ui.widgets.confirmation import Question, ask
from ui.widgets.formatting import counted

if TYPE_CHECKING:
    from core.trash.service import TrashService


class TrashSource(Protocol):
    @property
    def trash(self) -> TrashService: ...


class RemovingController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        services: TrashSource,
        jobs: JobRunner,
        undo: UndoHistory,
        browser: ImageBrowser,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._undo = undo
        self._browser = browser
        self._project: Project | None = None
        self.dialog: QObject | None = None
        browser.add_menu_section("", self._add_to_menu)
        shortcut = QShortcut(QKeySequence(Qt.Key.Key_Delete), browser.grid)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.ask)

    def show_project(self, project: Project) -> None:
        self._project = project

    def ask(self) -> None:
        """Whether the chosen images are to go."""
        chosen, project = self._browser.chosen_ids(), self._project
        if project is None or not len(chosen):
            return
        n = counted(len(chosen), "image")
        question = Question(
            "Remove images",
            f"Remove {n} from the project?",
            "The files stay. What the project knows of the images waits in its trash, and can be restored.",
            f"Remove {n}",
        )
        self.dialog = ask(self._browser.window(), question, lambda _: self.remove(project.id, chosen))

    def remove(self, project: ProjectId, images: ImageIds) -> None:
        def done(gone: ImageIds) -> None:
            if not len(gone):
                return
            n = counted(len(gone), "image")
            self._undo.did(
                project,
                f"the removal of {n}",
                undo=lambda progress: self._services.trash.restore_images(
                    project, gone, is_whole=True, progress=progress
                ),
                redo=lambda progress: self._services.trash.remove_images(project, gone, progress=progress),
                pace=Pace.LONG,
            )
            text = f"{n} removed from the project; the files stay."
            self.message_raised.emit(UserMessage(text, "Ctrl+Z brings back what was removed.", Severity.INFO))

        run_with_progress(
            self._jobs,
            self._browser.window(),
            ("Remove images", "Removing images…"),
            lambda progress, is_cancelled: self._services.trash.remove_images(
                project, images, progress=progress, is_cancelled=is_cancelled
            ),
            done,
            self.message_raised.emit,
        )

    def _add_to_menu(self, menu: QMenu, chosen: ImageIds) -> None:
        action = menu.addAction(icon("trash-2"), "&Remove from the project…\tDel")
        action.setEnabled(bool(len(chosen)))
        action.triggered.connect(self.ask)
