"""Cells whose text leads somewhere: drawn as a link, opened by a click on the words. Elsewhere in the cell a click only
selects the row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QCursor, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.theme import current_theme

Index = QModelIndex | QPersistentModelIndex
HAND = Qt.CursorShape.PointingHandCursor


class LinkDelegate(QStyledItemDelegate):
    """`leads` says whether the cell of an index is a link. The keyboard's way is the view's own (Return, a menu)."""

    opened = Signal(object)  # QModelIndex or QPersistentModelIndex

    def __init__(self, view: QAbstractItemView, leads: Callable[[Index], bool] = lambda _index: True) -> None:
        super().__init__(view)
        self._view = view
        self._leads = leads
        view.setMouseTracking(True)
        self._viewport = view.viewport()
        self._viewport.installEventFilter(self)

    def text_rect(self, option: QStyleOptionViewItem, index: Index) -> QRect:
        """Where the words are drawn."""
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        area = shown.widget.style().subElementRect(QStyle.SubElement.SE_ItemViewItemText, shown, shown.widget)
        width = min(area.width(), shown.fontMetrics.horizontalAdvance(shown.text) + 8)
        return QRect(area.left(), area.top(), width, area.height())

    def _is_over(self, index: Index, place: QPoint) -> bool:
        option = QStyleOptionViewItem()
        option.initFrom(self._view)
        option.widget = self._view
        option.rect = self._view.visualRect(index)
        return self._leads(index) and self.text_rect(option, index).contains(place)

    def _show_hand(self, place: QPoint) -> None:
        index = self._view.indexAt(place)
        delegate = self._view.itemDelegateForIndex(index) if index.isValid() else None
        if delegate is self:
            self._viewport.setCursor(HAND if self._is_over(index, place) else Qt.CursorShape.ArrowCursor)
            self._viewport.update(self._view.visualRect(index))
        elif not isinstance(delegate, LinkDelegate):  # which would look after it itself
            self._viewport.unsetCursor()

    # Qt overrides

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        if self._leads(index):
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, QColor(current_theme().accent))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        place = self._viewport.mapFromGlobal(QCursor.pos())
        if option.state & QStyle.StateFlag.State_MouseOver and self._is_over(index, place):
            option.font.setUnderline(True)
        super().paint(painter, option, index)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            is_plain = event.button() is Qt.MouseButton.LeftButton and not event.modifiers()
            if is_plain and self._leads(index) and self.text_rect(option, index).contains(event.position().toPoint()):
                self.opened.emit(index)
                return True
        return super().editorEvent(event, model, option, index)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the view: the hand over what can be clicked."""
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent) and watched is self._viewport:
            self._show_hand(event.position().toPoint())
        return super().eventFilter(watched, event)
