"""Strokes for overlay records: outlines of constant width on the screen over a light fill."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QDataStream, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF, QTransform

from core.domain.geometry import Box
from core.domain.ids import CategoryId
from ui.viewer.colouring import ColourBy, ColourTable, colour_table
from ui.viewer.labels import LabelPainter
from ui.viewer.looks import LINE_KINDS, PLAIN, STRONG, LineKind, LineStyle, OverlayLook, halo_pen
from ui.viewer.mask_pictures import MaskPictures
from ui.viewer.overlays import OverlayLayer, OverlayObject
from ui.viewer.view_transform import ViewTransform

MANY = 400  # above this number of visible shapes lines are not smoothed and one pixel wide: it would cost the frame
TINY_PX = 5.0  # shapes smaller than this on the screen are drawn as filled squares
HALO_FROM = 0.3  # opacity
CHUNK = 200  # shapes drawn before others may have the thread

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PaintStyle:
    """What holds for all layers of a picture."""

    colour_by: ColourBy = ColourBy.CLASS
    only_errors: bool = False
    hidden: frozenset[CategoryId | None] = field(default_factory=frozenset)


class LayerPainter:
    """Draws one layer; keeps its polygons in Qt's form so that a repaint builds nothing."""

    def __init__(self, layer: OverlayLayer) -> None:
        self.layer = layer
        self._polygons: list[tuple[QPolygonF, ...]] | None = None
        self._has_region_labels: bool | None = None
        self._masks = MaskPictures()
        self._colours: dict[tuple[ColourBy, bool], ColourTable] = {}
        self._drawn: tuple[Collection[CategoryId | None], npt.NDArray[np.bool_]] | None = None

    def set_layer(self, layer: OverlayLayer) -> bool:
        """Draw it from now on; true when it has the same shapes, so that what was made of them is kept."""
        is_same = layer.objects is self.layer.objects
        self.layer = layer
        self._colours.clear()
        self._drawn = None
        if not is_same:
            self._polygons = None
            self._has_region_labels = None
        return is_same

    def drawn(self, hidden: frozenset[CategoryId | None]) -> npt.NDArray[np.bool_]:
        """Which objects there are to draw; kept until the layer or `hidden` changes."""
        if self._drawn is None or self._drawn[0] != hidden:
            self._drawn = hidden, self.layer.drawn(hidden)
        return self._drawn[1]

    def colours(self, by: ColourBy, *, only_errors: bool = False) -> ColourTable:
        key = (by, only_errors)
        if key not in self._colours:
            self._colours[key] = colour_table(self.layer, by, only_errors=only_errors)
        return self._colours[key]

    def names(self, look: OverlayLook) -> bool:
        """Whether there is a name to write."""
        if self._has_region_labels is None:
            self._has_region_labels = any(one.is_label for one in self.layer.objects)
        return look.is_shown and (look.has_labels or self._has_region_labels)

    def visible(self, view: Box, hidden: frozenset[CategoryId | None]) -> Numbers:
        return np.flatnonzero(self.layer.touching(view) & self.drawn(hidden))

    def paint(
        self,
        painter: QPainter,
        view: ViewTransform,
        size: QSize,
        *,
        look: OverlayLook,
        hidden: Collection[CategoryId | None] = (),
        style: PaintStyle | None = None,
    ) -> None:
        """Draw what of the layer lies in a window of `size`, with its labels."""
        style = style or PaintStyle(hidden=frozenset(hidden))
        area = view.visible(size.width(), size.height())
        is_plain = len(self.visible(area, style.hidden)) > MANY
        for _ in self.steps(painter, view, area, look=look, style=style, is_plain=is_plain):
            pass
        if self.names(look):
            self.paint_labels(LabelPainter(painter, size), view, area, look, style)

    def steps(
        self, painter: QPainter, view: ViewTransform, area: Box, *, look: OverlayLook, style: PaintStyle, is_plain: bool
    ) -> Iterator[None]:
        """Draw what touches `area` (pixels of the image), some shapes a step; the painter is left as it was found."""
        numbers = self.visible(area, style.hidden)
        if not len(numbers) or look.opacity <= 0 or not look.is_shown:
            return
        line = look.style(self.layer.kind)
        table = self.colours(style.colour_by, only_errors=style.only_errors)
        kinds = np.full(len(numbers), LINE_KINDS.index(PLAIN)) if is_plain else self._line_kinds(numbers, view.scale)
        batches: list[tuple[LineKind, QColor | None, Numbers]] = []
        # What is nearly transparent has no halo, which would be all that is seen of it.
        is_opaque = np.array([colour.alphaF() * look.opacity > HALO_FROM for colour in table.colours], dtype=np.bool_)
        haloed = numbers[(kinds == LINE_KINDS.index(STRONG)) & is_opaque[table.numbers[numbers]]]
        if len(haloed):
            batches.append((STRONG, None, haloed))
        keys = table.numbers[numbers] * len(LINE_KINDS) + kinds
        for key in np.unique(keys).tolist():
            kind, colour = LINE_KINDS[key % len(LINE_KINDS)], table.colours[key // len(LINE_KINDS)]
            batches.append((kind, colour, numbers[keys == key]))
        for kind, colour, members in batches:
            for start in range(0, len(members), CHUNK):
                painter.save()
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, not is_plain)
                painter.setTransform(QTransform(view.scale, 0, 0, view.scale, view.dx, view.dy), True)
                self._draw(painter, members[start : start + CHUNK].tolist(), view.scale, kind, colour, look, line)
                painter.restore()
                yield

    def paint_labels(
        self, labels: LabelPainter, view: ViewTransform, area: Box, look: OverlayLook, style: PaintStyle
    ) -> None:
        """Names of what touches `area`; of labels of regions always, since they are all that is said."""
        if look.opacity <= 0 or not look.is_shown:
            return
        table = self.colours(style.colour_by, only_errors=style.only_errors)
        objects = self.layer.objects
        seen = self.visible(area, style.hidden).tolist()
        named = ((objects[n], table.of(n)) for n in seen if look.has_labels or objects[n].is_label)
        labels.paint(named, view, look.opacity)

    def paint_one(self, painter: QPainter, number: int, view: ViewTransform, pens: Sequence[QPen]) -> None:
        """Draw one object's outline with each of `pens` in turn, the widest first."""
        one = self.layer.objects[number]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(QTransform(view.scale, 0, 0, view.scale, view.dx, view.dy), True)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        ratio = pixel_ratio(painter)
        for pen in pens:
            on_device = QPen(pen)
            on_device.setWidthF(pen.widthF() * ratio)
            painter.setPen(on_device)
            if not one.rings:
                painter.drawRect(_rect(one))
            for polygon in self._shapes()[number]:
                painter.drawPolygon(polygon)
        painter.restore()

    def _line_kinds(self, numbers: Numbers, scale: float) -> Numbers:
        """The strongest lines that leave enough of the shapes' inside to be seen, as places in LINE_KINDS."""
        x0, y0, x1, y1 = self.layer.bounds[:, numbers]
        side = np.minimum(x1 - x0, y1 - y0) * scale
        starts = [kind.from_px for kind in LINE_KINDS[:3]]
        return np.select([side >= start for start in starts], list(range(3)), default=2)

    def _draw(
        self,
        painter: QPainter,
        numbers: Sequence[int],
        scale: float,
        kind: LineKind,
        colour: QColor | None,
        look: OverlayLook,
        line: LineStyle,
    ) -> None:
        """`colour` None = the halo below the lines."""
        ratio = pixel_ratio(painter)
        pen = halo_pen(look, line, ratio) if colour is None else kind.pen(colour, look, line, ratio)
        painter.setPen(pen)
        polygons, objects = self._shapes(), self.layer.objects
        tiny: list[QRectF] = []
        boxes: list[QRectF] = []
        painter.setBrush(_brush(colour, look.shape_fill * look.opacity))
        draw = painter.drawPolygon
        for number in numbers:
            one = objects[number]
            bounds = one.bounds
            if one.is_whole_image:
                continue  # a frame round the picture says nothing: its label does
            if max(bounds.width, bounds.height) * scale < TINY_PX:
                tiny.append(_rect(one))
            elif one.rings:
                for polygon in polygons[number]:
                    draw(polygon)
            elif one.mask is None:
                boxes.append(_rect(one))
            elif colour is not None:
                fill, border = look.shape_fill * look.opacity, look.opacity
                painter.drawImage(
                    *self._masks.picture(one.mask, bounds, scale * ratio, colour, fill=fill, line=border),
                )
        if boxes:
            painter.setBrush(_brush(colour, look.fill * look.opacity))
            painter.drawRects(boxes)
        if tiny and colour is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(pen.color())
            painter.drawRects([_at_least_a_pixel(rect, scale) for rect in tiny])

    def _shapes(self) -> list[tuple[QPolygonF, ...]]:
        if self._polygons is None:
            self._polygons = _polygons(self.layer.objects)
        return self._polygons


