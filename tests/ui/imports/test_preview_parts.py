from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QComboBox, QPushButton, QTabWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.imports import ImportPreview, Problem, Severity
from ui.imports.count_table import CountModel
from ui.imports.files_row import FilesRow
from ui.imports.preview_page import PreviewPage
from ui.imports.sample_strip import SampleStrip
from ui.imports.top_warnings import TopWarnings

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


def test_versions_of_a_file_are_chosen_from_and_chosen_again(qtbot: QtBot, make_preview: MakePreview) -> None:
    row = FilesRow()
    qtbot.addWidget(row)
    row.set_preview(make_preview())
    assert row.isHidden()
    files = tuple(f"/data/archive/{name}.json" for name in ("a", "b", "c"))
    differing = Problem("same-images-differ", "They differ.", severity=Severity.ERROR, choices=files)
    row.set_preview(make_preview(Path("/data/archive"), problems=(differing,), can_import=False))
    box = row.findChild(QComboBox)
    assert not row.isHidden() and box.currentIndex() == -1
    assert [box.itemText(index) for index in range(box.count())] == ["a.json", "b.json", "c.json"]
    with qtbot.waitSignal(row.left_out_chosen) as chosen:
        box.activated.emit(1)
    assert chosen.args == [(Path(files[0]), Path(files[2]))]
    preview = make_preview(Path("/data/archive"))
    row.set_preview(replace(preview, source=replace(preview.source, left_out=chosen.args[0])))
    assert not row.isHidden() and box.isHidden()
    with qtbot.waitSignal(row.left_out_chosen) as again:
        row.findChild(QPushButton).click()
    assert again.args == [()]


def test_weighty_warnings_stand_at_the_top_and_others_do_not(qtbot: QtBot, make_preview: MakePreview) -> None:
    top = TopWarnings()
    qtbot.addWidget(top)
    top.set_preview(make_preview(problems=(Problem("image-missing", "One is gone."),)))
    assert top.isHidden()
    light = Problem("images-empty", "1 of 9 images is empty.", severity=Severity.INFO)
    top.set_preview(make_preview(problems=(light, Problem("annotations-not-read", "3 files were passed over."))))
    assert not top.isHidden()
    assert [text.text() for text in top._texts] == ["3 files were passed over.", ""]
    many = tuple(Problem("annotations-not-read", f"{n} passed over.") for n in range(4))
    top.set_preview(make_preview(problems=many))
    assert [text.text() for text in top._texts][1] == "1 passed over. (and 2 more warnings below)"
