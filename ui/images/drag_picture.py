"""What hangs at the pointer while images are dragged: the first of them, and how many they are."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPixmap

from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.formatting import count

SIDE = 72


def drag_picture(thumbnail: QImage | None, number: int) -> QPixmap:
    """`thumbnail` None = the image has not been read yet."""
    theme = current_theme()
    picture = QPixmap(SIDE + 24, SIDE + 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    area = QRect(0, 12, SIDE, SIDE)
    if thumbnail is not None:
        place = QRect(area.topLeft(), thumbnail.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(area.center())
        painter.setOpacity(0.85)
        painter.drawImage(place, thumbnail)
        painter.setOpacity(1)
    else:
        icon("images").paint(painter, area.adjusted(16, 16, -16, -16))
    font = QFont(painter.font())
    font.setBold(True)
    painter.setFont(font)
    text = count(number)
    width = painter.fontMetrics().horizontalAdvance(text) + 16
    badge = QRectF(min(SIDE - 12, SIDE + 24 - width), 0, width, painter.fontMetrics().height() + 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.accent))
    painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
    painter.setPen(QColor(theme.on_accent))
    painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), text)
    painter.end()
    return picture
