"""A line for a number that never changes what was typed: a value out of range stays, to be told of beside it.

Qt's spin boxes clamp and round instead, which would lose a value that was imported or pasted.
"""

from __future__ import annotations

import re
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.icons import icon

_WHOLE = re.compile(r"[+-]?\d+")
_REAL = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_PAGE_STEPS = 10


def parse_number(text: str, *, is_whole: bool) -> int | float | str:
    """The number that `text` says, with a point or a comma; the trimmed text itself when it says none."""
    trimmed = text.strip()
    if is_whole and _WHOLE.fullmatch(trimmed):
        return int(trimmed)
    if _REAL.fullmatch(trimmed):
        return float(trimmed.replace(",", "."))
    return trimmed


def number_text(value: float) -> str:
    """All digits of a number, without an exponent and without ".0"."""
    if isinstance(value, int):
        return str(value)
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def stepped(value: float, steps: int, *, step: float, minimum: float | None, maximum: float | None) -> float:
    """`value` moved by `steps` steps in decimal arithmetic, kept inside the range."""
    moved = Decimal(repr(value)) + steps * Decimal(repr(step))
    if minimum is not None:
        moved = max(moved, Decimal(repr(minimum)))
    if maximum is not None:
        moved = min(moved, Decimal(repr(maximum)))
    return int(moved) if isinstance(value, int) and moved == int(moved) else float(moved)


class NumberField(QLineEdit):
    """Arrow keys, page keys, the wheel (when focused) and two little arrows step inside the range."""

    number_edited = Signal()  # by the person, by typing or stepping

    def __init__(
        self,
        *,
        is_whole: bool,
        minimum: float | None = None,
        maximum: float | None = None,
        step: float | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._is_whole = is_whole
        self._minimum = minimum
        self._maximum = maximum
        self._step = step if step else (1 if is_whole else 0.1)
        self.setFixedWidth(126)
        self._down = self._add_arrow("chevron-down", self.tr("Less"), -1)
        self._up = self._add_arrow("chevron-up", self.tr("More"), 1)
        self.textEdited.connect(lambda _text: self.number_edited.emit())

    def _add_arrow(self, icon_name: str, tool_tip: str, steps: int) -> QAction:
        action = self.addAction(icon(icon_name), QLineEdit.ActionPosition.TrailingPosition)
        action.setToolTip(tool_tip)
        action.triggered.connect(lambda: self.step_by(steps))
        return action

    def number(self) -> int | float | str:
        return parse_number(self.text(), is_whole=self._is_whole)

    def set_number(self, value: float | str) -> None:
        """Without announcing it."""
        text = value if isinstance(value, str) else number_text(value)
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)

    def set_read_only(self, is_read_only: bool) -> None:
        self.setReadOnly(is_read_only)
        for action in (self._up, self._down):
            action.setVisible(not is_read_only)

    def step_by(self, steps: int) -> None:
        if self.isReadOnly() or not self.isEnabled():
            return
        present = self.number()
        if isinstance(present, str):
            present = self._minimum if self._minimum is not None else 0
            present = int(present) if self._is_whole else float(present)
            steps = 0
        self.setText(
            number_text(stepped(present, steps, step=self._step, minimum=self._minimum, maximum=self._maximum))
        )
        self.number_edited.emit()

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: _PAGE_STEPS,
            Qt.Key.Key_PageDown: -_PAGE_STEPS,
        }.get(Qt.Key(event.key()))
        if steps is None or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            self.step_by(steps)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Without the focus the wheel scrolls the form: it must not change a value that it passes over.
        if self.hasFocus() and event.angleDelta().y():
            self.step_by(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()
