"""What was measured of a start, one click away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ui.icons import icon
from ui.widgets.labels import label
from ui.widgets.start_figures import UNKNOWN_FIGURES


class FiguresRow(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._button = QToolButton()
        self._button.setText(self.tr("Measured"))
        self._button.setCheckable(True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._text = label("", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._button)
        column.addWidget(self._text)
        self._button.toggled.connect(self._show)
        self._show(is_open=False)

    def set_lines(self, lines: Sequence[str]) -> None:
        """None = nobody measured it, which is said."""
        self._text.setText("\n".join(lines) or UNKNOWN_FIGURES)

    def text(self) -> str:
        return self._text.text()

    @property
    def button(self) -> QToolButton:
        return self._button

    def _show(self, is_open: bool) -> None:
        self._button.setIcon(icon("chevron-down" if is_open else "chevron-right"))
        self._text.setVisible(is_open)