def pixel_ratio(painter: QPainter) -> float:
    """Pixels of what is painted on for each of the window's."""
    device = painter.device()
    return device.devicePixelRatioF() if device is not None else 1.0


def _brush(colour: QColor | None, opacity: float) -> QBrush:
    if colour is None or opacity <= 0:
        return QBrush(Qt.BrushStyle.NoBrush)
    light = QColor(colour)
    light.setAlphaF(colour.alphaF() * opacity)
    return QBrush(light)


def _rect(one: OverlayObject) -> QRectF:
    return QRectF(one.bounds.x0, one.bounds.y0, one.bounds.width, one.bounds.height)


def _at_least_a_pixel(rect: QRectF, scale: float) -> QRectF:
    side = 1.0 / scale
    return QRectF(rect.x(), rect.y(), max(rect.width(), side), max(rect.height(), side))


def _polygons(objects: Sequence[OverlayObject]) -> list[tuple[QPolygonF, ...]]:
    """All rings through one stream of bytes: three times faster than a point at a time."""
    packed = b"".join(struct.pack(f">I{len(ring)}d", len(ring) // 2, *ring) for one in objects for ring in one.rings)
    stream = QDataStream(QByteArray(packed))
    stream.setFloatingPointPrecision(QDataStream.FloatingPointPrecision.DoublePrecision)
    made: list[tuple[QPolygonF, ...]] = []
    for one in objects:
        polygons = []
        for _ in one.rings:
            polygon = QPolygonF()
            stream >> polygon
            polygons.append(polygon)
        made.append(tuple(polygons))
    return made
