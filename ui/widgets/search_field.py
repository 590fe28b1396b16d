"""A line to search with, that waits for a pause in typing."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.icons import icon

PAUSE_MS = 150


class SearchField(QLineEdit):
    search_changed = Signal(str)  # after a pause in typing; at once when cleared

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setClearButtonEnabled(True)
        self.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._announce)
        self.textChanged.connect(self._wait_or_announce)

    def _wait_or_announce(self, text: str) -> None:
        if text:
            self._timer.start()
        else:
            self._timer.stop()
            self._announce()

    def _announce(self) -> None:
        self.search_changed.emit(self.text().strip())
