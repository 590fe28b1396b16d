"""The first column of the library: a model's name with what it is for behind it, a version's name as it is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.models.model_tree import NOTE_ROLE
from ui.theme import current_theme

GAP = 12


class NameDelegate(QStyledItemDelegate):
    # Qt overrides

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        note = index.data(NOTE_ROLE)
        if not note:
            return
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        element = QStyle.SubElement.SE_ItemViewItemText
        area = shown.widget.style().subElementRect(element, shown, shown.widget)
        name_width = QFontMetrics(shown.font).horizontalAdvance(shown.text)
        area.setLeft(area.left() + name_width + GAP)
        area.setRight(option.rect.right())
        painter.save()
        painter.setFont(QFont())
        painter.setPen(QColor(current_theme().text_muted))
        text = painter.fontMetrics().elidedText(note, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()
