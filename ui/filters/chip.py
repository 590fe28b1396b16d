"""A condition in words, to be changed by a click and taken away by its cross."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from core.domain.names import shown
from ui.icons import icon

MOST_SIGNS = 48
CHIP_HEIGHT = 28


class Chip(QFrame):
    clicked = Signal()
    remove_requested = Signal()

    def __init__(self, words: str, *, can_change: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "chip")
        self.words = shown(words)
        self._text = QToolButton()
        self._text.setText(self.words if len(self.words) <= MOST_SIGNS else f"{self.words[: MOST_SIGNS - 1]}…")
        self._text.setText(self._text.text().replace("&", "&&"))
        self._text.setToolTip(self.words)
        self._text.setAccessibleName(self.words)
        self._cross = QToolButton()
        self._cross.setIcon(icon("x"))
        self._cross.setIconSize(QSize(12, 12))
        self._cross.setToolTip(self.tr("Remove (Delete)"))
        self._cross.setAccessibleName(self.tr("Remove: {words}").format(words=self.words))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(CHIP_HEIGHT)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 2, 0)
        row.setSpacing(0)
        row.addWidget(self._text)
        row.addWidget(self._cross)
        if can_change:
            self._text.setCursor(Qt.CursorShape.PointingHandCursor)
            self._text.clicked.connect(self.clicked)
        else:
            self._text.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cross.clicked.connect(self.remove_requested)

    def click(self) -> None:
        self._text.click()

    def remove(self) -> None:
        self._cross.click()

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_requested.emit()
        else:
            super().keyPressEvent(event)
