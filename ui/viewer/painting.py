"""Strokes for overlay records: ground truth is a light fill with a dashed outline of constant width on the screen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF, QTransform

from core.domain.ids import CategoryId
from ui.theme import category_colour
from ui.viewer.overlays import OverlayLayer, OverlayObject
from ui.viewer.view_transform import ViewTransform

MANY = 400  # above this number of visible shapes outlines are plain: dashes and smoothing would cost the frame
TINY_PX = 5.0  # shapes smaller than this on the screen are drawn as filled squares
LABEL_MIN_PX = 22.0  # narrower shapes get no label
MAX_LABELS = 250
NEUTRAL = QColor("#8b93a3")
DASHES = (8.0, 5.0)  # pixels of the screen


@dataclass(frozen=True, slots=True)
class OverlayLook:
    """How strongly a layer shows. Widths are pixels of the screen."""

    opacity: float = 1.0
    fill: float = 0.16  # opacity of the fill, as a share of `opacity`
    line_width: float = 2.0
    has_labels: bool = False


def overlay_colour(number: int) -> QColor:
    return NEUTRAL if number < 0 else category_colour(number)


def contrast_colour(colour: QColor) -> QColor:
    """Black or white, whichever reads better on `colour` (relative luminance of sRGB)."""
    luminance = 0.2126 * colour.redF() ** 2.2 + 0.7152 * colour.greenF() ** 2.2 + 0.0722 * colour.blueF() ** 2.2
    return QColor("#11151c") if luminance > 0.18 else QColor("#ffffff")


@dataclass(frozen=True, slots=True)
class LineKind:
    """How shapes from a size on the screen on are outlined."""

    from_px: float  # of the shape's shorter side
    width: float  # as a share of the look's line width; 0 = one pixel
    opacity: float
    is_dashed: bool

    def pen(self, colour: QColor, look: OverlayLook) -> QPen:
        stroke = QColor(colour)
        stroke.setAlphaF(look.opacity * self.opacity)
        pen = QPen(stroke, look.line_width * self.width if self.width else 1.0)
        pen.setCosmetic(True)
        if self.is_dashed:
            pen.setDashPattern([length / pen.widthF() for length in DASHES])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        return pen


STRONG = LineKind(30.0, 1.0, 1.0, True)
MEDIUM = LineKind(12.0, 0.65, 1.0, True)
SLIGHT = LineKind(0.0, 0.5, 0.65, False)
# Without smoothing a line of one pixel takes a fast path of Qt's; a wider one costs twice as much.
PLAIN = LineKind(0.0, 0.0, 1.0, False)
LINE_KINDS = (STRONG, MEDIUM, SLIGHT, PLAIN)


class LayerPainter:
    """Draws one layer; keeps its polygons in Qt's form so that a repaint builds nothing."""

    def __init__(self, layer: OverlayLayer) -> None:
        self.layer = layer
        self._polygons: dict[int, list[QPolygonF]] = {}

    def paint(
        self,
        painter: QPainter,
        view: ViewTransform,
        size: QSize,
        *,
        look: OverlayLook,
        hidden: Collection[CategoryId | None] = (),
        is_draft: bool = False,
    ) -> None:
        """Draw what of the layer lies in a window of `size`; a draft has plain lines and takes a tenth of the time."""
        numbers = self.layer.visible_in(view.visible(size.width(), size.height()), hidden)
        if not numbers or look.opacity <= 0:
            return
        painter.save()
        is_plain = is_draft or len(numbers) > MANY
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_plain)
        painter.setTransform(QTransform(view.scale, 0, 0, view.scale, view.dx, view.dy), True)
        sizes = {n: PLAIN if is_plain else self._line_kind(n, view.scale) for n in numbers}
        self._draw(painter, [n for n in numbers if sizes[n] is STRONG], view.scale, halo_pen(look), None)
        for colour, group in self._by_colour(numbers).items():
            base = overlay_colour(colour)
            for kind in LINE_KINDS:
                members = [n for n in group if sizes[n] is kind]
                if members:
                    self._draw(painter, members, view.scale, kind.pen(base, look), _fill(base, look))
        painter.restore()
        if look.has_labels:
            paint_labels(painter, [self.layer.objects[n] for n in numbers], view, look.opacity)

    def paint_one(self, painter: QPainter, one: OverlayObject, view: ViewTransform, pens: Sequence[QPen]) -> None:
        """Draw one object's outline with each of `pens` in turn, the widest first."""
        number = self.layer.objects.index(one)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(QTransform(view.scale, 0, 0, view.scale, view.dx, view.dy), True)
        for pen in pens:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            self._draw_shape(painter, number)
        painter.restore()

    def _line_kind(self, number: int, scale: float) -> LineKind:
        """The strongest line that leaves enough of the shape's inside to be seen."""
        box = self.layer.objects[number].bounds
        side = min(box.width, box.height) * scale
        return next(kind for kind in LINE_KINDS if side >= kind.from_px)

    def _by_colour(self, numbers: Sequence[int]) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = {}
        for number in numbers:
            groups.setdefault(self.layer.objects[number].colour, []).append(number)
        return groups

    def _draw(self, painter: QPainter, numbers: Sequence[int], scale: float, pen: QPen, brush: QBrush | None) -> None:
        painter.setPen(pen)
        painter.setBrush(brush if brush is not None else Qt.BrushStyle.NoBrush)
        tiny: list[QRectF] = []
        boxes: list[QRectF] = []
        for number in numbers:
            one = self.layer.objects[number]
            rect = _rect(one)
            if max(rect.width(), rect.height()) * scale < TINY_PX:
                tiny.append(rect)
            elif not one.rings:
                boxes.append(rect)
            else:
                self._draw_shape(painter, number)
        if boxes:
            painter.drawRects(boxes)
        if tiny and brush is not None:
            painter.setBrush(pen.color())
            painter.drawRects(tiny)

    def _draw_shape(self, painter: QPainter, number: int) -> None:
        one = self.layer.objects[number]
        if not one.rings:
            painter.drawRect(_rect(one))
            return
        polygons = self._polygons.get(number)
        if polygons is None:
            polygons = self._polygons[number] = [_polygon(ring) for ring in one.rings]
        for polygon in polygons:
            painter.drawPolygon(polygon)


