"""Paints a line of the log: its level as a colour and a letter, and what the search found."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.runs.log_model import FIRST_ROLE, LEVEL_ROLE
from ui.theme import current_theme

MARGIN = 8
LEVEL_COLOURS = {"warning": "warning", "error": "error", "debug": "text_muted"}
LEVEL_LETTERS = {"warning": "W", "error": "E"}


class LogDelegate(QStyledItemDelegate):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = ""
        self.n_characters = 80  # of the longest line so far
        self.font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        if parent is not None:
            self.font.setPointSizeF(parent.font().pointSizeF() * 0.95)
        self.font.setStyleHint(QFont.StyleHint.Monospace)

    def n_columns(self, width: int) -> int:
        """Characters that find room in a row of so many pixels."""
        return (width - 2 * MARGIN) // QFontMetrics(self.font).horizontalAdvance("m") - 3

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        metrics = QFontMetrics(self.font)
        return QSize(2 * MARGIN + (self.n_characters + 3) * metrics.horizontalAdvance("m"), metrics.height() + 3)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = current_theme()
        text, level = index.data(), index.data(LEVEL_ROLE)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(theme.selection))
        painter.setFont(self.font)
        metrics = QFontMetrics(self.font)
        advance = metrics.horizontalAdvance("m")
        colour = QColor(getattr(theme, LEVEL_COLOURS.get(level, "text")))
        area = option.rect.adjusted(MARGIN, 0, 0, 0)
        painter.setPen(colour)
        if index.data(FIRST_ROLE):
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, LEVEL_LETTERS.get(level, ""))
        area.setLeft(area.left() + 2 * advance)
        self._paint_hits(painter, area, metrics, text)
        painter.setPen(colour)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, text)
        painter.restore()

    def _paint_hits(self, painter: QPainter, area: QRect, metrics: QFontMetrics, text: str) -> None:
        if not self.search:
            return
        theme = current_theme()
        wanted, folded = self.search.casefold(), text.casefold()
        start = folded.find(wanted)
        while start >= 0:
            left = metrics.horizontalAdvance(text[:start])
            width = metrics.horizontalAdvance(text[start : start + len(wanted)])
            painter.fillRect(QRect(area.left() + left, area.top(), width, area.height()), QColor(theme.warning_soft))
            painter.setPen(QColor(theme.warning))
            painter.drawLine(area.left() + left, area.bottom() - 1, area.left() + left + width - 1, area.bottom() - 1)
            start = folded.find(wanted, start + len(wanted))
