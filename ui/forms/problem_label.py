"""A problem in words with a sign, to stand beside the field that it is about."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ui.icons import icon
from ui.widgets.labels import label, set_role


class IconView(QWidget):
    """An icon painted anew each time, so that it follows the theme."""

    def __init__(self, name: str = "", *, role: str = "icon", side: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon(name, role=role) if name else QIcon()
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_icon(self, name: str, role: str = "icon") -> None:
        self._icon = icon(name, role=role)
        self.update()

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        self._icon.paint(painter, QRect(0, 0, self._side, self._side), Qt.AlignmentFlag.AlignCenter, mode)
        painter.end()


class ProblemLabel(QWidget):
    """Takes no room while there is no problem."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = IconView("circle-alert", role="error")
        self._text = label("", "error", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._is_error = True
        self._shown: list[tuple[str, bool]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.hide()

    def text(self) -> str:
        return self._text.text()

    @property
    def is_error(self) -> bool:
        """Of the problem shown; a warning is none."""
        return bool(self.text()) and self._is_error

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        """Sentences, each with whether it is an error; a line each, errors first."""
        ordered = sorted(problems, key=lambda problem: not problem[1])
        if ordered == self._shown:
            return
        self._shown = ordered
        self._is_error = any(is_error for _text, is_error in ordered)
        self._text.setText("\n".join(dict.fromkeys(text for text, _is_error in ordered)))
        role = "error" if self._is_error else "warning"
        set_role(self._text, role)
        self._sign.set_icon("circle-alert" if self._is_error else "triangle-alert", role)
        self.setVisible(bool(ordered))
