"""A cell with a progress bar and its number."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.runs.run_table_model import PROGRESS_ROLE
from ui.theme import current_theme

BAR_HEIGHT = 6
TEXT_WIDTH = 48


class ProgressDelegate(QStyledItemDelegate):
    """Takes (fraction, tone) from PROGRESS_ROLE and the number's text from DisplayRole."""

    # Qt overrides

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = current_theme()
        blank = QStyleOptionViewItem(option)
        self.initStyleOption(blank, index)
        blank.text = ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, blank, painter, option.widget)
        fraction, tone = index.data(PROGRESS_ROLE) or (0.0, "neutral")
        rect = option.rect.adjusted(6, 0, -6, 0)
        bar = QRectF(rect.x(), rect.center().y() - BAR_HEIGHT / 2 + 1, rect.width() - TEXT_WIDTH, BAR_HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.neutral_soft))
        painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        colour = theme.text_muted if tone == "neutral" else getattr(theme, tone)
        painter.setBrush(QColor(colour))
        bar.setWidth(bar.width() * max(0.0, min(1.0, fraction)))
        if bar.width() > 1:
            painter.drawRoundedRect(bar, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        painter.setPen(QColor(theme.text))
        text = QRect(rect.right() - TEXT_WIDTH, rect.y(), TEXT_WIDTH, rect.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, index.data())
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(130, super().sizeHint(option, index).height())
