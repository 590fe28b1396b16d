"""A problem in words with a sign, to stand beside the field that it is about."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.icons import icon
from ui.widgets.labels import label


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


class _Line(QWidget):
    """Sentences of one kind behind their sign."""

    def __init__(self, sign: str, role: str) -> None:
        super().__init__()
        self.text = label("", role, wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(IconView(sign, role=role), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.hide()

    def show_sentences(self, sentences: Iterable[str]) -> None:
        self.text.setText("\n".join(dict.fromkeys(sentences)))
        self.setVisible(bool(self.text.text()))


class ProblemLabel(QWidget):
    """Takes no room while there is no problem. Errors are told before warnings, each in its colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._errors = _Line("circle-alert", "error")
        self._warnings = _Line("triangle-alert", "warning")
        self._shown: list[tuple[str, bool]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._errors)
        column.addWidget(self._warnings)
        self.hide()

    def text(self) -> str:
        return "\n".join(filter(None, (self._errors.text.text(), self._warnings.text.text())))

    @property
    def is_error(self) -> bool:
        """Whether any of what is shown is one; a warning is none."""
        return bool(self._errors.text.text())

    def show_problems(self, problems: Iterable[tuple[str, bool]]) -> None:
        """Sentences, each with whether it is an error; a line each."""
        told = list(problems)
        if told == self._shown:
            return
        self._shown = told
        self._errors.show_sentences(text for text, is_error in told if is_error)
        self._warnings.show_sentences(text for text, is_error in told if not is_error)
        self.setVisible(bool(told))
