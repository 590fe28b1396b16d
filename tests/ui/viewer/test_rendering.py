"""What is made cheaply while the view moves is, in the end, what a fresh drawing shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box, Polygon
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject
from ui.viewer import backings as backings_module
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.layers import prediction_layer, truth_layer
from ui.viewer.modes import ViewMode
from ui.viewer.overlays import OverlayKind, OverlayLayer
from ui.viewer.picture import Picture

WIDTH, HEIGHT = 1600, 1200


@pytest.fixture
def layers() -> list[OverlayLayer]:
    """More shapes than are drawn smoothly, of both layers."""
    random = np.random.default_rng(5)
    truths, predictions = [], []
    for x, y in random.uniform((0, 0), (WIDTH - 60, HEIGHT - 40), (500, 2)).tolist():
        truths.append(SnapshotObject(0, Box(x, y, x + 50, y + 30)))
        ring = (x + 4.0, y + 2.0, x + 54.0, y + 4.0, x + 50.0, y + 33.0, x + 3.0, y + 30.0)
        predictions.append(PredictedObject(0, 0.5, Polygon((ring,)).bounds(), Polygon((ring,))))
    return [
        truth_layer(truths, ("line",), WIDTH, HEIGHT),
        prediction_layer(OverlayKind.PREDICTIONS_A, predictions, ("line",), "V001"),
    ]


@pytest.fixture
def make(
    qtbot: QtBot, layers: list[OverlayLayer], make_picture: Callable[..., Picture], monkeypatch: pytest.MonkeyPatch
) -> Callable[[ViewMode], LayeredCanvas]:
    # Every rendering counts as one that takes too long for a moving view.
    monkeypatch.setattr(backings_module, "FRAME_S", 0.0)

    def make(mode: ViewMode) -> LayeredCanvas:
        canvas = LayeredCanvas()
        qtbot.addWidget(canvas)
        canvas.resize(700, 500)
        canvas.show()
        qtbot.waitExposed(canvas)
        canvas.set_mode(mode)
        canvas.set_picture(make_picture(WIDTH, HEIGHT))
        canvas.set_layers(layers)
        canvas.grab()
        return canvas

    return make


def _fresh(make: Callable[[ViewMode], LayeredCanvas], canvas: LayeredCanvas) -> QImage:
    other = make(canvas.mode)
    other.set_split(canvas.split)
    other.set_view(canvas.view)
    other.set_layers([*canvas.layers.values()])
    other._begin_anew()
    return other.grab().toImage()


def _share_differing(one: QImage, other: QImage) -> float:
    a, b = _pixels(one), _pixels(other)
    return float((np.abs(a - b).sum(axis=1) > 40).mean())


def _pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(plain.bits(), np.uint8).reshape(-1, 4).astype(int)


@pytest.mark.parametrize("mode", [ViewMode.OVERLAY, ViewMode.SIDE_BY_SIDE, ViewMode.SPLIT])
def test_a_moved_picture_is_that_of_a_fresh_drawing(
    qtbot: QtBot, make: Callable[[ViewMode], LayeredCanvas], mode: ViewMode
) -> None:
    canvas = make(mode)
    canvas.show_actual_size()
    canvas._begin_anew()
    canvas.grab()
    for dx, dy in ((-40, -30), (17, 0), (0, 55), (-3, 2), (120, -80)):
        canvas.pan(dx, dy)
        canvas.grab()
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert _share_differing(canvas.grab().toImage(), _fresh(make, canvas)) < 0.002


def test_a_zoomed_picture_is_a_stretched_one_until_the_fine_one_is_there(
    qtbot: QtBot, make: Callable[[ViewMode], LayeredCanvas]
) -> None:
    canvas = make(ViewMode.OVERLAY)
    canvas.zoom_in()
    canvas.zoom_in()
    first = canvas.grab().toImage()
    assert not canvas.is_settled
    fresh = _fresh(make, canvas)
    assert _share_differing(first, fresh) < 0.35, "the same shapes at the same places, coarsely"
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert canvas.grab().toImage() == fresh


def test_another_look_is_drawn_while_the_former_is_shown(
    qtbot: QtBot, make: Callable[[ViewMode], LayeredCanvas]
) -> None:
    canvas = make(ViewMode.OVERLAY)
    before = canvas.grab().toImage()
    canvas.set_mode(ViewMode.OVERLAY)
    canvas.set_hidden_categories(frozenset({canvas.layers[OverlayKind.PREDICTIONS_A].objects[0].category}))
    qtbot.waitUntil(lambda: canvas.is_settled)
    after = canvas.grab().toImage()
    assert after != before
    assert len({after.pixel(x, y) for x in range(0, 700, 3) for y in range(0, 500, 3)}) == 2, "paper and canvas alone"


def test_another_image_never_shows_the_shapes_of_the_one_before(
    make: Callable[[ViewMode], LayeredCanvas], make_picture: Callable[..., Picture]
) -> None:
    canvas = make(ViewMode.OVERLAY)
    canvas.set_layers([])
    canvas.set_picture(make_picture(WIDTH, HEIGHT))
    canvas.grab()
    image = canvas.grab().toImage()
    assert len({image.pixel(x, y) for x in range(0, 700, 3) for y in range(0, 500, 3)}) == 2


def test_a_picture_under_way_is_given_up_for_another_image(
    qtbot: QtBot,
    make: Callable[[ViewMode], LayeredCanvas],
    make_picture: Callable[..., Picture],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backings_module, "SLICE_S", 0.0)
    canvas = make(ViewMode.OVERLAY)
    canvas.zoom_out()
    canvas.grab()
    canvas.backings.begin_fine()
    canvas.backings.go_on()  # the image
    canvas.backings.go_on()  # some of the first layer's shapes
    assert canvas.backings.is_working, "it takes many turns"
    one = SnapshotObject(0, Box(100, 100, 300, 200))
    lone = truth_layer([one], ("line",), WIDTH, HEIGHT)
    canvas.set_layers([lone, prediction_layer(OverlayKind.PREDICTIONS_A, [], ("line",), "V001")])
    for _ in range(20):
        canvas.backings.go_on()
    qtbot.waitUntil(lambda: canvas.is_settled)
    assert canvas.grab().toImage() == _fresh(make, canvas)


def test_a_picture_under_way_is_never_taken_for_the_other_side(
    qtbot: QtBot, make: Callable[[ViewMode], LayeredCanvas]
) -> None:
    """Of a blink that has turned, and of a split that has moved."""
    blink = make(ViewMode.BLINK)
    blink.zoom_out()
    blink.backings.begin_fine()
    blink.blinker.hold(True)
    qtbot.waitUntil(lambda: not blink.backings.is_working)
    fresh = make(ViewMode.BLINK)
    fresh.set_view(blink.view)
    fresh.blinker.hold(True)
    fresh._begin_anew()
    assert _share_differing(blink.grab().toImage(), fresh.grab().toImage()) < 0.002

    split = make(ViewMode.SPLIT)
    split.backings.begin_fine()
    split.set_split(0.8)
    qtbot.waitUntil(lambda: split.is_settled)
    assert _share_differing(split.grab().toImage(), _fresh(make, split)) < 0.002
