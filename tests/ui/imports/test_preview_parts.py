from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QTabWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.imports import ImportPreview
from ui.imports.count_table import CountModel
from ui.imports.preview_page import PreviewPage
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


def test_sets_that_the_files_state_have_a_tab_and_only_then(qtbot: QtBot, make_preview: MakePreview) -> None:
    page = PreviewPage()
    qtbot.addWidget(page)
    tabs = page.findChild(QTabWidget)
    assert tabs is not None

    page.set_preview(make_preview())
    assert [tabs.isTabVisible(index) for index in range(tabs.count())] == [True, True, False]

    page.set_preview(replace(make_preview(), stated_sets=(("train", 8), ("val", 4))))
    assert tabs.isTabVisible(2)
    assert tabs.tabText(2) == "Sets"