def halo_pen(look: OverlayLook) -> QPen:
    """A dark line below the coloured dashes: they stand out on light paper and on dark photographs alike."""
    pen = QPen(QColor(0, 0, 0, int(80 * look.opacity)), look.line_width + 1.2)
    pen.setCosmetic(True)
    return pen


def paint_labels(painter: QPainter, objects: Sequence[OverlayObject], view: ViewTransform, opacity: float) -> None:
    """Class names at the shapes' left top corners; a name that would cover another one is left out."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = painter.font()
    font.setPointSizeF(max(font.pointSizeF() * 0.9, 7.0))
    painter.setFont(font)
    metrics = painter.fontMetrics()
    taken: list[QRectF] = []
    for one in objects:
        if len(taken) >= MAX_LABELS:
            break
        if one.bounds.width * view.scale < LABEL_MIN_PX:
            continue
        x, y = view.to_view(one.bounds.x0, one.bounds.y0)
        width, height = metrics.horizontalAdvance(one.title) + 10.0, metrics.height() + 2.0
        chip = QRectF(x - 1, y - height if y >= height else y, width, height)
        if any(chip.intersects(other) for other in taken):
            continue
        taken.append(chip)
        _paint_chip(painter, chip, one, opacity)
    painter.restore()


def _paint_chip(painter: QPainter, chip: QRectF, one: OverlayObject, opacity: float) -> None:
    colour = overlay_colour(one.colour)
    background = QColor(colour)
    background.setAlphaF(0.92 * opacity)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(background)
    painter.drawRoundedRect(chip, 3, 3)
    painter.setPen(contrast_colour(colour))
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, one.title)


def _fill(colour: QColor, look: OverlayLook) -> QBrush:
    light = QColor(colour)
    light.setAlphaF(look.fill * look.opacity)
    return QBrush(light)


def _rect(one: OverlayObject) -> QRectF:
    return QRectF(one.bounds.x0, one.bounds.y0, one.bounds.width, one.bounds.height)


def _polygon(ring: Sequence[float]) -> QPolygonF:
    return QPolygonF([QPointF(ring[i], ring[i + 1]) for i in range(0, len(ring), 2)])
