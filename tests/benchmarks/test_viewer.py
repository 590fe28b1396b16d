"""A page of 12 megapixels with thousands of outlines: opening, moving, zooming, hovering; beside the former canvas.

`pytest -m benchmark -s tests/benchmarks/test_viewer.py`
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPen, QPixmap, QPolygonF, QTransform, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.domain.geometry import Polygon
from core.domain.imports import RawAnnotation
from ui.theme import category_colour
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.layers import raw_layer
from ui.viewer.overlays import OverlayLayer, OverlayObject
from ui.viewer.picture import Picture
from ui.viewer.view_transform import ViewTransform, fitted

pytestmark = pytest.mark.benchmark

WIDTH, HEIGHT = 4000, 3000
WINDOW = QSize(1600, 1000)
CLASSES = ("line", "word", "zone", "initial", "stamp")
N_STEPS = 24


def shapes(n: int) -> list[RawAnnotation]:
    """Outlines of 20 points and about 50 pixels, anywhere on the page."""
    random = np.random.default_rng(7)
    angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    middles = random.uniform((40, 40), (WIDTH - 40, HEIGHT - 40), (n, 2))
    radii = random.uniform(10, 40, (n, 1)) * random.uniform(0.7, 1.2, (n, 20))
    xs, ys = middles[:, :1] + radii * np.cos(angles), middles[:, 1:] + radii * np.sin(angles)
    rings = np.stack([xs, ys], axis=2).reshape(n, 40).tolist()
    return [RawAnnotation(CLASSES[k % 5], Polygon((tuple(ring),))) for k, ring in enumerate(rings)]


def page() -> Picture:
    random = np.random.default_rng(3)
    levels = []
    width, height = WIDTH, HEIGHT
    while True:
        pixels = random.integers(190, 255, (height, width), dtype=np.uint8)
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Grayscale8)
        levels.append(image.convertToFormat(QImage.Format.Format_RGB32))
        if max(width, height) <= 1024:
            return Picture(WIDTH, HEIGHT, tuple(levels))
        width, height = width // 2, height // 2


class FormerCanvas(QWidget):
    """Draws all again at every view; looks for an object from the start of the list."""

    def __init__(self) -> None:
        super().__init__()
        self._polygons: dict[int, QPolygonF] = {}
        self._backing: QPixmap | None = None
        self._view = ViewTransform()
        self._hovered: OverlayObject | None = None
        self.selected: OverlayObject | None = None
        self.setMouseTracking(True)

    def show_all(self, picture: Picture, layer: OverlayLayer) -> None:
        self._picture, self._layer = picture, layer
        self._bounds = layer.bounds.T.copy()
        self.set_view(fitted((picture.width, picture.height), (self.width(), self.height())))

    def set_view(self, view: ViewTransform) -> None:
        self._view, self._backing = view, None
        self.update()

    @property
    def view(self) -> ViewTransform:
        return self._view

    def _touching(self, x0: float, y0: float, x1: float, y1: float) -> list[int]:
        b = self._bounds
        return np.flatnonzero((b[:, 0] <= x1) & (b[:, 2] >= x0) & (b[:, 1] <= y1) & (b[:, 3] >= y0)).tolist()

    def _render(self) -> QPixmap:
        pixmap = QPixmap(self.size())
        pixmap.fill(QColor("#dfe2e8"))
        painter = QPainter(pixmap)
        self._picture.paint(painter, self._view, self.size())
        view = self._view
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setTransform(QTransform(view.scale, 0, 0, view.scale, view.dx, view.dy), True)
        seen = view.visible(self.width(), self.height())
        groups: dict[int, list[int]] = {}
        for number in self._touching(seen.x0, seen.y0, seen.x1, seen.y1):
            groups.setdefault(self._layer.objects[number].colour, []).append(number)
        for colour, numbers in groups.items():
            fill = category_colour(colour)
            pen = QPen(fill, 1.0)
            pen.setCosmetic(True)
            fill.setAlphaF(0.16)
            painter.setPen(pen)
            painter.setBrush(fill)
            for number in numbers:
                painter.drawPolygon(self._polygon(number))
        painter.end()
        return pixmap

    def _polygon(self, number: int) -> QPolygonF:
        if number not in self._polygons:
            ring = self._layer.objects[number].rings[0]
            self._polygons[number] = QPolygonF([QPointF(ring[i], ring[i + 1]) for i in range(0, len(ring), 2)])
        return self._polygons[number]

    def paintEvent(self, event: object) -> None:
        if self._backing is None:
            self._backing = self._render()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backing)
        for one in (self._hovered, self.selected):
            if one is not None:
                number = self._layer.objects.index(one)
                painter.save()
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setTransform(
                    QTransform(self._view.scale, 0, 0, self._view.scale, self._view.dx, self._view.dy), True
                )
                for width in (7.0, 4.0):
                    pen = QPen(QColor("white"), width)
                    pen.setCosmetic(True)
                    painter.setPen(pen)
                    painter.drawPolygon(self._polygon(number))
                painter.restore()
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        at = event.position()
        self.set_view(self._view.zoomed(1.25 ** (event.angleDelta().y() / 120), at.x(), at.y(), minimum=0.01))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, y = self._view.to_image(event.position().x(), event.position().y())
        found = self._layer.find_at(x, y, 4.0 / self._view.scale)
        if found is not self._hovered:
            self._hovered = found
            self.update()


def timed(act: Callable[[], object]) -> float:
    """CPU milliseconds of the window's thread until all that follows at once is painted."""
    started = time.thread_time()
    act()
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 0)
    return (time.thread_time() - started) * 1000


