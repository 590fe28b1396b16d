from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor, QImage
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.imports import ImportPreview
from ui.imports.count_table import CountModel
from ui.imports.sample_strip import SampleStrip

MakePreview = Callable[..., ImportPreview]


def test_the_model_of_counts_keeps_qts_contract(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    counts = CountModel(("Class", "Annotations"), has_colours=True)
    counts.set_rows([("text", 3)])
    qtmodeltester.check(counts)


def test_examples_are_shown_with_their_shapes(qtbot: QtBot, make_preview: MakePreview) -> None:
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(300, 150)
    strip.show()
    strip.set_preview(make_preview())
    white = QImage(100, 100, QImage.Format.Format_RGB32)
    white.fill(QColor("#ffffff"))
    strip.set_picture("train/a.png", white, 100, 100)
    image = strip.grab().toImage()
    assert image.pixelColor(150, 75) != QColor("#ffffff")  # the box's light fill
    assert image.pixelColor(80, 3) == QColor("#ffffff")  # the picture beside it


def test_an_example_that_cannot_be_read_is_marked(qtbot: QtBot, make_preview: MakePreview) -> None:
    strip = SampleStrip()
    qtbot.addWidget(strip)
    strip.resize(300, 150)
    strip.set_preview(make_preview())
    waiting = strip.grab().toImage()
    strip.set_failure("train/a.png", "The file is empty.")
    assert strip.grab().toImage() != waiting
