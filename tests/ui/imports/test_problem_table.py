from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.imports import ImportPreview, Problem
from ui.imports.count_table import CountModel
from ui.imports.problem_table import FILE, KIND, ProblemModel, ProblemTable
from ui.imports.sample_strip import SampleStrip

MakePreview = Callable[..., ImportPreview]


@pytest.fixture
def table(qtbot: QtBot, problems: tuple[Problem, ...]) -> ProblemTable:
    table = ProblemTable()
    qtbot.addWidget(table)
    table.resize(800, 300)
    table.show()
    qtbot.waitExposed(table)
    table.set_problems(problems)
    return table


def _kinds(table: ProblemTable) -> list[str]:
    model = table._table.model()
    return [model.index(row, KIND).data() for row in range(model.rowCount())]


def test_errors_come_first(table: ProblemTable) -> None:
    assert _kinds(table) == ["Image damaged", "Box out of bounds", "Box out of bounds", "Image missing"]


def test_kinds_are_grouped_with_their_numbers(table: ProblemTable) -> None:
    texts = [table._kind.itemText(row) for row in range(table._kind.count())]
    assert texts[:2] == ["All kinds (4)", "Box out of bounds (2)"]
    table._kind.setCurrentIndex(1)
    assert _kinds(table) == ["Box out of bounds", "Box out of bounds"]


def test_searching_looks_at_files_and_sentences(qtbot: QtBot, table: ProblemTable) -> None:
    qtbot.keyClicks(table._search, "TRAIN/")
    qtbot.waitUntil(lambda: _kinds(table) == ["Image damaged"])
    table._search.clear()
    assert len(_kinds(table)) == 4


def test_the_rows_shown_are_copied_as_a_table(qtbot: QtBot, table: ProblemTable) -> None:
    table._kind.setCurrentIndex(1)
    qtbot.mouseClick(table._copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == (
        "Box out of bounds\tcoco.json\t12\tThe box reaches 3 pixels beyond the image.\n"
        "Box out of bounds\tcoco.json\t40\tThe box reaches 9 pixels beyond the image."
    )


def test_selected_rows_are_copied_by_key(qtbot: QtBot, table: ProblemTable) -> None:
    table._table.selectRow(3)
    qtbot.keyClick(table._table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == 'Image missing\tcoco.json\t\t"b.png" is not in the folder.'


def test_no_problem_is_said(table: ProblemTable) -> None:
    table.set_problems(())
    assert not table._table.isVisible()
    assert table._none.isVisible()


def test_severity_is_also_told_in_words(table: ProblemTable) -> None:
    index = table._table.model().index(0, KIND)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Error: Image damaged"
    assert table._table.model().index(0, FILE).data() == "train/c.png"


def test_the_models_keep_qts_contract(qtbot: QtBot, qtmodeltester: ModelTester, problems: tuple[Problem, ...]) -> None:
    model = ProblemModel()
    model.set_problems(problems)
    qtmodeltester.check(model)
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