def settle(qtbot: QtBot, canvas: QWidget) -> None:
    if isinstance(canvas, LayeredCanvas):
        qtbot.waitUntil(lambda: canvas.is_settled, timeout=5000)
    QApplication.processEvents()


def wheel(canvas: QWidget, at: QPoint, delta: int) -> None:
    event = QWheelEvent(
        QPointF(at),
        canvas.mapToGlobal(QPointF(at)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def pan(canvas: FormerCanvas | LayeredCanvas, sign: int) -> None:
    canvas.set_view(canvas.view.panned(sign * 40, sign * 30))


def move(canvas: QWidget, at: QPoint) -> None:
    event = QMouseEvent(
        QMouseEvent.Type.MouseMove,
        QPointF(at),
        canvas.mapToGlobal(QPointF(at)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(canvas, event)


def said(values: Sequence[float]) -> str:
    return f"{statistics.median(values):7.2f} ({max(values):6.2f})"


def measure(qtbot: QtBot, canvas: FormerCanvas | LayeredCanvas, shown: Callable[[], object]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {}
    figures["open"] = [timed(shown)]
    fitted_view = canvas.view
    for name, view in (("pan fitted", fitted_view), ("pan at 100 %", ViewTransform(1.0, -700.0, -600.0))):
        canvas.set_view(view)
        settle(qtbot, canvas)
        figures[name] = [timed(partial(pan, canvas, -1 if step % 4 < 2 else 1)) for step in range(N_STEPS)]
    canvas.set_view(fitted_view)
    settle(qtbot, canvas)
    middle = QPoint(800, 500)
    figures["zoom step"] = [
        timed(partial(wheel, canvas, middle, 120 if step < N_STEPS // 2 else -120)) for step in range(N_STEPS)
    ]
    slices = []
    while isinstance(canvas, LayeredCanvas) and not canvas.is_settled:
        slices.append(timed(lambda: None))
        time.sleep(0.002)
    figures["fine picture, a turn"] = slices or [0.0]
    canvas.set_view(fitted_view)
    settle(qtbot, canvas)
    places = [QPoint(100 + 17 * k % 1400, 80 + 29 * k % 840) for k in range(60)]
    figures["hover"] = [timed(partial(move, canvas, at)) for at in places]
    layer = next(iter(canvas.layers.values())) if isinstance(canvas, LayeredCanvas) else canvas._layer
    objects = layer.objects
    if isinstance(canvas, LayeredCanvas):
        canvas.select(objects[len(objects) * 2 // 3])
    else:
        canvas.selected = objects[len(objects) * 2 // 3]
    settle(qtbot, canvas)
    figures["hover with a selection"] = [timed(partial(move, canvas, at)) for at in reversed(places)]
    return figures


@pytest.mark.parametrize("n", [500, 5_000, 20_000])
def test_a_page_of_outlines(qtbot: QtBot, n: int) -> None:
    picture, raw = page(), shapes(n)
    colours = {name: k for k, name in enumerate(CLASSES)}
    former, own = FormerCanvas(), LayeredCanvas()
    results = []
    for canvas in (former, own):
        qtbot.addWidget(canvas)
        canvas.resize(WINDOW)
        canvas.show()
        qtbot.waitExposed(canvas)

        def shown(canvas: FormerCanvas | LayeredCanvas = canvas) -> None:
            layer = raw_layer(raw, colours, WIDTH, HEIGHT)
            if isinstance(canvas, LayeredCanvas):
                canvas.set_picture(picture)
                canvas.set_layer(layer)
            else:
                canvas.show_all(picture, layer)

        results.append(measure(qtbot, canvas, shown))
        canvas.close()
    goals = {"open": 600.0, "hover": 1.0, "hover with a selection": 1.0}
    print(f"\n{n:,} outlines of 20 points, CPU ms: median (worst)")
    for name, own_values in results[1].items():
        former_values = results[0].get(name, [0.0])
        ratio = statistics.median(former_values) / max(statistics.median(own_values), 1e-6)
        goal = goals.get(name, 33.0 if n > 5000 else 16.0)
        print(f"{name:24} former {said(former_values)}  own {said(own_values)}  x {ratio:5.1f}  goal {goal:g}")
