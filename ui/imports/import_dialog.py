"""The way of an import: choose, look at what would happen, import, read the report. It only shows and wishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from core.domain.formats import FormatOption
from core.domain.imports import ImportPreview, ImportReport, ImportSource, Severity
from core.domain.messages import UserMessage
from core.domain.projects import Project
from ui.imports.preview_page import PreviewPage
from ui.imports.report_page import ReportPage
from ui.imports.source_page import SourcePage
from ui.messages import MessageBanner
from ui.widgets.formatting import counted
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.progress_line import ProgressLine


class Step(Enum):
    SOURCE = auto()
    PREVIEW = auto()
    REPORT = auto()


_UNMAPPED: dict[str, Any] = {"mapping": (), "is_mapping_chosen": False}
"""What was said of classes is no answer about those of another reading."""


class ImportDialog(QDialog):
    """Setters: `set_formats`, `set_source`, `set_taken_names`, `show_preview`, `set_progress`, `show_report`,
    `show_error`; pictures of the examples go to `samples`."""

    preview_requested = Signal(object)  # ImportSource
    import_requested = Signal(object, str, bool)  # ImportSource, project name, replace what was imported before
    cancel_requested = Signal()  # stop what is under way
    differences_requested = Signal(object)  # Differences: show them
    archive_chosen = Signal(object)  # Path: where would it be unpacked?
    project_open_requested = Signal(object)  # ProjectId

    def __init__(self, *, target: Project | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._step = Step.SOURCE
        self._is_busy = False
        self._is_importing = False  # it, or the preview before it, is or was under way
        self._had_keyboard: QWidget | None = None  # when what is under way began
        self._report: ImportReport | None = None
        self._title = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._title.setProperty("role", "title")
        self._banner = MessageBanner()
        self._source = SourcePage()
        self._preview = PreviewPage()
        self._report_page = ReportPage()
        self._pages = QStackedWidget()
        self._progress = ProgressLine()
        self._reason = label("", "muted", wrap=True)
        self._back = QPushButton(self.tr("&Back"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._next = QPushButton()
        self._target = target
        self._preview.set_target(target)
        if target is not None:
            self._source.set_images_root(target.root, is_fixed=True)
        self._build()
        self._connect()
        self._go(Step.SOURCE)
        room = parent.size() if parent is not None else QSize()
        self.resize(min(max(1080, room.width() * 3 // 4), 1440), min(max(664, room.height() * 4 // 5), 900))

    def _build(self) -> None:
        is_new = self._target is None
        title = self.tr("New project") if is_new else self.tr("Import into “{name}”").format(name=self._target_name())
        self.setWindowTitle(title)
        self._title.setText(title)
        for page in (self._source, self._preview, self._report_page):
            self._pages.addWidget(page)
        self._next.setProperty("role", "primary")
        self._next.setDefault(True)
        self._cancel.setAutoDefault(False)
        self._back.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._reason, 1)
        for button in (self._back, self._cancel, self._next):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self._banner)
        column.addWidget(self._pages, 1)
        column.addWidget(self._progress)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self._source.source_changed.connect(self._refresh)
        self._preview.changed.connect(self._refresh)
        self._preview.left_out_chosen.connect(lambda files: self._request_again(left_out=files))
        self._preview.encoding_chosen.connect(
            lambda encoding: self._request_again(names_encoding=encoding, **_UNMAPPED)
        )
        self._preview.drawn_as_stored_chosen.connect(lambda is_so: self._request_again(is_drawn_as_stored=is_so))
        self._preview.format_chosen.connect(self._change_format)
        self._preview.options_chosen.connect(lambda options: self._request_again(options=options, **_UNMAPPED))
        self._preview.model_made_chosen.connect(lambda takes: self._request_again(takes_model_made=takes))
        self._preview.classes_chosen.connect(self._request_again)
        self._preview.unpack_folder_chosen.connect(
            lambda folder: self._request_again(unpack_to=folder, images_root=None)
        )
        self._preview.differences_requested.connect(self.differences_requested)
        self._source.archive_chosen.connect(self.archive_chosen)
        self._back.clicked.connect(self._go_back)
        self._cancel.clicked.connect(self.reject)
        self._next.clicked.connect(self._go_on)

    # Setters

    @property
    def step(self) -> Step:
        return self._step

    @property
    def is_busy(self) -> bool:
        return self._is_busy

    @property
    def refusal(self) -> str:
        """Why the main button is off, as it is shown; "" when it is on."""
        return self._reason.text()

    def set_formats(self, formats: Sequence[tuple[str, str]]) -> None:
        """(slug, title) of every format there is."""
        self._source.set_formats(formats)
        self._preview.set_formats(formats)

    def set_questions(self, questions: Mapping[str, tuple[FormatOption, ...]]) -> None:
        """By format, what it asks before it reads."""
        self._preview.set_questions(questions)

    def set_unpack_folder(self, archive: Path, folder: Path | None) -> None:
        """Where an archive is unpacked when the person says nothing else; None = nothing of it has to stay."""
        self._source.set_unpack_folder(archive, folder)

    @property
    def is_waiting_for_folder(self) -> bool:
        """What is filled in is an archive, and the person has yet to see where it would be unpacked."""
        return self._source.is_archive

    def set_taken_names(self, names: Iterable[str]) -> None:
        """Names that a new project cannot have."""
        self._preview.set_taken_names(frozenset(names))

    def set_source(self, path: Path) -> None:
        """Fill in what was dropped or chosen elsewhere."""
        root = self._target.root if self._target is not None else None
        self._source.set_source(ImportSource(path, root))

    def request_preview(self) -> None:
        """Ask for the preview of what is filled in."""
        self._request(self._source.source())

    def _request_again(self, **answers: Any) -> None:
        """The preview of the same source, with what the person said of it on the preview's page."""
        source = self._preview.source()
        if source is not None:
            self._request(replace(source, **answers))

    def _change_format(self, slug: str) -> None:
        """Names of classes and options are those of the format before."""
        self._request_again(format=slug, **_UNMAPPED, options=(), left_out=(), names_encoding=None)

    def _request(self, source: ImportSource | None) -> None:
        if source is not None and not self._is_busy:
            self._banner.hide()
            self._is_importing = False
            self._set_busy(self.tr("Looking at the files…"))
            self.preview_requested.emit(source)

    def set_progress(self, done: float, total: float, text: str) -> None:
        """How far the work is; `total` 0 = not known."""
        self._progress.set_progress(done, total, text)

    def show_preview(self, preview: ImportPreview) -> None:
        is_same_page = self._step == Step.PREVIEW
        self._set_busy("")
        self._banner.hide()
        self._preview.set_preview(preview)
        self._go(Step.PREVIEW)
        if is_same_page:
            self._give_keyboard_back()

    def show_report(self, report: ImportReport) -> None:
        self._set_busy("")
        self._banner.hide()
        self._report = report
        self._report_page.set_report(report)
        self._go(Step.REPORT)

    def show_error(self, message: UserMessage) -> None:
        """What was under way did not work; the page stays as it was."""
        self._show_unchanged()
        self._banner.show_message(message)

    def show_stopped(self) -> None:
        """What was under way has been stopped at the person's wish."""
        self._show_unchanged()
        if self._is_importing:
            text, hint = self.tr("The import was stopped."), self.tr("Nothing was imported.")
            self._banner.show_message(UserMessage(text, hint, Severity.INFO))

    def _show_unchanged(self) -> None:
        """An answer that led to nothing is taken back: what is shown is what would be imported."""
        self._set_busy("")
        self._preview.show_answers()
        self._refresh()
        self._give_keyboard_back()

    def _give_keyboard_back(self) -> None:
        """To what had it: a button that is off while the work is under way has lost it to Cancel."""
        widget = self._had_keyboard
        if widget is not None and isValid(widget) and widget.isVisible() and widget.isEnabled():
            widget.setFocus()

    @property
    def preview_page(self) -> PreviewPage:
        return self._preview

    def _target_name(self) -> str:
        return self._target.name if self._target is not None else ""

    def _set_busy(self, text: str) -> None:
        if text and not self._is_busy:
            self._had_keyboard = _lasting(self.focusWidget())
        self._is_busy = bool(text)
        if text:
            self._progress.start(text)
        else:
            self._progress.hide()
        self._pages.setEnabled(not self._is_busy)
        self._refresh()

    def _go(self, step: Step) -> None:
        self._step = step
        pages = {Step.SOURCE: self._source, Step.PREVIEW: self._preview, Step.REPORT: self._report_page}
        self._pages.setCurrentWidget(pages[step])
        self._refresh()
        if step == Step.SOURCE:
            self._source.focus_first()
        elif self._next.isEnabled():
            self._next.setFocus()  # which had gone to Cancel while the work was under way
        else:
            self._preview.focus_name()

    def _go_back(self) -> None:
        self._banner.hide()
        self._preview.clear_name()
        self._go(Step.SOURCE)

    def _go_on(self) -> None:
        if self._step == Step.SOURCE:
            self.request_preview()
        elif self._step == Step.PREVIEW and self._preview.preview is not None:
            self._banner.hide()
            self._is_importing = True
            self._set_busy(self.tr("Importing…"))
            source, name = self._preview.source(), self._preview.project_name
            self.import_requested.emit(source, name, self._preview.is_replacing)
        elif self._report is not None:
            self.project_open_requested.emit(self._report.project)
            self.accept()

    def _refresh(self) -> None:
        """The buttons and the reason beside them, for the step and what is filled in."""
        reason = ""
        if self._step == Step.SOURCE:
            self._next.setText(self.tr("&Preview"))
            reason = "" if self._source.source() else self.tr("Choose a folder or a file.")
        elif self._step == Step.PREVIEW:
            preview = self._preview.preview
            images = counted(preview.n_images if preview else 0, "image")
            self._next.setText(self.tr("&Import {images}").format(images=images))
            reason = self._preview.refusal()
        else:
            self._next.setText(self.tr("&Open project"))
        self._reason.setText("" if self._is_busy else reason)
        self._next.setEnabled(not reason and not self._is_busy)
        self._next.setToolTip(reason)
        self._back.setVisible(self._step == Step.PREVIEW)
        self._back.setEnabled(not self._is_busy)
        closing = self.tr("Close") if self._step == Step.REPORT else self.tr("Cancel")
        self._cancel.setText(self.tr("&Stop") if self._is_busy else closing)

    # Qt overrides

    def reject(self) -> None:
        """While something is under way it is stopped, and the dialog stays to say how that ended."""
        if self._is_busy:
            self._progress.text.setText(self.tr("Stopping…"))
            self.cancel_requested.emit()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_busy:
            event.ignore()
            self.reject()
        else:
            super().closeEvent(event)


def _lasting(widget: QWidget | None) -> QWidget | None:
    """Of the editor of a cell, its table: the editor goes with the answer."""
    inside = widget
    while inside is not None:
        if isinstance(inside, QAbstractItemView):
            return inside
        inside = inside.parentWidget()
    return widget
