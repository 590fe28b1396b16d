"""What is painted over the finished picture: hovered and selected shapes, partners, the split, the panes' titles."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.domain.geometry import Box
from ui.theme import current_theme
from ui.viewer.labels import LabelPainter
from ui.viewer.modes import Pane
from ui.viewer.overlays import ObjectRef, OverlayObject
from ui.viewer.rendering import Scene
from ui.viewer.view_transform import ViewTransform

MARGIN_PX = 6  # how far a mark reaches beyond its shape
HANDLE_PX = 18
BROAD_FROM_PX, THINNEST = 30.0, 0.45
SHORTEST_LINK_PX = 14  # nearer than that, two shapes that lie on each other need no line


def paint_object(painter: QPainter, scene: Scene, view: ViewTransform, ref: ObjectRef, width: float) -> None:
    """The outline of an object in every pane that shows it."""
    for pane in scene.panes:
        own = pane.own(ref)
        place = None if own is None else scene.layers.get(own.kind)
        number = None if place is None or own is None else place[0].layer.number_of(own.row)
        if place is None or number is None or not place[1].is_shown:
            continue
        box = place[0].layer.objects[number].bounds
        side = min(box.width, box.height) * view.scale
        # On a line of text that is drawn small, a broad mark would cover the text.
        share = min(max(side / BROAD_FROM_PX, THINNEST), 1.0)
        colour = QColor(place[0].colours(scene.style.colour_by).of(number))
        painter.save()
        painter.setClipRect(pane.rect, Qt.ClipOperation.IntersectClip)
        pens = _marks(colour, width * share, None if place[0].layer.kind.is_truth else Qt.PenStyle.SolidLine)
        place[0].paint_one(painter, number, pane.view(view), pens)
        if place[1].has_labels:
            # The mark has covered its label.
            LabelPainter(painter, scene.size).paint([(place[0].layer.objects[number], colour)], pane.view(view), 1.0)
        painter.restore()


def paint_link(
    painter: QPainter, scene: Scene, view: ViewTransform, one: OverlayObject, partner: OverlayObject
) -> None:
    """A line from the middle of an object to that of its partner, from pane to pane if need be."""
    start, end = _middle(scene.panes, view, one), _middle(scene.panes, view, partner)
    if start is None or end is None or (end - start).manhattanLength() < SHORTEST_LINK_PX:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((QColor("#ffffff"), 4.5), (QColor("#11151c"), 2.0)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(start, end)
    for point in (start, end):
        painter.setPen(QPen(QColor("#ffffff"), 1.5))
        painter.setBrush(QColor("#11151c"))
        painter.drawEllipse(point, 4.0, 4.0)
    painter.restore()


def place_of(scene: Scene, view: ViewTransform, one: OverlayObject) -> QRect:
    """Where in the window an object's mark is, in all panes."""
    found = QRect()
    for pane in scene.panes:
        if pane.own(one.ref) is not None:
            found = found.united(_on_window(one.bounds, pane.view(view)).intersected(pane.rect))
    return found


def paint_divider(painter: QPainter, rect: QRect, at: int) -> None:
    """The line of a split with its handle."""
    theme = current_theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for colour, width in ((QColor(0, 0, 0, 120), 4.0), (QColor("#ffffff"), 2.0)):
        painter.setPen(QPen(colour, width))
        painter.drawLine(QPointF(at, 0), QPointF(at, rect.height()))
    middle = QPointF(at, rect.height() / 2)
    painter.setPen(QPen(QColor("#ffffff"), 2))
    painter.setBrush(QColor(theme.accent))
    painter.drawEllipse(middle, HANDLE_PX / 2, HANDLE_PX / 2)
    painter.setPen(QPen(QColor(theme.on_accent), 1.6))
    for side in (-1, 1):
        tip = middle + QPointF(side * 5, 0)
        painter.drawLine(tip, tip + QPointF(-side * 3, -3))
        painter.drawLine(tip, tip + QPointF(-side * 3, 3))
    painter.restore()


def paint_title(painter: QPainter, pane: Pane, text: str) -> None:
    """Whose layers a pane shows, in its upper corner at the left."""
    if not text:
        return
    theme = current_theme()
    metrics = painter.fontMetrics()
    text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(pane.rect.width() - 40, 20))
    chip = QRectF(pane.rect.x() + 8, pane.rect.y() + 8, metrics.horizontalAdvance(text) + 16, metrics.height() + 6)
    painter.save()
    painter.setClipRect(pane.rect, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    background = QColor(theme.surface)
    background.setAlphaF(0.92)
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(background)
    painter.drawRoundedRect(chip, 5, 5)
    painter.setPen(QColor(theme.text))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def _middle(panes: Sequence[Pane], view: ViewTransform, one: OverlayObject) -> QPointF | None:
    pane = next((pane for pane in panes if pane.own(one.ref) is not None), None)
    if pane is None:
        return None
    box = one.bounds
    return QPointF(*pane.view(view).to_view((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2))


def _on_window(bounds: Box, view: ViewTransform) -> QRect:
    x0, y0 = view.to_view(bounds.x0, bounds.y0)
    x1, y1 = view.to_view(bounds.x1, bounds.y1)
    # Far outside, Qt's whole numbers would not hold the place.
    x0, y0, x1, y1 = (min(max(value, -30_000.0), 30_000.0) for value in (x0, y0, x1, y1))
    return QRectF(x0, y0, x1 - x0, y1 - y0).toAlignedRect().adjusted(-MARGIN_PX, -MARGIN_PX, MARGIN_PX, MARGIN_PX)


def _marks(colour: QColor, width: float, line: Qt.PenStyle | None) -> tuple[QPen, ...]:
    """A white line below a coloured one: visible on any picture and any fill. `line` None = dashes."""
    pens = []
    colour.setAlphaF(1.0)
    for shade, share, is_dashed in ((QColor("#ffffff"), 1.75, False), (colour, 1.0, line is None)):
        pen = QPen(shade, width * share)
        pen.setCosmetic(True)
        if is_dashed:
            pen.setDashPattern([3.0, 1.2])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pens.append(pen)
    return tuple(pens)
