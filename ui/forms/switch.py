"""An on/off switch: a check box in behaviour and for screen readers, a sliding knob to the eye."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from ui.theme import current_theme

TRACK_WIDTH = 34
TRACK_HEIGHT = 18
GAP = 8
MARGIN = 2  # room for the ring that shows the keyboard's focus


class Switch(QCheckBox):
    """The text stands at the right of the knob."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def _track(self) -> QRectF:
        top = (self.height() - TRACK_HEIGHT) / 2
        return QRectF(MARGIN, top, TRACK_WIDTH, TRACK_HEIGHT)

    def _colours(self) -> tuple[QColor, QColor]:
        """Of the track and of the knob."""
        theme = current_theme()
        if not self.isEnabled():
            return QColor(theme.neutral_soft), QColor(theme.text_disabled)
        if self.isChecked():
            return QColor(theme.accent), QColor(theme.on_accent)
        return QColor(theme.text_muted), QColor(theme.surface)

    # Qt overrides

    def sizeHint(self) -> QSize:
        text = self.fontMetrics().boundingRect(0, 0, 4000, 100, Qt.TextFlag.TextSingleLine, self.text())
        width = TRACK_WIDTH + 2 * MARGIN + (GAP + text.width() + 2 if self.text() else 0)
        return QSize(width, max(TRACK_HEIGHT + 2 * MARGIN, text.height()) + 6)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, position: QPoint) -> bool:
        return self.rect().contains(position)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        track_colour, knob_colour = self._colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = self._track()
        radius = track.height() / 2
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-1.5, -1.5, 1.5, 1.5), radius + 1.5, radius + 1.5)
            track = track.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(track_colour)
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        knob = track.height() - 4
        left = track.right() - knob - 2 if self.isChecked() else track.left() + 2
        painter.setBrush(knob_colour)
        painter.drawEllipse(QRectF(left, track.top() + 2, knob, knob))
        if self.text():
            painter.setPen(QColor(theme.text if self.isEnabled() else theme.text_disabled))
            area = QRectF(self._track().right() + GAP, 0, self.width(), self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic, self.text())
        painter.end()
