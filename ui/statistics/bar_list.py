"""Bars, one below the other: a name, a bar of one or several pieces, a number. Each is opened by click or key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.theme import current_theme
from ui.widgets.formatting import count

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 24
GAP = 10
MOST_FOR_NAMES = 170  # pixels, or two fifths of the room
_BAR_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Bar:
    """`pieces` are numbers with their colours, one after the other; `value` is what the bar stands for when it is
    opened. `sign` colours a square before the name."""

    title: str
    pieces: tuple[tuple[int, QColor], ...]
    value: object
    tip: str = ""
    sign: QColor | None = None

    @property
    def total(self) -> int:
        return sum(number for number, _ in self.pieces)


class BarModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[Bar, ...] = ()
        self.highest = 1

    def set_bars(self, bars: Sequence[Bar]) -> None:
        self.beginResetModel()
        self._bars = tuple(bars)
        self.highest = max((bar.total for bar in self._bars), default=1) or 1
        self.endResetModel()

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._bars

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._bars)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        bar = self._bars[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return bar.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{bar.title}: {count(bar.total)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return bar.tip or f"{bar.title}: {count(bar.total)}"
        return bar if role == _BAR_ROLE else None


class _BarDelegate(QStyledItemDelegate):
    def __init__(self, view: BarList) -> None:
        super().__init__(view)
        self._view = view

    # Qt overrides

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        bar = index.data(_BAR_ROLE)
        theme, area = current_theme(), option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(area, QColor(theme.selection))
        left = area.left() + 4
        if bar.sign is not None:
            painter.fillRect(QRectF(left, area.center().y() - 5, 10, 10), bar.sign)
            left += 16
        width_of_names, width_of_numbers = self._view.column_widths
        metrics = option.fontMetrics
        names = QRectF(left, area.top(), width_of_names - (left - area.left()), area.height())
        painter.setPen(QColor(theme.text))
        name = metrics.elidedText(bar.title, Qt.TextElideMode.ElideMiddle, int(names.width()))
        painter.drawText(names, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        start = area.left() + width_of_names + GAP
        room = area.right() - start - width_of_numbers - GAP - 4
        x = float(start)
        for number, colour in bar.pieces:
            width = room * number / self._view.highest
            if number:
                painter.fillRect(QRectF(x, area.top() + 6, max(width, 1.0), area.height() - 12), colour)
            x += width
        numbers = QRectF(area.right() - width_of_numbers - 4, area.top(), width_of_numbers, area.height())
        painter.setPen(QColor(theme.text_muted))
        painter.drawText(numbers, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, count(bar.total))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(theme.accent))
            painter.drawRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(120, ROW_HEIGHT)


class BarList(QListView):
    """As high as its bars, up to `most_rows`; more are scrolled to."""

    opened = Signal(object)  # Bar.value

    def __init__(self, name: str, *, most_rows: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most_rows = most_rows
        self._widths = (80, 40)
        self._bars = BarModel(self)
        self.setModel(self._bars)
        self.setItemDelegate(_BarDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QListView { border: 0; background: transparent; padding: 0; }")  # the card has a border
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.opened.emit(index.data(_BAR_ROLE).value))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_bars(self, bars: Sequence[Bar]) -> None:
        self._bars.set_bars(bars)
        metrics = self.fontMetrics()
        names = max((metrics.horizontalAdvance(bar.title) + (20 if bar.sign else 4) for bar in bars), default=0)
        numbers = max((metrics.horizontalAdvance(count(bar.total)) for bar in bars), default=0)
        self._widths = (names + 4, numbers)
        self.setFixedHeight(ROW_HEIGHT * max(1, min(len(bars), self._most_rows)) + 2)

    @property
    def bars(self) -> tuple[Bar, ...]:
        return self._bars.bars

    @property
    def highest(self) -> int:
        return self._bars.highest

    @property
    def column_widths(self) -> tuple[int, int]:
        """Of the names and of the numbers, pixels. Long names are shortened where they leave too little for bars."""
        names, numbers = self._widths
        return min(names, max(MOST_FOR_NAMES, self.viewport().width() * 2 // 5)), numbers

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().data(_BAR_ROLE).value)
            return
        super().keyPressEvent(event)
