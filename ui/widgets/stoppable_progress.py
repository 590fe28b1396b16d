"""How far a piece of work in the background is, over the window, with a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QProgressDialog, QWidget

_SHOWN_AFTER_MS = 300  # what is done before that needs no window


class StoppableProgress(QProgressDialog):
    """`canceled` is emitted by Stop and Escape, where it can stop. It goes when `end` is called, not by itself."""

    def __init__(self, title: str, text: str, window: QWidget | None, *, can_stop: bool = True) -> None:
        super().__init__(text, "", 0, 0, window)
        self._text = text
        self._is_ended = False
        self._can_stop = can_stop
        self.setWindowTitle(title)
        if can_stop:
            self.setCancelButtonText(self.tr("Stop"))
        else:
            self.setCancelButton(None)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAutoClose(False)
        self.setAutoReset(False)
        self.setMinimumDuration(_SHOWN_AFTER_MS)
        self.setMinimumWidth(420)

    def set_progress(self, done: float, total: float, text: str = "") -> None:
        """`total` 0 = not known. What comes after the end is late news of work that was stopped."""
        if self._is_ended:
            return
        self.setMaximum(round(total))
        self.setValue(round(done))
        self.setLabelText(text or self._text)

    def reject(self) -> None:
        if self._can_stop or self._is_ended:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._can_stop or self._is_ended:
            super().closeEvent(event)
        else:
            event.ignore()

    def end(self) -> None:
        self._is_ended = True
        self.deleteLater()
        self.hide()
