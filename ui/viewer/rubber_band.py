"""A rectangle that is drawn over empty ground to select what lies in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.domain.geometry import Box
from ui.theme import current_theme
from ui.viewer.grips import Point
from ui.viewer.overlays import ObjectRef
from ui.viewer.picking import in_reading_order
from ui.viewer.rendering import Scene
from ui.viewer.shape_marks import place
from ui.viewer.view_transform import ViewTransform


@dataclass(frozen=True, slots=True)
class RubberBand:
    """From where the button was pressed to where the pointer is, in pixels of the image."""

    start: Point
    end: Point

    def to(self, end: Point) -> RubberBand:
        return replace(self, end=end)

    @property
    def box(self) -> Box:
        (x0, y0), (x1, y1) = self.start, self.end
        return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def refs(self, scene: Scene) -> list[ObjectRef]:
        """What is drawn and lies in it as a whole, from top to bottom; a label of the whole image has no place."""
        return [ref for ref in in_reading_order(scene) if self._holds(scene, ref)]

    def _holds(self, scene: Scene, ref: ObjectRef) -> bool:
        layer = scene.layers[ref.kind][0].layer
        number = layer.number_of(ref.row)
        if number is None or layer.objects[number].is_whole_image:
            return False
        inner, outer = layer.objects[number].bounds, self.box
        return outer.x0 <= inner.x0 and outer.y0 <= inner.y0 and inner.x1 <= outer.x1 and inner.y1 <= outer.y1

    def paint(self, painter: QPainter, view: ViewTransform) -> None:
        accent = QColor(current_theme().accent)
        painter.setPen(QPen(accent, 1.0, Qt.PenStyle.DashLine))
        accent.setAlpha(40)
        painter.setBrush(accent)
        painter.drawRect(QRectF(place(view, self.start), place(view, self.end)).normalized())
