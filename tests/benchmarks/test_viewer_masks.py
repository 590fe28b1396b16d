"""A page of 20 megapixels with 300 masks: opening it as it is kept, beside opening every mask whole.

`pytest -m benchmark -s tests/benchmarks/test_viewer_masks.py`
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from pycocotools import mask as coco
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.layers import prediction_layer
from ui.viewer.overlays import OverlayKind
from ui.viewer.picture import Picture

pytestmark = [pytest.mark.benchmark, pytest.mark.filterwarnings("ignore:__array__ implementation")]

WIDTH, HEIGHT = 4000, 5000
N_MASKS = 300


def lines() -> list[PredictedObject]:
    """Text lines that wave, as a segmenter finds them."""
    found = []
    for number in range(N_MASKS):
        x0, y0 = 200 + 1850 * (number % 2), 100 + 32 * (number // 2)
        xs = np.arange(1700)
        upper = y0 + 6 + (4 * np.sin(xs / 90 + number)).astype(int)
        pixels = np.zeros((HEIGHT, WIDTH), dtype=np.uint8, order="F")
        for offset in range(22):
            pixels[upper + offset, x0 + xs] = 1
        mask = coco.encode(pixels)
        left, top, width, height = coco.toBbox(mask).tolist()
        box = Box(left, top, left + width, top + height)
        size = {"size": mask["size"], "counts": mask["counts"].decode()}
        found.append(PredictedObject(0, 0.9, box, mask=size))
    return found


def test_a_page_of_masks(qtbot: QtBot) -> None:
    predictions = lines()
    started = time.thread_time()
    for one in predictions[:20]:
        assert one.mask is not None
        coco.decode({"size": one.mask["size"], "counts": one.mask["counts"].encode()}).astype(bool)
    whole = (time.thread_time() - started) * N_MASKS / 20
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    canvas = LayeredCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(QSize(1600, 1000))
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.set_picture(Picture(WIDTH, HEIGHT, (image, image.scaled(WIDTH // 2, HEIGHT // 2))))
    QApplication.processEvents()
    figures = {}
    for name in ("opened", "100 %", "drawn again"):
        started = time.thread_time()
        if name == "opened":
            canvas.set_layers([prediction_layer(OverlayKind.PREDICTIONS_A, predictions, ("line",), "V001")])
        elif name == "100 %":
            canvas.show_actual_size()
            canvas._begin_anew()
        else:
            canvas._begin_anew()
        canvas.grab()
        figures[name] = time.thread_time() - started
    print(f"\n{WIDTH} x {HEIGHT}, {N_MASKS} masks: all opened whole {whole:.2f} CPU s")
    for name, seconds in figures.items():
        print(f"{name:12} {seconds * 1000:7.1f} CPU ms   x {whole / seconds:5.0f}")
