from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.geometry import Polygon
from core.domain.ids import CategoryId
from core.domain.imports import RawAnnotation
from core.domain.projects import AnnotatedImage, Category
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.layers import ground_truth_layer, raw_layer
from ui.viewer.looks import OverlayLook
from ui.viewer.picture import Picture
from ui.viewer.rendering import Backing

MakePicture = Callable[..., Picture]


@pytest.fixture
def canvas(
    qtbot: QtBot, make_picture: MakePicture, annotated: AnnotatedImage, categories: tuple[Category, ...]
) -> LayeredCanvas:
    canvas = LayeredCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(800, 600)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.set_picture(make_picture())
    canvas.set_layer(ground_truth_layer(annotated, categories))
    canvas.fit()
    return canvas


def _at(canvas: LayeredCanvas, x: float, y: float) -> QPoint:
    return QPointF(*canvas.view.to_view(x, y)).toPoint()


def _wheel(canvas: LayeredCanvas, at: QPoint, delta: int) -> None:
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


@pytest.mark.parametrize("delta", [120, -120, 30, 480])
def test_the_wheel_zooms_at_the_pointer(canvas: LayeredCanvas, delta: int) -> None:
    pointer = QPoint(613, 171)
    before = canvas.view.to_image(pointer.x(), pointer.y())
    scale = canvas.view.scale
    _wheel(canvas, pointer, delta)
    assert (canvas.view.scale > scale) == (delta > 0)
    assert canvas.view.to_image(pointer.x(), pointer.y()) == pytest.approx(before)


def test_dragging_empty_space_moves_the_image(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    canvas.show_actual_size()
    start = _at(canvas, 10, 290)
    grabbed = canvas.view.to_image(start.x(), start.y())
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(37, -21))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(37, -21))
    assert canvas.view.to_image(start.x() + 37, start.y() - 21) == pytest.approx(grabbed)
    assert canvas.selected is None


def test_the_middle_button_moves_it_from_anywhere(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    start = _at(canvas, 120, 120)
    before = canvas.view
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(15, 15))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=start + QPoint(15, 15))
    assert (canvas.view.dx, canvas.view.dy) == (before.dx + 15, before.dy + 15)
    assert canvas.selected is None


def test_space_and_drag_moves_it_from_anywhere(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    start = _at(canvas, 120, 120)
    before = canvas.view
    canvas.setFocus()
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(canvas, start + QPoint(15, 0))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(15, 0))
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.view.dx == before.dx + 15
    assert canvas.selected is None


def test_a_click_selects_the_smallest_shape_and_empty_space_lets_go(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    with qtbot.waitSignal(canvas.object_selected) as selected:
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=_at(canvas, 120, 120))
    assert selected.args is not None
    assert selected.args[0].key == "a1"
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=_at(canvas, 10, 290))
    assert canvas.selected is None


