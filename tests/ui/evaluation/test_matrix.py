"""The confusion matrix: what each cell says, how it is walked over with the keys, and what choosing it tells."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain.outcomes import ConfusionMatrix, Thresholds
from ui.evaluation.matrix_files import as_svg, csv_rows
from ui.evaluation.matrix_grid import SIDES
from ui.evaluation.matrix_layout import Order, Share, arrange
from ui.evaluation.matrix_panel import MatrixPanel

CAT, DOG, BIRD, SIZE = 0, 1, 2, 4
COUNTS = [[6, 1, 0, 1], [3, 2, 0, 0], [0, 0, 0, 0], [2, 0, 0, 0]]
# Eight cats, five dogs; the predictions of the first image's cells.
MATRIX = ConfusionMatrix(
    ("cat", "=dog", "bird"),
    np.array(COUNTS),
    np.minimum(np.array(COUNTS), 2),
    Thresholds(0.3),
    prediction_cells=np.array([0, 1, 4, 4, 12, -1]),
    truth_cells=np.array([0, 1, 3, 4, 4]),
)


@pytest.fixture
def panel(qtbot: QtBot) -> MatrixPanel:
    made = MatrixPanel()
    qtbot.addWidget(made)
    made.set_matrix(MATRIX)
    made.resize(700, 600)
    made.show()
    return made


def test_cells_say_counts_and_shares_of_what_is_there_and_of_what_was_predicted() -> None:
    counts, rows, columns = (arrange(MATRIX, share=share) for share in Share)
    assert counts.text((CAT, CAT)) == "6"
    assert counts.text((BIRD, CAT)) == ""
    assert rows.text((CAT, CAT)) == "75 %"
    assert columns.text((CAT, CAT)) == "55 %"
    assert columns.text((3, CAT)) == "18 %"
    assert rows.text((3, 3)) == ""


def test_sentences_name_objects_and_images() -> None:
    layout = arrange(MATRIX)
    assert layout.sentence((CAT, DOG)) == "Cat, predicted =dog: 1 object in 1 image."
    assert layout.sentence((CAT, 3)) == "Cat, missed: 1 object in 1 image."
    assert layout.sentence((3, CAT)) == "Nothing there, predicted cat: 2 predictions in 2 images."
    assert layout.sentence((CAT, CAT)) == "Cat, rightly predicted: 6 objects in 2 images."
    assert "nobody can count" in layout.sentence((3, 3))


def test_classes_that_nobody_met_are_left_out_and_the_worst_come_first() -> None:
    assert arrange(MATRIX).rows == (CAT, DOG, 3)
    assert arrange(MATRIX, has_background=False).columns == (CAT, DOG)
    worst = np.array(COUNTS)
    worst[CAT] = [6, 0, 0, 0]
    turned = ConfusionMatrix(MATRIX.categories, worst.T, worst, MATRIX.thresholds, np.zeros(0), np.zeros(0))
    assert arrange(turned, order=Order.ERRORS).rows == (CAT, DOG, 3)
    worst = np.array([[5, 0, 0, 0], [0, 2, 0, 4], [0, 0, 0, 0], [1, 0, 0, 0]])
    other = ConfusionMatrix(MATRIX.categories, worst, worst, MATRIX.thresholds, np.zeros(0), np.zeros(0))
    assert arrange(other, order=Order.ERRORS).rows == (DOG, CAT, 3)


def test_a_click_tells_the_objects_behind_the_cell_and_ctrl_adds(panel: MatrixPanel, qtbot: QtBot) -> None:
    grid = panel.grid
    with qtbot.waitSignal(panel.objects_chosen) as told:
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.cell_rect(1, 0).center())
    chosen, is_added = told.args
    assert (chosen.predictions.tolist(), chosen.truths.tolist(), is_added) == ([2, 3], [3, 4], False)
    assert chosen.text == "=dog, predicted cat"
    with qtbot.waitSignal(panel.objects_chosen) as told:
        place = grid.cell_rect(0, 1).center()
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, place)
    assert (told.args[0].predictions.tolist(), told.args[0].truths.tolist()) == ([1, 2, 3], [1, 3, 4])
    with qtbot.waitSignal(panel.objects_chosen) as told:
        QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert told.args == [None, False]
    assert grid.chosen == frozenset()


def test_it_is_walked_over_with_the_keys_and_says_where(panel: MatrixPanel, qtbot: QtBot) -> None:
    grid = panel.grid
    grid.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Left):
        QTest.keyClick(grid, key)
    assert grid.accessibleDescription() == "Nothing there, predicted cat: 2 predictions in 2 images."
    with qtbot.waitSignal(panel.objects_chosen) as told:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert told.args[0].predictions.tolist() == [4]
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    with qtbot.assertNotEmitted(panel.objects_chosen):
        QTest.keyClick(grid, Qt.Key.Key_Return)  # background that was left alone is no cell


def test_a_choice_stays_while_thresholds_move_and_goes_with_the_classes(panel: MatrixPanel, qtbot: QtBot) -> None:
    panel.grid.choose({(0, 1)})
    with qtbot.assertNotEmitted(panel.objects_chosen):
        panel.set_matrix(MATRIX)
        assert panel.grid.chosen == {(0, 1)}
        panel.clear_choice()
    assert panel.grid.chosen == frozenset()
    panel.grid.choose({(0, 1)})
    other = ConfusionMatrix(("x",), np.ones((2, 2), int), np.ones((2, 2), int), MATRIX.thresholds, *[np.zeros(0)] * 2)
    panel.set_matrix(other)
    assert panel.grid.chosen == frozenset()


def test_many_classes_can_be_zoomed_and_reached(panel: MatrixPanel) -> None:
    names = tuple(f"class {number}" for number in range(60))
    counts = np.ones((61, 61), dtype=int)
    panel.set_matrix(ConfusionMatrix(names, counts, counts, Thresholds(0.1), np.zeros(0, int), np.zeros(0, int)))
    grid = panel.grid
    assert grid.side == SIDES[0]
    grid.zoom(1)
    assert grid.side == SIDES[1]
    grid.setFocus()
    for _ in range(60):
        QTest.keyClick(grid, Qt.Key.Key_Down)
        QTest.keyClick(grid, Qt.Key.Key_Right)
    assert grid.viewport().rect().contains(grid.cell_rect(60, 60).center())
    assert grid.viewport().rect().contains(QPoint(grid.cell_rect(60, 60).left() + 2, grid.cell_rect(60, 60).top() + 2))
    grid.zoom(0)
    assert grid.side == SIDES[0]


def test_the_slanted_title_of_the_last_column_can_be_read(panel: MatrixPanel) -> None:
    counts = np.ones((9, 9), dtype=int)
    panel.set_matrix(
        ConfusionMatrix(tuple("abcdefgh"), counts, counts, Thresholds(0.1), np.zeros(0, int), np.zeros(0, int))
    )
    grid = panel.grid
    grid.setParent(None)  # as narrow as beside a picture
    grid.resize(320, 400)
    grid.show()
    reach = grid.fontMetrics().horizontalAdvance("missed") * 0.65 + grid.fontMetrics().ascent() / 3
    assert grid.cell_rect(0, 8).center().x() + reach <= grid.viewport().width()


def test_nothing_to_compare_is_said(panel: MatrixPanel) -> None:
    panel.set_matrix(None)
    assert not panel.grid.isVisible()
    assert panel.grid.shown is None


def test_it_is_saved_for_spreadsheets_and_for_printing(panel: MatrixPanel, qtbot: QtBot) -> None:
    rows = list(csv.reader(io.StringIO("".join(csv_rows(arrange(MATRIX))))))
    assert rows[0] == ["there \\ predicted", "cat", "'=dog", "missed"]
    assert rows[1:] == [["cat", "6", "1", "1"], ["'=dog", "3", "2", "0"], ["background", "2", "0", ""]]
    layout = arrange(MATRIX, share=Share.OF_ROW)
    drawn = ElementTree.fromstring(as_svg(layout, right="#009E73", wrong="#D55E00"))
    texts = [element.text for element in drawn.iter() if element.tag.endswith("text")]
    assert {"Predicted", "There", "75 %", "background", "missed"} <= set(texts)
    with qtbot.waitSignal(panel.save_requested) as told:
        panel._save_svg()
    assert told.args[0].endswith(".svg")


def test_tool_tips_and_the_line_below_say_the_cell_under_the_mouse(panel: MatrixPanel, qtbot: QtBot) -> None:
    place = QPointF(panel.grid.cell_rect(0, 1).center())
    none = Qt.MouseButton.NoButton
    moved = QMouseEvent(QMouseEvent.Type.MouseMove, place, place, none, none, Qt.KeyboardModifier.NoModifier)
    with qtbot.waitSignal(panel.grid.cell_reached) as told:
        panel.grid.mouseMoveEvent(moved)
    assert told.args == ["Cat, predicted =dog: 1 object in 1 image."]
