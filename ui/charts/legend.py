"""A legend to click: each entry shows its line, its name and the value at the cursor, and hides or shows its curve."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLayout, QLayoutItem, QSizePolicy, QWidget

from ui.theme import current_theme

SAMPLE_WIDTH = 22
GAP = 6
USUAL_VALUE = "0.0000"


class LegendEntry(QAbstractButton):
    """Checked = its curve is shown."""

    def __init__(self, text: str, *, help_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole_text = text
        self.setText(text)
        self.setCheckable(True)
        self.setChecked(True)
        self.setAccessibleName(text)
        self.setToolTip(f"{text}\n{help_text}".strip())
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        self.setFont(font)
        self._value = ""
        # Grows to the widest value shown so far and never shrinks: the legend stands still while values change.
        self._value_width = QFontMetrics(self._bold_font()).horizontalAdvance(USUAL_VALUE)
        self._pen = QPen()
        self._symbol = ""
        self.toggled.connect(self.updateGeometry)

    def set_short_text(self, text: str) -> None:
        """Show this instead of the whole text; "" = the whole text."""
        self.setText(text or self._whole_text)
        self.updateGeometry()

    def set_look(self, colour: str, line: Qt.PenStyle, symbol: str) -> None:
        self._pen = QPen(QColor(colour), 2.0, line)
        self._symbol = symbol
        self.update()

    def set_value(self, text: str) -> None:
        if text != self._value:
            self._value = text
            width = QFontMetrics(self._bold_font()).horizontalAdvance(text)
            if width > self._value_width:
                self._value_width = width
                self.updateGeometry()
            self.update()

    def value(self) -> str:
        return self._value

    def _bold_font(self) -> QFont:
        font = QFont(self.font())
        font.setBold(True)
        return font

    # Qt overrides

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        width = SAMPLE_WIDTH + metrics.horizontalAdvance(self.text()) + 3 * GAP
        if self.isChecked():
            width += self._value_width
        return QSize(width, metrics.height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QColor(theme.accent) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        self._paint_sample(painter)
        painter.setPen(QColor(theme.text if self.isChecked() else theme.text_disabled))
        area = self.rect().adjusted(SAMPLE_WIDTH + 2 * GAP, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        if self._value and self.isChecked():
            painter.setFont(self._bold_font())
            area.translate(QFontMetrics(self.font()).horizontalAdvance(self.text()) + GAP, 0)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._value)
        painter.end()

    def _paint_sample(self, painter: QPainter) -> None:
        middle = self.height() / 2
        if not self.isChecked():
            painter.setPen(QPen(QColor(current_theme().text_disabled), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(GAP + 4.5, middle - 3.5, SAMPLE_WIDTH - 9, 7), 3.5, 3.5)
            return
        painter.setPen(self._pen)
        painter.drawLine(QPointF(GAP, middle), QPointF(GAP + SAMPLE_WIDTH, middle))
        if self._symbol:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._pen.color())
            centre = QPointF(GAP + SAMPLE_WIDTH / 2, middle)
            if self._symbol == "o":
                painter.drawEllipse(centre, 3.5, 3.5)
            else:
                painter.drawRect(QRectF(centre.x() - 3, centre.y() - 3, 6, 6))


class FlowLayout(QLayout):
    """Places widgets from left to right and goes on in the next line when there is no more room."""

    def __init__(self, parent: QWidget, *, spacing: int = 4, line_spacing: int = 0) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._line_spacing = line_spacing
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def _place(self, area: QRect, *, is_trial: bool) -> int:
        """The height needed for the area's width; moves the widgets unless it is a trial."""
        x, y, line_height = area.x(), area.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            hint = item.sizeHint()
            if x > area.x() and x + hint.width() > area.right() + 1:
                x, y, line_height = area.x(), y + line_height + self._line_spacing, 0
            if not is_trial:
                item.setGeometry(QRect(x, y, min(hint.width(), area.width()), hint.height()))
            x += hint.width() + self.spacing()
            line_height = max(line_height, hint.height())
        return y + line_height - area.y()

    # Qt overrides

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def insert_widget(self, index: int, widget: QWidget) -> None:
        self.addWidget(widget)
        self._items.insert(index, self._items.pop())
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), is_trial=True)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, is_trial=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size
