"""Cells of a table that hold a state: painted as the same rounded label that pages show."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.widgets.badge import tone_colours

TONE_ROLE = Qt.ItemDataRole.UserRole + 40
PADDING = 9
Index = QModelIndex | QPersistentModelIndex


class BadgeDelegate(QStyledItemDelegate):
    """Takes the word from DisplayRole and its tone (neutral, info, success, warning, error) from TONE_ROLE."""

    # Qt overrides

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        text = index.data(Qt.ItemDataRole.DisplayRole)
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        blank.text = ""
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, blank, painter, option.widget)
        if not text:
            return
        background, foreground = tone_colours(index.data(TONE_ROLE) or "neutral")
        height = option.fontMetrics.height() + 4
        width = min(option.fontMetrics.horizontalAdvance(text) + 2 * PADDING, option.rect.width() - 8)
        pill = QRect(option.rect.x() + 4, option.rect.center().y() - height // 2, width, height)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(background)
        painter.drawRoundedRect(pill, height / 2, height / 2)
        painter.setPen(foreground)
        shown = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, width - 2 * PADDING + 2)
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        return QSize(option.fontMetrics.horizontalAdvance(text) + 2 * PADDING + 12, max(size.height(), 28))
