"""Renders picture and layers into a picture of the window, once for each view; moved ones are mended, not redrawn."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from core.domain.geometry import Box
from ui.viewer.labels import LabelPainter
from ui.viewer.looks import OverlayLook
from ui.viewer.modes import Pane
from ui.viewer.overlays import OverlayKind
from ui.viewer.painting import MANY, LayerPainter, PaintStyle
from ui.viewer.picture import Picture
from ui.viewer.view_transform import ViewTransform

STROKE_PX = 6.0  # how far a line reaches beyond its shape


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that a picture of the window is made of, but for the view."""

    picture: Picture | None
    layers: Mapping[OverlayKind, tuple[LayerPainter, OverlayLook]]
    style: PaintStyle
    panes: tuple[Pane, ...]
    size: QSize  # of the window
    ratio: float  # screen pixels for each of the window's
    background: QColor

    @property
    def has_labels(self) -> bool:
        return any(one.names(look) for one, look in self.layers.values())

    def of(self, pane: Pane) -> list[tuple[LayerPainter, OverlayLook]]:
        """The layers that the pane shows, in drawing order."""
        shown = (self.layers[kind] for kind in pane.kinds if kind in self.layers)
        return [(painter, look) for painter, look in shown if look.is_shown]


def steps(
    painter: QPainter, scene: Scene, view: ViewTransform, region: QRect, plain: tuple[bool, ...] | None = None
) -> Iterator[None]:
    """Draw what lies in `region` of the window, a little each step; `plain` as in the picture that it is a part of."""
    for pane, is_plain in zip(scene.panes, plain or plainness(scene, view), strict=True):
        part = pane.rect.intersected(region)
        if part.isEmpty():
            continue
        painter.setClipRect(part)
        yield from _pane_steps(painter, scene, pane, pane.view(view), part, is_plain)
    painter.setClipping(False)


def plainness(scene: Scene, view: ViewTransform) -> tuple[bool, ...]:
    """Which panes show so many shapes that their lines are not smoothed."""
    hidden = scene.style.hidden
    counts = (
        sum(len(one.visible(_area(pane.view(view), pane.rect), hidden)) for one, _ in scene.of(pane))
        for pane in scene.panes
    )
    return tuple(n > MANY for n in counts)


def _pane_steps(
    painter: QPainter, scene: Scene, pane: Pane, view: ViewTransform, part: QRect, is_plain: bool
) -> Iterator[None]:
    painter.fillRect(part, scene.background)
    if scene.picture is None:
        return
    painter.save()
    scene.picture.paint(painter, view, scene.size, pixel_ratio=scene.ratio)
    painter.restore()
    yield
    area, layers = _area(view, part), scene.of(pane)
    for one, look in layers:
        yield from one.steps(painter, view, area, look=look, style=scene.style, is_plain=is_plain)
    if scene.has_labels:
        labels = LabelPainter(painter, scene.size)
        for one, look in reversed(layers):
            if one.names(look):
                one.paint_labels(labels, view, area, look, scene.style)
                yield


def _area(view: ViewTransform, part: QRect) -> Box:
    """The part of the image's plane whose shapes can leave a mark in `part` of the window."""
    x0, y0 = view.to_image(part.left() - STROKE_PX, part.top() - STROKE_PX)
    x1, y1 = view.to_image(part.right() + 1 + STROKE_PX, part.bottom() + 1 + STROKE_PX)
    return Box(x0, y0, x1, y1)


