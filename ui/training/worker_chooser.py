"""The list of workers to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from core.domain.workers import GpuUse, WorkerInfo
from ui.forms.choice import Choice
from ui.forms.choice_list import ChoiceList
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

GPU_WORDS = {
    GpuUse.UNSUPPORTED: "Not used",
    GpuUse.SUPPORTED: "Used when there is one",
    GpuUse.REQUIRED: "Needed",
}


def task_words(worker: WorkerInfo) -> str:
    return ", ".join(task.words for task in worker.tasks) or "–"


def worker_choice(worker: WorkerInfo) -> Choice:
    """A worker that cannot be used is listed with the reason."""
    if not worker.is_available:
        return Choice(
            worker.slug,
            worker.title,
            worker.unavailable_reason,
            note="Not available",
            tone="warning",
            icon_name="graduation-cap",
            is_enabled=False,
            tool_tip=worker.unavailable_reason,
        )
    return Choice(
        worker.slug,
        worker.title,
        " · ".join(part for part in (task_words(worker), worker.summary) if part),
        note=worker.version.partition(" ")[0],
        icon_name="graduation-cap",
        tool_tip=worker.version,
    )


class WorkerChooser(QDialog):
    """Type to search, Down to walk the list, Enter to choose."""

    worker_chosen = Signal(str)  # slug

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Choose a method"))
        self.resize(620, 440)
        self._search = SearchField(self.tr("Search by name or task"))
        self._list = ChoiceList()
        self._list.setAccessibleName(self.tr("Methods, latest version first"))
        self._nothing = label(self.tr("No method matches the search."), "muted")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._choose = QPushButton(self.tr("Choose"))
        self._choose.setProperty("role", "primary")
        buttons.addButton(self._choose, QDialogButtonBox.ButtonRole.AcceptRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self._search)
        column.addWidget(self._list, 1)
        column.addWidget(self._nothing)
        column.addWidget(buttons)
        self._choose.setDefault(True)  # not before: a button makes itself known to the dialog it is in
        self._search.textChanged.connect(self._filter)
        self._search.installEventFilter(self)
        self._list.chosen.connect(lambda _key: self._refresh())
        self._list.accepted.connect(lambda _key: self.accept())
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._refresh()

    def set_workers(self, workers: Sequence[WorkerInfo]) -> None:
        self._list.set_choices([worker_choice(worker) for worker in workers])
        self._refresh()

    def set_current(self, slug: str) -> None:
        self._list.set_current_key(slug)
        self._refresh()

    def choices(self) -> ChoiceList:
        return self._list

    def search_field(self) -> SearchField:
        return self._search

    def _filter(self, text: str) -> None:
        self._list.set_search(text.strip())
        self._refresh()

    def _refresh(self) -> None:
        choice = self._list.choice(self._list.current_key())
        self._choose.setEnabled(choice is not None and choice.is_enabled)
        self._nothing.setVisible(not self._list.shown_keys())

    # Qt overrides

    def accept(self) -> None:
        choice = self._list.choice(self._list.current_key())
        if choice is not None and choice.is_enabled:
            self.worker_chosen.emit(choice.key)
            super().accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down in the search walk the list, so that the hands stay where they are."""
        if watched is self._search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            moves_in_list = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
            if moves_in_list:
                self._list.keyPressEvent(event)
            return moves_in_list or super().eventFilter(watched, event)
        return super().eventFilter(watched, event)
