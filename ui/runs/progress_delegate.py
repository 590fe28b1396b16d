"""A cell with a progress bar and its number."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.runs.run_table_model import PROGRESS_ROLE
from ui.theme import current_theme

BAR_HEIGHT = 6
TEXT_WIDTH = 40  # of a percentage; longer words take from the bar
LEAST_BAR = 32
GAP = 8


class ProgressDelegate(QStyledItemDelegate):
    """Takes (fraction, tone) from PROGRESS_ROLE and the words beside the bar from DisplayRole."""

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
        words = str(index.data())
        rect = option.rect.adjusted(6, 0, -6, 0)
        room = max(TEXT_WIDTH, blank.fontMetrics.horizontalAdvance(words) + GAP + 2)
        length = max(LEAST_BAR, rect.width() - room)
        bar = QRectF(rect.x(), rect.center().y() - BAR_HEIGHT / 2 + 1, length, BAR_HEIGHT)
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
        text = QRect(rect.left() + length + GAP, rect.y(), rect.width() - length - GAP, rect.height())
        words = blank.fontMetrics.elidedText(words, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        words = max(TEXT_WIDTH, option.fontMetrics.horizontalAdvance(str(index.data())) + GAP + 2)
        return QSize(18 + LEAST_BAR + words, super().sizeHint(option, index).height())
