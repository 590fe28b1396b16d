"""A measure with a thin bar under it, so that a column can be read at a glance."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui.evaluation.evaluation_model import FRACTION_ROLE
from ui.theme import current_theme

BAR_HEIGHT = 3
MARGIN = 8


class MeasureDelegate(QStyledItemDelegate):
    # Qt overrides

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        fraction = index.data(FRACTION_ROLE)
        if fraction is None:
            return
        theme = current_theme()
        width = option.rect.width() - 2 * MARGIN
        area = QRectF(option.rect.x() + MARGIN, option.rect.bottom() - BAR_HEIGHT, width, BAR_HEIGHT)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.neutral_soft))
        painter.drawRect(area)
        area.setWidth(width * max(0.0, min(1.0, float(fraction))))
        painter.setBrush(QColor(theme.accent))
        painter.drawRect(area)
        painter.restore()
