"""What is painted of a shape that is drawn or reshaped: outline, grips, the cross hair, and its size in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from ui.theme import current_theme
from ui.viewer.shape_editing import Shape
from ui.viewer.view_transform import ViewTransform

GRIP_PX = 9.0
STALK_PX = 26.0  # how far the grip lies away that turns an oriented box

Point = tuple[float, float]


def paint_outline(
    painter: QPainter, view: ViewTransform, shape: Shape, colour: QColor, *, is_open: bool = False
) -> None:
    """`is_open`: dashed, since it is not finished."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    line = Qt.PenStyle.DashLine if is_open else Qt.PenStyle.SolidLine
    for pen in (QPen(QColor("#ffffff"), 4.0), QPen(colour, 2.0, line)):
        painter.setPen(pen)
        for ring in shape.outline():
            points = [place(view, point) for point in zip(ring[0::2], ring[1::2], strict=True)]
            painter.drawPolygon(QPolygonF(points))


def paint_grips(
    painter: QPainter, view: ViewTransform, places: Mapping[int, Point], *, is_round: bool, chosen: int | None = None
) -> None:
    """By their numbers: squares on boxes, discs on outlines; the one that the keys move is filled."""
    accent = QColor(current_theme().accent)
    painter.setPen(QPen(accent, 1.5))
    for number, point in places.items():
        at = place(view, point)
        painter.setBrush(accent if number == chosen else QColor("#ffffff"))
        square = QRectF(at.x() - GRIP_PX / 2, at.y() - GRIP_PX / 2, GRIP_PX, GRIP_PX)
        painter.drawEllipse(square) if is_round else painter.drawRect(square)


def paint_stalk(painter: QPainter, view: ViewTransform, start: Point, end: Point) -> None:
    """From an oriented box to the grip that turns it."""
    for colour, width in ((QColor("#ffffff"), 3.0), (QColor(current_theme().accent), 1.5)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(place(view, start), place(view, end))


def paint_path(painter: QPainter, view: ViewTransform, points: Sequence[Point], colour: QColor) -> None:
    """The points set so far, joined as far as they are."""
    path = QPolygonF([place(view, point) for point in points])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(QColor("#ffffff"), 4.0), QPen(colour, 2.0, Qt.PenStyle.DashLine)):
        painter.setPen(pen)
        painter.drawPolyline(path)


def paint_cross_hair(painter: QPainter, view: ViewTransform, at: Point, room: QRect) -> None:
    """Through the whole window, light and dark so that it is seen on anything."""
    centre = place(view, at)
    for colour, width in ((QColor(0, 0, 0, 110), 2.0), (QColor(255, 255, 255, 200), 1.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(room.left(), centre.y()), QPointF(room.right(), centre.y()))
        painter.drawLine(QPointF(centre.x(), room.top()), QPointF(centre.x(), room.bottom()))


def paint_read_out(painter: QPainter, view: ViewTransform, at: Point, text: str, room: QRect) -> None:
    """A label beside a point, in the window wherever that is."""
    metrics = QFontMetricsF(painter.font())
    box = QRectF(0, 0, metrics.horizontalAdvance(text) + 14, metrics.height() + 8)
    centre = place(view, at)
    x, y = centre.x() + 14, centre.y() + 14
    x = centre.x() - 14 - box.width() if x + box.width() > room.right() - 4 else x
    y = centre.y() - 14 - box.height() if y + box.height() > room.bottom() - 4 else y
    box.moveTo(max(x, 4.0), max(y, 4.0))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(17, 21, 28, 225))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor("#ffffff"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def place(view: ViewTransform, point: Point) -> QPointF:
    return QPointF(*view.to_view(*point))
