"""Charts of a study: every number with its axis, nothing drawn where nothing was measured, brushing chooses objects."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from core.domain.analysis import ErrorCost
from core.domain.geometry import Box
from core.domain.outcomes import Thresholds
from core.domain.predictions import ObjectTable, PredictedObject
from core.domain.snapshots import SnapshotObject
from core.domain.study_lists import StudyAnswer, StudyCurves, StudyQuestion
from core.metrics import curves as made
from core.metrics.coco import EvalImage
from core.metrics.coco_summary import coco_summary
from core.metrics.match_table import match_table
from core.metrics.outcomes import Matcher, confusion_matrix, image_scores
from tests.core.metrics.tables import table_of
from ui.evaluation.charts_panel import ChartsPanel
from ui.evaluation.definitions_window import DefinitionsWindow
from ui.evaluation.study_plot import StudyPlot

BOX = Box(0, 0, 10, 10)
SHIFTED = Box(2, 0, 12, 10)  # IoU 2/3


def images() -> list[EvalImage]:
    right = PredictedObject(0, 0.9, BOX)
    badly = PredictedObject(0, 0.6, SHIFTED)
    wrong = PredictedObject(0, 0.3, Box(50, 50, 60, 60))
    truth = SnapshotObject(0, BOX)
    return [EvalImage(80, 80, [truth], [right, wrong]), EvalImage(80, 80, [truth], [badly])]


def answers(table: ObjectTable, confidence: float = 0.2) -> tuple[StudyAnswer, StudyCurves]:
    matcher = Matcher(table)
    outcomes = matcher.at(Thresholds(confidence))
    answer = StudyAnswer(
        question=StudyQuestion(outcomes.thresholds),
        outcomes=outcomes,
        counts=outcomes.counts,
        scores=image_scores(table, outcomes),
        matrix=confusion_matrix(table, outcomes),
        images=np.arange(table.n_images),
    )
    curves = StudyCurves(
        thresholds=made.threshold_curves(matcher),
        precision_recall=made.precision_recall(matcher),
        score_histogram=made.score_histogram(table, outcomes),
        iou_histogram=made.iou_histogram(outcomes),
        calibration=made.calibration(matcher),
        coco=coco_summary(match_table(table)),
        errors=(ErrorCost("bkg", "Nothing there", 1, 0.25), ErrorCost("cls", "Wrong class", 0, None)),
    )
    return answer, curves


@pytest.fixture
def panel(qtbot: QtBot) -> ChartsPanel:
    shown = ChartsPanel()
    qtbot.addWidget(shown)
    shown.resize(700, 700)
    shown.show()
    return shown


def show(panel: ChartsPanel, table: ObjectTable) -> None:
    answer, curves = answers(table)
    panel.set_table(table)
    panel.set_answer(answer)
    panel.set_curves(curves)


def test_what_is_drawn_is_said_in_words_too(panel: ChartsPanel) -> None:
    show(panel, table_of(2, images()))
    charts = panel.charts
    assert charts.over_confidence.value_text() == "F1 is highest (1.000) at confidence 0.600, IoU 0.50."
    assert charts.precision_recall.value_text() == "Average precision 1.000 at IoU 0.50"
    assert charts.scores.value_text() == "TP: 2; FP: 1"
    assert charts.errors.value_text() == "Nothing there: 1 error, 0.250 of AP50; Wrong class: 0 errors, – of AP50"
    assert charts.calibration.value_text().startswith("Expected calibration error 0.")


def test_a_class_without_an_object_is_not_measured_rather_than_zero(panel: ChartsPanel) -> None:
    show(panel, table_of(2, images()))
    panel.charts._category.setCurrentIndex(2)
    assert panel.charts.over_confidence.value_text() == ""
    assert "not measured" in panel.charts.over_confidence._note.text()
    assert panel.charts.over_confidence._lines == ()


def test_without_ground_truth_no_curve_is_drawn(panel: ChartsPanel) -> None:
    found = [EvalImage(80, 80, [], image.predictions) for image in images()]
    show(panel, table_of(2, found))
    for plot in (panel.charts.over_confidence, panel.charts.precision_recall, panel.charts.calibration):
        assert "no ground truth" in plot._note.text() or "Nothing was predicted" in plot._note.text()
    assert panel.charts.errors.value_text() == ""


def test_a_brush_over_confidences_chooses_the_predictions_that_count(panel: ChartsPanel, qtbot: QtBot) -> None:
    table = table_of(2, images())
    show(panel, table)
    with qtbot.waitSignal(panel.objects_chosen) as told:
        panel.charts.scores._brush_at(0.62)
    chosen, is_added = told.args
    assert table.confidences[chosen.predictions].tolist() == [0.6]
    assert (chosen.text, is_added) == ("confidence 0.60 to 0.65", False)
    with qtbot.waitSignal(panel.objects_chosen) as told:
        panel.charts.scores.range_brushed.emit(0.0, 1.0)
    assert len(told.args[0].predictions) == 3
    answer, _ = answers(table, confidence=0.5)
    panel.set_answer(answer)
    with qtbot.waitSignal(panel.objects_chosen) as told:
        panel.charts.scores.range_brushed.emit(0.0, 1.0)
    assert table.confidences[told.args[0].predictions].tolist() == [0.9, 0.6]


def test_a_brush_over_ious_chooses_what_was_found_so(panel: ChartsPanel, qtbot: QtBot) -> None:
    table = table_of(2, images())
    show(panel, table)
    with qtbot.waitSignal(panel.objects_chosen) as told:
        panel.charts.ious._brush_at(2 / 3)
    assert table.confidences[told.args[0].predictions].tolist() == [0.6]
    assert not panel.charts.scores._brush.isVisible()  # one brush at a time
    with qtbot.waitSignal(panel.objects_chosen) as told:
        panel.charts.ious.brush_cleared.emit()
    assert told.args == [None, False]


def test_a_click_in_the_curves_asks_for_that_confidence(panel: ChartsPanel, qtbot: QtBot) -> None:
    show(panel, table_of(2, images()))
    with qtbot.waitSignal(panel.confidence_chosen) as told:
        panel.charts.over_confidence.place_chosen.emit(1.4)
    assert told.args == [1.0]
    panel.set_answer(answers(table_of(2, images()), 0.45)[0])
    assert panel.charts.over_confidence._line.value() == 0.45


def test_every_chart_has_a_question_mark_that_explains_it(panel: ChartsPanel) -> None:
    for plot in panel.charts.findChildren(StudyPlot):
        plot.findChild(QToolButton).click()
        shown = panel.findChild(DefinitionsWindow)
        assert shown.isVisible()
        assert shown.shown is not None
        assert shown.shown.name == plot._explains


def test_two_charts_stand_side_by_side_where_there_is_room(panel: ChartsPanel) -> None:
    grid = panel.charts._grid
    panel.resize(900, 700)
    assert grid.itemAtPosition(0, 1) is not None
    panel.resize(400, 700)
    assert grid.itemAtPosition(0, 1) is None
    assert grid.count() == 7


def test_cocos_numbers_stand_beside_the_charts_of_all_classes_or_one(panel: ChartsPanel) -> None:
    table = table_of(2, images())
    show(panel, table)
    card, summary = panel.charts.coco, coco_summary(match_table(table))
    shown = [value.text() for value in card._values]
    assert shown[:3] == [f"{value:.3f}" for value in (summary.overall.ap, summary.overall.ap50, summary.overall.ap75)]
    assert [name.text() for name in card._names][6:9] == ["AR, 1 a class", "AR, 10 a class", "AR, 100 a class"]
    panel.charts._category.setCurrentIndex(2)
    assert {value.text() for value in card._values} == {"–"}, "a class without an object is not measured"
    lines = card.as_text().splitlines()
    assert (len(lines), lines[1].split("\t")[1]) == (4, f"{summary.overall.ap:.6f}")
    panel.set_table(None)
    assert {value.text() for value in card._values} == {"–"}
