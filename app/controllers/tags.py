"""Tags of the open project's images: given and taken off in the grid, undone, counted, saved as a list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog

from app.controllers.saving import SPREADSHEET, save_text
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.changes import Changed, Changes
from core.domain.counting import counted
from core.domain.ids import ImageId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.projects import Project
from ui.images.image_browser import ImageBrowser
from ui.widgets.save_dialog import ask_save_path, safe_file_name

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.judgements.tags import TagService


class TagSource(Protocol):
    """Makes the service when it is first asked for, on a pool thread."""

    @property
    def tags(self) -> TagService: ...


class TagsController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        services: TagSource,
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
        browser.tag_requested.connect(self.tag)
        browser.own_tag_requested.connect(self._ask_name)
        browser.tag_list_requested.connect(self._ask_file)

    @property
    def _tags(self) -> TagService:
        return self._services.tags

    def show_project(self, project: Project) -> None:
        self._project = project
        self._count()

    def refresh(self, changes: Changes) -> None:
        """Count anew when images have changed."""
        if self._project is not None and (changes.images or self._project.id in changes.image_lists):
            self._count()

    def tag(self, images: Sequence[ImageId], tag: str, is_on: bool) -> None:
        """Give images a tag, or take it off."""

        def work() -> Changed[Changed[tuple[ImageId, ...]]]:
            done = self._tags.add(images, tag) if is_on else self._tags.remove(images, tag)
            return Changed(done, done.changes)

        project = self._project

        def got(done: Changed[tuple[ImageId, ...]]) -> None:
            n = counted(len(done.value), "image")
            if project is not None and done.value:
                self._undo.did(
                    project.id,
                    f'the tag "{shown(tag)}" of {n}' if is_on else f'taking the tag "{shown(tag)}" off {n}',
                    undo=lambda: self._tags.undo(done, tag, was_added=is_on),
                    redo=lambda: (self._tags.add if is_on else self._tags.remove)(done.value, tag),
                )
            if len(images) > 1:
                verb = "tagged" if is_on else "no longer tagged"
                text = f'{n} {verb} "{shown(tag)}". Ctrl+Z takes it back.'
                self.message_raised.emit(UserMessage(text, severity=Severity.INFO))

        self._jobs.run(work, then=got, on_error=self.message_raised.emit, pool="registry")

    def _count(self) -> None:
        project = self._project
        assert project is not None
        self._jobs.run(
            lambda: self._tags.count(project.id),
            then=self._browser.set_tags,
            on_error=self.message_raised.emit,
            pool="registry",
            key="tag-counts",
        )

    def _ask_name(self, images: Sequence[ImageId]) -> None:
        dialog = QInputDialog(self._browser)
        dialog.setWindowTitle("Another tag")
        dialog.setLabelText("Tag, at most 40 characters")
        dialog.textValueSelected.connect(lambda text: self.tag(images, text, True))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        self.dialog = dialog

    def _ask_file(self) -> None:
        project = self._project
        assert project is not None  # its grid offers it

        def save(path: Path) -> None:
            self._jobs.run(
                lambda: save_text(path, (self._tags.as_csv(project.id),), SPREADSHEET),
                then=lambda path: self.message_raised.emit(UserMessage(f"Saved as {path}.", severity=Severity.INFO)),
                on_error=self.message_raised.emit,
            )

        name = f"{safe_file_name(project.name)} tags.csv"
        self.dialog = ask_save_path(
            self._browser, "Save the list of tagged images", name, "Spreadsheet (*.csv)", "csv", save
        )
