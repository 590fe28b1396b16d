"""How sure a version is of each class: a row with a bar and a percentage, the surest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import current_theme

ROW_GAP = 12
BAR_HEIGHT = 8


@dataclass(frozen=True, slots=True)
class LabelBar:
    """`is_said`: it counts, by the version's threshold or as the surest."""

    title: str
    confidence: float
    is_said: bool


class LabelBars(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bars: tuple[LabelBar, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(self.tr("How sure it is of each class"))

    @property
    def bars(self) -> tuple[LabelBar, ...]:
        return self._bars

    def set_bars(self, bars: Sequence[LabelBar]) -> None:
        self._bars = tuple(bars)
        self.setAccessibleDescription("; ".join(_words(one) for one in self._bars))
        self.setToolTip("\n".join(_words(one) for one in self._bars))
        self.updateGeometry()
        self.update()

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(220, len(self._bars) * self._row_height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        text_height, width = self.fontMetrics().height(), self.width()
        for number, one in enumerate(self._bars):
            top = number * self._row_height()
            font = QFont(self.font())
            font.setBold(one.is_said)
            painter.setFont(font)
            painter.setPen(QColor(theme.text if one.is_said else theme.text_muted))
            percent = _percent(one.confidence)
            room = width - painter.fontMetrics().horizontalAdvance(percent) - 12
            title = painter.fontMetrics().elidedText(one.title, Qt.TextElideMode.ElideRight, room)
            row = QRectF(0, top, width, text_height)
            painter.drawText(row, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), title)
            painter.drawText(row, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), percent)
            bar = QRectF(0, top + text_height + 2, width, BAR_HEIGHT)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.neutral_soft))
            painter.drawRoundedRect(bar, 4, 4)
            bar.setWidth(max(bar.width() * min(max(one.confidence, 0.0), 1.0), 2.0))
            painter.setBrush(QColor(theme.accent if one.is_said else theme.text_muted))
            painter.drawRoundedRect(bar, 4, 4)
        painter.end()

    def _row_height(self) -> int:
        return self.fontMetrics().height() + BAR_HEIGHT + 2 + ROW_GAP


def _percent(confidence: float) -> str:
    """Never 100 % for what is not certain, nor 0 % for what is not impossible."""
    if 0.9995 <= confidence < 1.0:
        return "> 99.9 %"
    if 0.0 < confidence < 0.0005:
        return "< 0.1 %"
    return f"{confidence * 100:.1f} %"


def _words(one: LabelBar) -> str:
    return f"{one.title} {_percent(one.confidence)}"
