"""The wizard's steps beside a page: where one is, what was chosen, and where something is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget

from ui.icons import icon
from ui.theme import current_theme
from ui.training.steps import STEP_ICONS, STEP_TITLES, STEPS, StepState

SIGN = 20
HEIGHT = 54


class StepButton(QAbstractButton):
    """One step. Colour only repeats what the sign and the text say."""

    def __init__(self, step: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name = STEP_ICONS[step]
        self._state = StepState()
        self._title = STEP_TITLES[step]
        self.setText(self._title.replace("&", "&&"))
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._describe()

    @property
    def state(self) -> StepState:
        return self._state

    def set_state(self, state: StepState) -> None:
        if state != self._state:
            self._state = state
            self._describe()
            self.update()

    def second_line(self) -> str:
        return self._state.problem or self._state.summary

    def _describe(self) -> None:
        problem = self.tr("Problem: {text}").format(text=self._state.problem) if self._state.problem else ""
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(problem or self._state.summary)
        self.setToolTip(self._state.problem or self._state.summary)

    def _tone(self) -> str:
        """Name of the theme's colour for the sign."""
        if self._state.problem:
            return "error" if self._state.is_error else "warning"
        return "accent" if self.isChecked() else "icon"

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.HoverEnter, QEvent.Type.HoverLeave):
            self.update()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()  # the list moves, not Qt's walk through a group of buttons
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(QColor(theme.accent), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
        if self.isChecked():
            painter.setBrush(QColor(theme.selection))
        elif self.underMouse():
            painter.setBrush(QColor(theme.raised))
        else:
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(body, 8, 8)
        self._paint_sign(painter)
        self._paint_texts(painter)
        painter.end()

    def _paint_sign(self, painter: QPainter) -> None:
        alarm = "circle-alert" if self._state.is_error else "triangle-alert"
        name = alarm if self._state.problem else self._icon_name
        square = QRect(12, (self.height() - SIGN) // 2, SIGN, SIGN)
        icon(name, role=self._tone()).paint(painter, square, Qt.AlignmentFlag.AlignCenter, QIcon.Mode.Normal)

    def _paint_texts(self, painter: QPainter) -> None:
        theme = current_theme()
        left = 12 + SIGN + 12
        width = self.width() - left - 8
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal)
        line = QFontMetrics(font).height()
        second = self.second_line()
        top = (self.height() - line * (2 if second else 1)) // 2
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.drawText(QRect(left, top, width, line), Qt.AlignmentFlag.AlignVCenter, self._title)
        if second:
            painter.setFont(self.font())
            painter.setPen(QColor(getattr(theme, self._tone()) if self._state.problem else theme.text_muted))
            text = self.fontMetrics().elidedText(second, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QRect(left, top + line, width, line), Qt.AlignmentFlag.AlignVCenter, text)


class StepList(QFrame):
    """Up and Down show one step after the other; a click, Space or Enter opens one."""

    step_requested = Signal(str)
    step_passed = Signal(str)  # by an arrow key: the keyboard stays here

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: dict[str, StepButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 16, 12, 16)
        column.setSpacing(4)
        for step in STEPS:
            button = StepButton(step)
            button.clicked.connect(lambda _checked=False, step=step: self.step_requested.emit(step))
            self._buttons[step] = button
            self._group.addButton(button)
            column.addWidget(button)
        column.addStretch(1)
        self.setFixedWidth(236)
        self.setObjectName("navigation")

    def button(self, step: str) -> StepButton:
        return self._buttons[step]

    def set_current(self, step: str) -> None:
        self._buttons[step].setChecked(True)

    def set_state(self, step: str, state: StepState) -> None:
        self._buttons[step].set_state(state)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        focused = next((index for index, step in enumerate(STEPS) if self._buttons[step].hasFocus()), None)
        if move is None or focused is None:
            super().keyPressEvent(event)
            return
        step = STEPS[(focused + move) % len(STEPS)]
        self._buttons[step].setFocus(Qt.FocusReason.OtherFocusReason)
        self.step_passed.emit(step)
