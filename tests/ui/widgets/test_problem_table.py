from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from core.domain.imports import Problem, Severity
from ui.widgets.problem_table import FILE, KIND, ProblemModel, ProblemTable

PROBLEMS = (
    Problem("box-out-of-bounds", "The box reaches 3 pixels beyond the image.", "coco.json", 12),
    Problem("box-out-of-bounds", "The box reaches 9 pixels beyond the image.", "coco.json", 40),
    Problem("image-missing", '"b.png" is not in the folder.', "coco.json"),
    Problem("image-damaged", "The file ends early.", "train/c.png", severity=Severity.ERROR),
)


@pytest.fixture
def table(qtbot: QtBot) -> ProblemTable:
    table = ProblemTable()
    qtbot.addWidget(table)
    table.resize(800, 300)
    table.show()
    qtbot.waitExposed(table)
    table.set_problems(PROBLEMS)
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


def test_the_model_keeps_qts_contract(qtbot: QtBot, qtmodeltester: ModelTester) -> None:
    model = ProblemModel()
    model.set_problems(PROBLEMS)
    qtmodeltester.check(model)


def test_many_of_a_kind_are_one_row_and_each_when_it_is_chosen(qtbot: QtBot) -> None:
    table = ProblemTable()
    qtbot.addWidget(table)
    many = [Problem("box-clipped", f"Box {n} is clipped.", "a.json", n) for n in range(40)]
    table.set_problems([*many, Problem("image-missing", "Gone.")])
    assert [problem.kind for problem in table._model.shown] == ["box-clipped", "image-missing"]
    assert table._model.shown[0].text.startswith("40 times. The first: Box 0 is clipped.")
    table._copy.click()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 41
    table._table.doubleClicked.emit(table._model.index(0, 0))
    assert table._kind.currentData() == "box-clipped"
    assert table._model.shown == many


def test_a_long_sentence_is_whole_where_there_is_room_for_it(qtbot: QtBot, table: ProblemTable) -> None:
    long = Problem("image-missing", "It was not found, and so nothing of it is here. " * 6, "a/very/long/path/" * 20)
    table.set_problems([*PROBLEMS, long])
    rows = range(table._table.model().rowCount())
    heights = [table._table.rowHeight(row) for row in rows]
    assert 2 * heights[0] <= heights[-1] < 4 * heights[0], "and a long path takes one line all the same"
    table.resize(420, 300)
    plain = table._table.verticalHeader().defaultSectionSize()
    qtbot.waitUntil(lambda: {table._table.rowHeight(row) for row in rows} == {plain})
    table.resize(800, 300)
    table.set_problems([long] * 200)
    qtbot.waitUntil(lambda: table._table.rowHeight(0) > plain)
    assert table._table.model().rowCount() == 1, "for they are one row"
    table._kind.setCurrentIndex(1)
    assert table._table.rowHeight(0) == plain, "not of hundreds"


def test_one_or_two_long_sentences_are_whole_in_a_narrow_column_too(qtbot: QtBot, table: ProblemTable) -> None:
    long = Problem("image-missing", "It was not found, and so nothing of it is here. " * 4, "a.json")
    table.resize(640, 300)
    table.set_problems([long])
    plain = table._table.verticalHeader().defaultSectionSize()
    qtbot.waitUntil(lambda: table._table.rowHeight(0) > plain)
    table.set_problems([long, *PROBLEMS])
    qtbot.waitUntil(lambda: table._table.rowHeight(0) == plain)