class Backing:
    """A rendered picture of the window, and of what view and content it is."""

    def __init__(self, scene: Scene, view: ViewTransform, content: int) -> None:
        self.scene = scene
        self.view = view
        self.content = content
        self.plain = plainness(scene, view)
        self.is_coarse = False  # labels may have been cut, or lines are smoothed that would not be, or are not
        self.cost_s = 0.0
        self.pixmap = QPixmap(QSize(round(scene.size.width() * scene.ratio), round(scene.size.height() * scene.ratio)))
        self.pixmap.setDevicePixelRatio(scene.ratio)
        self.pixmap.fill(scene.background)
        self._steps = self._rendered(QRect(0, 0, scene.size.width(), scene.size.height()))

    def render(self, budget_s: float = float("inf")) -> bool:
        """Go on for about `budget_s`; true when all is there."""
        started = time.perf_counter()
        for _ in self._steps:
            if time.perf_counter() - started > budget_s:
                self.cost_s += time.perf_counter() - started
                return False
        self.cost_s += time.perf_counter() - started
        return True

    def _rendered(self, region: QRect) -> Iterator[None]:
        painter = QPainter(self.pixmap)
        try:
            yield from steps(painter, self.scene, self.view, region, self.plain)
        finally:
            painter.end()

    def shift(self, view: ViewTransform) -> bool:
        """Become the picture of a view that is moved by whole pixels, drawing only what has come into the window."""
        dx, dy = (view.dx - self.view.dx), (view.dy - self.view.dy)
        moved = QPointF(dx * self.scene.ratio, dy * self.scene.ratio)
        whole = moved.toPoint()
        if view.scale != self.view.scale or max(abs(moved.x() - whole.x()), abs(moved.y() - whole.y())) > 1e-6:
            return False
        self.view = view
        for pane in self.scene.panes:
            self.pixmap.scroll(whole.x(), whole.y(), self._on_screen(pane.rect).toRect())
            kept = pane.rect.translated(round(dx), round(dy)).intersected(pane.rect)
            for part in _uncovered(pane.rect, kept):
                self._mend(part)
        self._judge()
        return True

    def change(self, scene: Scene, region: QRect) -> None:
        """Become the picture of a scene that is another one in `region` only."""
        self.scene = scene
        self._mend(region)
        self._judge()

    def _mend(self, region: QRect) -> None:
        """Draw a part of the window anew."""
        for _ in self._rendered(region):
            pass

    def _judge(self) -> None:
        self.is_coarse = self.scene.has_labels or plainness(self.scene, self.view) != self.plain

    def draw_moved(self, painter: QPainter, view: ViewTransform) -> None:
        """Show it as a first picture of another view: moved and stretched, over the image itself."""
        factor = view.scale / self.view.scale
        for pane in self.scene.panes:
            before, after = pane.view(self.view), pane.view(view)
            painter.save()
            painter.setClipRect(pane.rect)
            painter.fillRect(pane.rect, self.scene.background)
            if self.scene.picture is not None:
                painter.save()
                self.scene.picture.paint(painter, after, self.scene.size, pixel_ratio=self.scene.ratio)
                painter.restore()
            x, y = (pane.rect.x() - before.dx) * factor + after.dx, (pane.rect.y() - before.dy) * factor + after.dy
            target = QRectF(x, y, pane.rect.width() * factor, pane.rect.height() * factor)
            painter.drawPixmap(target, self.pixmap, self._on_screen(pane.rect))
            painter.restore()

    def _on_screen(self, rect: QRect) -> QRectF:
        """In pixels of the screen, in which Qt counts a pixmap's."""
        ratio = self.scene.ratio
        return QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)


def _uncovered(rect: QRect, kept: QRect) -> list[QRect]:
    """What of `rect` lies outside of `kept`, a part of it."""
    if kept.isEmpty():
        return [rect]
    width, bottom = rect.width(), kept.bottom() + 1
    parts = (
        QRect(rect.left(), rect.top(), width, kept.top() - rect.top()),
        QRect(rect.left(), bottom, width, rect.bottom() + 1 - bottom),
        QRect(rect.left(), kept.top(), kept.left() - rect.left(), kept.height()),
        QRect(kept.right() + 1, kept.top(), rect.right() - kept.right(), kept.height()),
    )
    return [part for part in parts if not part.isEmpty()]
