"""Masks as they are drawn and hit: their pixels, not their boxes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pycocotools import mask as coco
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.layers import prediction_layer
from ui.viewer.mask_pictures import MaskPictures
from ui.viewer.overlays import OverlayKind
from ui.viewer.picture import Picture
from ui.viewer.run_lengths import RunLengths, run_lengths

A = OverlayKind.PREDICTIONS_A
COLOUR = QColor("#0072B2")


def _corner() -> dict[str, object]:
    """An L on 400 x 300 pixels: the left and the lower side of 100 to 300, 50 to 250, each 60 pixels thick."""
    pixels = np.zeros((300, 400), dtype=np.uint8, order="F")
    pixels[50:250, 100:160] = 1
    pixels[190:250, 100:300] = 1
    made = coco.encode(pixels)
    return {"size": made["size"], "counts": made["counts"].decode()}


@pytest.fixture
def canvas(qtbot: QtBot, make_picture: Callable[..., Picture]) -> LayeredCanvas:
    canvas = LayeredCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(832, 632)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.set_picture(make_picture(colour="#ffffff"))
    found = PredictedObject(0, 0.9, Box(100, 50, 300, 250), mask=_corner())
    canvas.set_layers([prediction_layer(A, [found], ("zone",), "V001")])
    return canvas


def _pixel(canvas: LayeredCanvas, x: float, y: float) -> QColor:
    at = canvas.view.to_view(x, y)
    return canvas.grab().toImage().pixelColor(round(at[0]), round(at[1]))


@pytest.mark.parametrize("n_out", [0, 1, 3])
def test_its_pixels_are_filled_and_its_border_is_a_line(canvas: LayeredCanvas, n_out: int) -> None:
    for _ in range(n_out):
        canvas.zoom_out()
    assert _pixel(canvas, 220, 120) == QColor("white"), "in the box, outside of the mask"
    inside = _pixel(canvas, 130, 120)
    # A fill of 40 % over white.
    mixed = [0.4 * part + 0.6 * 255 for part in COLOUR.getRgb()[:3]]  # type: ignore[index]
    assert max(abs(a - b) for a, b in zip(inside.getRgb()[:3], mixed, strict=True)) < 3  # type: ignore[index]
    image = canvas.grab().toImage()
    left, y = canvas.view.to_view(100, 120)
    around = [image.pixelColor(round(left) + dx, round(y)) for dx in range(-3, 4)]
    assert any(abs(p.red() - COLOUR.red()) + abs(p.blue() - COLOUR.blue()) < 40 for p in around)


def test_a_click_hits_the_mask_and_not_its_box(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    def click(x: float, y: float) -> None:
        at = QPointF(*canvas.view.to_view(x, y)).toPoint()
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)

    click(220, 120)
    assert canvas.selected is None
    click(220, 220)
    assert canvas.selected is not None


def test_a_mask_is_opened_no_larger_than_it_is_drawn() -> None:
    mask = run_lengths(_corner())
    assert isinstance(mask, RunLengths)
    sizes = {}
    for scale in (0.1, 0.25, 0.5, 1.0, 4.0):
        place, image = MaskPictures().picture(mask, Box(100, 50, 300, 250), scale, COLOUR, fill=0.4, line=1.0)
        sizes[scale] = image.width()
        assert (place.x(), place.y()) == (100, 50)
        assert abs(place.width() - 200) < 1 / scale * 2
    assert sizes == {0.1: 13, 0.25: 50, 0.5: 100, 1.0: 200, 4.0: 800}


def test_masks_that_are_kept_stay_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    from ui.viewer import mask_pictures

    monkeypatch.setattr(mask_pictures, "MAX_BYTES", 500_000)
    mask = run_lengths(_corner())
    assert isinstance(mask, RunLengths)
    pictures = MaskPictures()
    for fill in range(1, 20):
        pictures.picture(mask, Box(100, 50, 300, 250), 1.0, COLOUR, fill=fill / 20, line=1.0)
    assert 0 < pictures._n_bytes <= 500_000
    assert len(pictures._kept) == 500_000 // (200 * 200 * 4)
