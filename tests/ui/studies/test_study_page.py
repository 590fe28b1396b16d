"""The page of a study: one question, one answer, and everything by keyboard alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.domain.messages import UserMessage
from core.domain.outcomes import PredictionState, Thresholds
from core.domain.studies import NoteKind, StudyNote
from core.domain.study_lists import ChosenObjects, ListOrder, ObjectOutcome
from core.metrics.listing import Lister
from core.metrics.outcomes import Matcher
from tests.ui.studies.conftest import RECORDS, AnsweringPage, found, image, info_of, table_from, there
from ui.evaluation.charts_panel import ChartsPanel
from ui.evaluation.matrix_panel import MatrixPanel
from ui.studies.cells import CellKey, patch_box
from ui.studies.list_bar import ListBar
from ui.studies.outcome_grid import OutcomeGrid
from ui.studies.outcome_painter import short_name
from ui.studies.study_keys import STUDY_KEYS
from ui.viewer.modes import ViewMode
from ui.viewer.overlays import OverlayKind


def _names(page: AnsweringPage) -> list[str]:
    assert page.answer is not None
    return [page.table.images[row].key.rpartition("/")[2] for row in page.answer.images]  # type: ignore[union-attr]


def test_the_worst_image_is_shown_first_with_both_layers_judged(page: AnsweringPage) -> None:
    assert _names(page)[0] == "page 2.png"
    assert page.current_image == 1
    layers = page.pane.view.canvas.layers
    assert set(layers) == {OverlayKind.GROUND_TRUTH, OverlayKind.PREDICTIONS_A}
    states = layers[OverlayKind.PREDICTIONS_A].states()
    assert states is not None
    assert states.tolist() == [PredictionState.FP_CLASS]


def test_the_confidence_moves_image_grid_and_numbers_together(page: AnsweringPage) -> None:
    before = page.answer.counts  # type: ignore[union-attr]
    page.thresholds._slider.setValue(75)
    answer = page.answer
    assert answer is not None
    assert answer.question.thresholds.confidence == 0.75
    assert (answer.counts.tp, answer.counts.fp) == (1, 1)
    assert answer.counts != before
    assert page.thresholds._precision.text() == "0.500"
    states = page.pane.view.canvas.layers[OverlayKind.PREDICTIONS_A].states()
    assert states is not None
    assert states.tolist() == [PredictionState.BELOW]


def test_one_move_is_one_question(page: AnsweringPage) -> None:
    before = page.n_questions
    page.thresholds._slider.setValue(60)
    assert page.n_questions == before + 1
    page.thresholds._iou_slider.setValue(15)
    assert page.n_questions == before + 2
    assert page.thresholds.thresholds == Thresholds(0.6, iou=0.75)


def test_back_to_the_optimum_is_exact(page: AnsweringPage) -> None:
    page.thresholds.set_optimum(0.5537)
    page.thresholds._optimal.click()
    assert page.thresholds.thresholds.confidence == 0.5537
    assert not page.thresholds._optimal.isEnabled()
    page.thresholds._slider.setValue(60)
    assert page.thresholds._optimal.isEnabled()


def test_sorting_and_filters_list_other_images(qtbot: QtBot, page: AnsweringPage) -> None:
    bar = page.column.bar
    bar._order.setCurrentIndex(bar._order.findData(ListOrder.NAME))
    assert _names(page) == ["empty.png", "page 1.png", "page 2.png", "page 3.png", "page 10.png"]
    bar._outcome.setCurrentIndex(bar._outcome.findData(ObjectOutcome.NOTHING_THERE))
    assert _names(page) == ["page 3.png", "page 10.png"]
    assert "2 of 5 images" in page.column._status.text()
    bar._size.setCurrentIndex(3)
    assert _names(page) == []
    assert page.column._stack.currentWidget() is page.column._empty
    page.column._empty.action_requested.emit()
    assert len(_names(page)) == 5
    assert bar.filter.is_empty


def test_what_is_current_stays_current_when_the_list_changes(page: AnsweringPage) -> None:
    page.column.grid.choose_row(2)
    chosen = page.current_image
    page.column.bar._order.setCurrentIndex(page.column.bar._order.findData(ListOrder.NAME))
    assert page.current_image == chosen
    key = page.column.grid.current_key()
    assert key is not None
    assert key.image == chosen


def test_a_patch_leads_to_its_object_in_the_middle_of_its_image(page: AnsweringPage) -> None:
    page.column.bar._patches.setChecked(True)
    grid = page.column.grid
    assert grid.n_rows == 7  # 2 true positives, 3 false, 2 missed
    grid.choose_row(1)
    grid.choose_row(0)
    key = grid.current_key()
    assert key is not None
    assert key.image == page.current_image == 0
    selected = page.pane.view.canvas.selected
    assert selected is not None
    assert selected.confidence == 0.8
    x, _y = page.pane.view.canvas.view.to_view(225, 25)
    assert x == pytest.approx(page.pane.view.canvas.width() / 2, abs=2)


def test_keys_walk_errors_and_images(qtbot: QtBot, page: AnsweringPage) -> None:
    canvas = page.pane.view.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    first = canvas.selected
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    assert first is not None
    assert canvas.selected is not None
    assert canvas.selected.ref != first.ref
    qtbot.keyClick(canvas, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.selected.ref == first.ref
    wrong = [1, 4, 0]  # in the order of the list
    assert page.current_image == wrong[0]
    qtbot.keyClick(canvas, Qt.Key.Key_Period)
    assert page.current_image == wrong[1]
    qtbot.keyClick(canvas, Qt.Key.Key_Period)
    qtbot.keyClick(canvas, Qt.Key.Key_Period)
    assert page.current_image == wrong[2]  # there is no further one
    qtbot.keyClick(canvas, Qt.Key.Key_Comma)
    assert page.current_image == wrong[1]
    for key, mode in zip("12345", ViewMode, strict=True):
        qtbot.keyClick(canvas, key)
        assert canvas.mode is mode


def test_escape_leads_out_step_by_step(qtbot: QtBot, page: AnsweringPage) -> None:
    canvas = page.pane.view.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_N)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.selected is None
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert page.column.grid.hasFocus()
    with qtbot.waitSignal(page.back_requested):
        qtbot.keyClick(page.column.grid, Qt.Key.Key_Escape)


def test_arrows_in_the_grid_turn_the_image(qtbot: QtBot, page: AnsweringPage) -> None:
    grid = page.column.grid
    grid.setFocus()
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert page.current_image == 4
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert page.pane.view.canvas.hasFocus()


@pytest.mark.parametrize(
    ("image_row", "n", "words"),
    [
        (0, 1, "False positive: nothing is there"),
        (1, 1, "Missed: taken for a dog 0.70 (IoU 1.00)"),
        (1, 2, "False positive: that is a cat (IoU 1.00), not a dog"),
        (1, 3, "Missed: no prediction that counts lies on it"),
    ],
)
def test_the_inspector_says_the_outcome_in_words(page: AnsweringPage, image_row: int, n: int, words: str) -> None:
    page._go_to(image_row)
    said = []
    for _ in range(3):
        page.pane.select_error(1)
        said.append(page.inspector._outcome.text())
    assert words in said


def test_the_inspector_names_class_confidence_partner_and_source(page: AnsweringPage) -> None:
    page._go_to(2)
    page.pane.view.canvas.select_next()
    if page.pane.view.canvas.selected.kind is OverlayKind.GROUND_TRUTH:  # type: ignore[union-attr]
        page.pane.view.canvas.select_next()
    facts = dict(page.inspector._facts.facts())
    assert facts["Class"] == "cat"
    assert facts["Confidence"] == "0.600"
    assert facts["IoU"] == "1.000"
    assert facts["Partner"] == "cat"
    assert facts["Source"] == "Animals V001, YOLO 1.0"
    assert "True positive" in page.pane.view.canvas.accessibleDescription()


def test_a_cell_of_the_matrix_lists_the_images_behind_it_and_another_can_be_added(page: AnsweringPage) -> None:
    panel = MatrixPanel()
    page.add_panel(panel)
    page.open_records(RECORDS)
    none = np.zeros(0, dtype=np.int64)
    panel.objects_chosen.emit(ChosenObjects(np.array([1]), none, "background taken for cat"), False)
    assert _names(page) == ["page 10.png"]
    assert "background taken for cat" in page.column._status.text()
    panel.objects_chosen.emit(ChosenObjects(none, np.array([2]), "cat missed"), True)
    assert set(_names(page)) == {"page 10.png", "page 2.png"}
    panel.objects_chosen.emit(None, False)
    assert len(_names(page)) == 5


def test_without_ground_truth_nothing_is_right_or_wrong(page: AnsweringPage) -> None:
    records = (image("a.png", [found(0, 0.9)], []), image("b.png", [], []))
    page.open_records(records)
    assert not page.thresholds._numbers.isVisible()
    assert not page.column.bar._outcome.isVisible()
    page.pane.view.canvas.select_next()
    assert page.pane.view.canvas.selected is not None
    assert not page.inspector._outcome.isVisible()
    assert "wrong" not in page.inspector.as_text()


def test_a_second_set_says_what_it_fixed_and_is_drawn_beside(qtbot: QtBot, page: AnsweringPage) -> None:
    better = (
        image("test/page 10.png", [found(0, 0.9)], [there(0)]),
        *RECORDS[1:],
    )
    table = table_from(better)
    assert page.table is not None
    page.lister = Lister(Matcher(page.table), Matcher(table))
    page.set_second(info_of(better), table)
    assert page.answer is not None
    assert page.answer.second is not None
    assert page.column.changes.isVisible()
    texts = [button.text() for button in page.column.changes._buttons.values()]
    assert texts == ["Fixed 1", "Broken 0", "Both wrong 2", "Both right 2"]
    page.column.changes._choose(next(iter(page.column.changes._buttons)), True)
    assert _names(page) == ["page 10.png"]
    assert page.current_image == 0  # what was shown is not listed any more
    index = page.column.grid.model().index(0, 0)
    said = page.column.grid.model().data(index, Qt.ItemDataRole.AccessibleTextRole)
    assert said == "page 10.png, 1 true positive, 1 false positive, 0 missed, F1 of B +0.33"
    page.lister = Lister(Matcher(page.table))
    page.set_second(None, None)
    assert not page.column.changes.isVisible()


def test_notes_stand_at_the_top_and_can_be_closed(page: AnsweringPage) -> None:
    notes = (
        StudyNote(NoteKind.NO_PROJECT, "The project is not here.", is_warning=False),
        StudyNote(NoteKind.SEEN, "Seen in training.", "Judge it by its test set."),
    )
    page.notes.set_notes(notes)
    assert page.notes.isVisible()
    assert [note.kind for note in page.notes.notes] == [NoteKind.SEEN, NoteKind.NO_PROJECT]


def test_single_classes_have_a_confidence_of_their_own(qtbot: QtBot, page: AnsweringPage) -> None:
    page._best_by_category = {0: 0.6}
    dialog = page.open_class_thresholds()
    assert dialog is not None
    dialog._checks[1].setChecked(True)
    dialog._values[1].setValue(0.75)
    assert page.answer is not None
    assert dict(page.answer.question.thresholds.by_category) == {1: 0.75}
    assert page.answer.counts.fp == 2  # the dog is out
    dialog.choose_best()
    assert dict(page.answer.question.thresholds.by_category) == {0: 0.6}
    dialog.choose_none()
    assert not page.answer.question.thresholds.by_category
    dialog.reject()


def test_a_study_that_cannot_be_opened_says_why_and_can_be_tried_again(qtbot: QtBot, page: AnsweringPage) -> None:
    page.show_problem(UserMessage("The predictions are damaged.", "Predict again."))
    assert page._stack.currentWidget() is page._problem
    assert page.table is None
    with qtbot.waitSignal(page.retry_requested):
        page._problem._button.click()
    page.show_loading("Animals V001")
    assert page._stack.currentWidget() is page._loading


def test_a_patch_shows_its_object_with_a_fifth_around_it_within_the_image(page: AnsweringPage) -> None:
    table = page.table
    assert table is not None
    box = patch_box(table, CellKey(0, False, 1))  # at 200, 0, 50 wide
    assert (box.x0, box.y0, box.x1, box.y1) == (190, 0, 260, 60)


def test_tags_and_accepting_are_wishes(qtbot: QtBot, page: AnsweringPage) -> None:
    page.acting.set_available(has_tags=True, has_accepting=True)
    with qtbot.waitSignal(page.tag_requested) as told:
        qtbot.keyClick(page.column.grid, Qt.Key.Key_D)
    assert told.args == [(1,), "hard case", True]
    page.set_tags({1: frozenset({"hard case"})})
    with qtbot.waitSignal(page.tag_requested) as told:
        qtbot.keyClick(page.column.grid, Qt.Key.Key_D)
    assert told.args == [(1,), "hard case", False]
    page.pane.select_error(1)
    while page.selected_row() is None:
        page.pane.select_error(1)
    with qtbot.waitSignal(page.accept_requested) as accepted:
        qtbot.keyClick(page.column.grid, Qt.Key.Key_A)
    assert accepted.args == [(2,)]
    bar = page.column.bar
    bar._tag.setCurrentIndex(bar._tag.findData("hard case"))
    assert _names(page) == ["page 2.png"]


def test_every_control_that_takes_the_keyboard_has_a_name(page: AnsweringPage) -> None:
    page.add_panel(MatrixPanel())
    page.acting.set_available(has_tags=True, has_accepting=True)
    page.notes.set_notes([StudyNote(NoteKind.SEEN, "Seen in training.")])
    page.open_records(RECORDS)
    nameless = []
    for widget in page.findChildren(QWidget):
        is_part = isinstance(widget.parentWidget(), QAbstractSpinBox)  # which speaks for its line
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(page) and not is_part:
            interface = QAccessible.queryAccessibleInterface(widget)
            if interface is None or not interface.text(QAccessible.Text.Name):
                nameless.append((type(widget).__name__, widget.objectName()))
    assert nameless == []


def test_the_guide_and_the_page_know_the_same_keys(page: AnsweringPage) -> None:
    connected = {shortcut.key().toString() for shortcut in page.findChildren(QShortcut)}
    assert {QKeySequence(key).toString() for row in STUDY_KEYS for key in row.keys} <= connected
    guide = (Path(__file__).parents[3] / "docs" / "guide" / "study.md").read_text(encoding="utf-8")
    assert [row.shown for row in STUDY_KEYS if f"| {row.shown} | {row.does} |" not in guide] == []


def test_the_labels_of_today_are_a_click_away(qtbot: QtBot, page: AnsweringPage) -> None:
    page.notes.set_notes([StudyNote(NoteKind.LABELS_CHANGED, "Labels were changed.")], has_labels=True)
    [button] = page.notes.findChildren(QPushButton)
    with qtbot.waitSignal(page.labels_requested):
        button.click()


def test_what_is_selected_in_the_image_is_current_among_the_patches(page: AnsweringPage) -> None:
    page.column.bar.show_patches()
    page._go_to(1)
    for _ in range(3):
        page.pane.select_error(1)
        selected, key = page.pane.view.canvas.selected, page.column.grid.current_key()
        assert selected is not None
        assert key is not None
        assert key.image == 1
        assert key.is_truth == selected.kind.is_truth


def test_tab_comes_to_everything(qtbot: QtBot, page: AnsweringPage) -> None:
    page.acting.set_available(has_tags=True, has_accepting=True)
    page.column.grid.setFocus()
    reached: list[QWidget] = []
    for _ in range(200):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    bar, thresholds = page.column.bar, page.thresholds
    wanted = (
        page.column.grid, page.pane.view.canvas, page.tabs.tabBar(), bar._search, bar._images, bar._order,
        bar._outcome, bar._category, bar._size, thresholds._slider, thresholds._value, thresholds._iou_slider,
        thresholds._more, page.acting._tags["hard case"], page.pane.view.panel._labels,
    )  # fmt: skip
    # Of two choices the one in force; the arrows lead to the other.
    assert [type(widget).__name__ for widget in wanted if widget not in reached] == []


def test_what_is_chosen_in_the_matrix_follows_the_thresholds(page: AnsweringPage) -> None:
    panel = MatrixPanel()
    page.add_panel(panel)
    page.open_records(RECORDS)
    background, cat = 2, 0
    panel.grid.choose([(background, cat)])
    assert set(_names(page)) == {"page 10.png", "page 3.png"}
    page.thresholds.go_to(0.75)  # of page 3 nothing is left
    assert _names(page) == ["page 10.png"]
    page.thresholds.go_to(0.5)
    assert set(_names(page)) == {"page 10.png", "page 3.png"}


def test_what_is_brushed_in_a_chart_follows_the_thresholds(page: AnsweringPage) -> None:
    panel = ChartsPanel()
    page.add_panel(panel)
    page.open_records(RECORDS)
    panel.charts.confidences_brushed.emit(0.5, 0.65)
    assert set(_names(page)) == {"page 1.png", "page 3.png"}
    page.thresholds.go_to(0.55)
    assert _names(page) == ["page 1.png"]
    panel.charts.brush_cleared.emit()
    assert len(_names(page)) == 5


def test_lists_that_are_of_no_use_leave_no_hole(qtbot: QtBot) -> None:
    bar = ListBar()
    qtbot.addWidget(bar)
    bar.resize(320, 200)
    bar.show()
    bar.set_study(("line",), has_truth=True, splits=())  # one class: there is none to choose
    qtbot.waitUntil(lambda: bar._size.geometry().left() == bar._order.geometry().left() > 0)
    bar.set_study(("line", "stamp"), has_truth=True, splits=())
    qtbot.waitUntil(lambda: bar._size.geometry().left() > bar._category.geometry().right())


def test_a_name_gives_up_its_suffix_before_its_number(qtbot: QtBot) -> None:
    grid = OutcomeGrid()
    qtbot.addWidget(grid)
    metrics = grid.fontMetrics()
    room = metrics.horizontalAdvance("page_014") + 2
    assert short_name("page_014.jpg", metrics, room) == "page_014"
    assert short_name("page_014.jpg", metrics, 400) == "page_014.jpg"


def test_escape_in_the_matrix_takes_its_choice_back_and_stays(page: AnsweringPage, qtbot: QtBot) -> None:
    panel = MatrixPanel()
    page.add_panel(panel)
    page.open_records(RECORDS)
    page.show()
    page.show_panel(0)
    qtbot.waitUntil(panel.grid.isVisible)
    page.activateWindow()
    panel.grid.setFocus()
    side = panel.grid.side
    qtbot.keyClick(panel.grid, Qt.Key.Key_Plus)
    assert panel.grid.side > side, "the page's own zoom leaves the key alone"
    qtbot.keyClick(panel.grid, Qt.Key.Key_Return)
    assert panel.grid.chosen
    qtbot.keyClick(panel.grid, Qt.Key.Key_Escape)
    assert not panel.grid.chosen
    assert panel.grid.hasFocus()
    assert len(_names(page)) == 5