def test_a_double_click_fits(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    fitted = canvas.view
    canvas.show_actual_size()
    assert canvas.view != fitted
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    assert canvas.view == fitted


def test_a_sharper_copy_of_the_same_image_keeps_the_view(canvas: LayeredCanvas, make_picture: MakePicture) -> None:
    canvas.set_picture(make_picture(4000, 3000, scale=0.1))
    canvas.zoom_in()
    view = canvas.view
    canvas.set_picture(make_picture(4000, 3000))
    assert canvas.view == view


def test_another_image_is_fitted(canvas: LayeredCanvas, make_picture: MakePicture) -> None:
    canvas.zoom_in()
    canvas.set_picture(make_picture(1000, 100))
    assert canvas.view.to_view(500, 50) == pytest.approx((400, 300))


def test_a_fitted_image_stays_fitted_when_the_window_changes(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    canvas.resize(500, 500)
    assert canvas.view.to_view(200, 150) == pytest.approx((250, 250))
    canvas.zoom_in()
    view = canvas.view
    canvas.resize(600, 500)
    assert canvas.view == view


def test_actual_size_is_one_screen_pixel_a_pixel(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    with qtbot.waitSignal(canvas.zoom_changed):
        canvas.show_actual_size()
    assert canvas.view.scale * canvas.devicePixelRatioF() == pytest.approx(1.0)


def test_hovering_paints_nothing_below_anew(
    qtbot: QtBot, canvas: LayeredCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Image and layer are rendered once a view, whatever the pointer does."""
    canvas.grab()
    n_rendered: list[int] = []
    render = Backing.render
    monkeypatch.setattr(Backing, "render", lambda self: (n_rendered.append(1), render(self))[1])
    for x in range(60, 240, 30):
        qtbot.mouseMove(canvas, _at(canvas, x, 120))
        canvas.repaint()
    assert n_rendered == []
    canvas.zoom_in()
    canvas.repaint()
    assert n_rendered == [1]


def _outline_width(canvas: LayeredCanvas, colour: QColor) -> int:
    """Screen pixels of the outline's colour on a line across the left edge of the illustration's box."""
    canvas.set_look(OverlayLook(fill=0.0))
    image = canvas.grab().toImage()
    edge = _at(canvas, 50, 60)
    reds = [image.pixelColor(edge.x() + dx, y) for dx in range(-8, 9) for y in range(edge.y(), edge.y() + 20)]
    hits = sum(1 for pixel in reds if abs(pixel.red() - colour.red()) + abs(pixel.green() - colour.green()) < 30)
    return round(hits / 20)


def test_lines_keep_their_width_at_every_zoom(canvas: LayeredCanvas) -> None:
    widths = []
    for scale in (1.0, 4.0, 16.0):
        canvas.fit()
        _wheel(canvas, _at(canvas, 50, 60), 120 * 10)
        while canvas.view.scale > scale:
            canvas.zoom_out()
        canvas.set_look(OverlayLook())
        widths.append(_outline_width(canvas, QColor("#E69F00")))
    assert max(widths) - min(widths) <= 1
    assert max(widths) >= 1


def test_hidden_classes_vanish_and_lose_their_selection(
    qtbot: QtBot, canvas: LayeredCanvas, make_picture: MakePicture
) -> None:
    inside = _at(canvas, 300 + 40, 30)
    bare = canvas.grab().toImage().pixelColor(_at(canvas, 395, 290))
    assert canvas.grab().toImage().pixelColor(inside) != bare
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=inside)
    assert canvas.selected is not None
    canvas.set_hidden_categories(frozenset({CategoryId("text")}))
    assert canvas.selected is None
    assert canvas.grab().toImage().pixelColor(inside) == canvas.grab().toImage().pixelColor(_at(canvas, 395, 290))


def test_keys_walk_through_the_shapes_in_reading_order(canvas: LayeredCanvas) -> None:
    keys = []
    for _ in range(5):
        canvas.select_next()
        assert canvas.selected is not None
        keys.append(canvas.selected.key)
    assert keys == ["a3", "a2", "a0", "a1", "a3"]
    canvas.select_next(-1)
    assert canvas.selected is not None
    assert canvas.selected.key == "a1"


def test_two_thousand_polygons_are_drawn(canvas: LayeredCanvas, make_picture: MakePicture) -> None:
    shapes = [
        RawAnnotation("zone", Polygon(((x, y, x + 30.0, y, x + 30.0, y + 20.0, x, y + 20.0),)))
        for x in (float(column * 40) for column in range(50))
        for y in (float(row * 30) for row in range(40))
    ]
    canvas.set_picture(make_picture(2000, 1200, colour="#ffffff"))
    canvas.set_layer(raw_layer(shapes, {"zone": 0}, 2000, 1200))
    image = canvas.grab().toImage()
    for x, y in ((15, 10), (1975, 1180), (1015, 610)):
        assert image.pixelColor(_at(canvas, x, y)) != QColor("#ffffff")
