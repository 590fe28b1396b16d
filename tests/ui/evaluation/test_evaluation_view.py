"""Evaluation tables: every number with its set, a dash for what cannot be stated, masks first for segmenters."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from core.domain.analysis import Interval, MeasuredValue
from core.domain.evaluation import COUNT, SECONDS, EvaluationRow, EvaluationTable, Measure
from core.domain.evaluation_json import table_from_json, table_to_json
from core.domain.metrics import BOX_MEASURES
from core.domain.snapshots import Split
from core.domain.sureness import Sureness
from tests.core.evaluation.coco_tables import coco_row, coco_table
from ui.evaluation.evaluation_csv import evaluation_rows
from ui.evaluation.evaluation_model import FRACTION_ROLE, EvaluationModel
from ui.evaluation.evaluation_view import EvaluationView
from ui.widgets.formatting import count

BOXES = coco_table(
    Split.TEST,
    (
        coco_row(None, 31, 800, 0.8, 0.6, 0.75, 0.5, 0.4),
        coco_row("line", 31, 700, 0.9, 0.7, 0.85, 0.6, 0.41),
        coco_row("stamp", 9, 100, 0.7, 0.5, 0.65, 0.4, 0.3),
        coco_row("=initial", 0, 0, None, None, None, None),
    ),
    False,
    300,
    ('"=initial" has no object in this set.',),
)
MASKS = coco_table(
    Split.VAL,
    (coco_row(None, 5, 50, 0.8, 0.6, 0.75, 0.5, 0.4, 0.7, 0.55, 0.7, 0.45, 0.37),),
    True,
    300,
)


@pytest.fixture
def view(qtbot: QtBot) -> EvaluationView:
    widget = EvaluationView()
    qtbot.addWidget(widget)
    widget.resize(1000, 400)
    widget.show()
    return widget


def headings(model: EvaluationModel) -> list[str]:
    return [
        model.headerData(section, Qt.Orientation.Horizontal).replace("\n", " ")
        for section in range(model.columnCount())
    ]


def row(model: EvaluationModel, number: int) -> list[str]:
    return [model.index(number, column).data() for column in range(model.columnCount())]


def test_boxes_have_their_columns_and_a_dash_where_nothing_can_be_said(view: EvaluationView) -> None:
    view.set_tables((BOXES,))
    model = view._model
    assert headings(model) == ["Class", "Images", "Instances", "Box P", "Box R", "Box mAP50", "Box mAP50-95"]
    assert row(model, 0) == ["all", "31", "800", "0.800", "0.600", "0.750", "0.500"]
    assert row(model, 3) == ["=initial", "0", "0", "–", "–", "–", "–"]
    assert "left out of the mean" in model.index(3, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert '"=initial" has no object' in view._notes.text()


def test_the_threshold_stands_beside_precision(view: EvaluationView) -> None:
    view.set_tables((BOXES,))
    tip = view._model.index(1, 3).data(Qt.ItemDataRole.ToolTipRole)
    assert "At confidence 0.410" in tip
    assert "F1 is highest (0.787)" in tip
    assert "confidence" not in view._model.index(1, 5).data(Qt.ItemDataRole.ToolTipRole)


def test_masks_come_first_and_either_group_can_be_folded_away(view: EvaluationView) -> None:
    view.set_tables((MASKS,))
    assert headings(view._model)[3:5] == ["Mask P", "Mask R"]
    assert headings(view._model)[7:] == ["Box P", "Box R", "Box mAP50", "Box mAP50-95"]
    view._groups["boxes"].click()
    assert [view._table.isColumnHidden(column) for column in (2, 3, 6, 7, 10)] == [False, False, False, True, True]
    view.set_tables((BOXES,))
    assert not any(view._table.isColumnHidden(column) for column in range(7))
    assert not view._groups["masks"].isVisible()


def test_the_set_that_says_most_is_shown_first_and_others_can_be_chosen(qtbot: QtBot, view: EvaluationView) -> None:
    train = coco_table(Split.TRAIN, BOXES.rows, False, 300)
    view.set_tables((train, MASKS))
    assert view.shown_split is Split.VAL
    assert view._split_buttons[Split.TEST].text() == "Test set: not measured"
    assert not view._split_buttons[Split.TEST].isEnabled()
    view._split_buttons[Split.TRAIN].click()
    assert view.shown_split is Split.TRAIN
    view.set_tables((train, MASKS, BOXES))
    assert view.shown_split is Split.TRAIN
    assert view._split_buttons[Split.TEST].isEnabled()


def test_nothing_measured_says_why(view: EvaluationView) -> None:
    view.set_tables((), "The run ended before any set was measured.")
    assert view._empty.isVisible()
    assert not view._table.isVisible()
    assert not view._export.isEnabled()
    assert view._empty._text.text() == "The run ended before any set was measured."
    view.set_tables((BOXES,))
    assert view._table.isVisible()
    assert not view._empty.isVisible()


def test_sorting_leaves_the_row_for_all_first_and_dashes_last(qtbot: QtBot) -> None:
    model = EvaluationModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_table(BOXES)
    model.sort(6, Qt.SortOrder.AscendingOrder)
    assert [row(model, number)[0] for number in range(4)] == ["all", "stamp", "line", "=initial"]
    model.sort(6, Qt.SortOrder.DescendingOrder)
    assert [row(model, number)[0] for number in range(4)] == ["all", "line", "stamp", "=initial"]
    model.sort(0, Qt.SortOrder.DescendingOrder)
    assert [row(model, number)[0] for number in range(4)] == ["all", "stamp", "line", "=initial"]
    tester.deleteLater()


def test_copying_gives_a_table_to_paste(qtbot: QtBot, view: EvaluationView) -> None:
    view.set_tables((BOXES,))
    view._copy.click()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().splitlines()]
    assert lines[0][0] == "Class"
    assert lines[2] == ["line", "31", "700", "0.900", "0.700", "0.850", "0.600"]
    with qtbot.waitSignal(view.csv_requested):
        view._export.click()


def test_the_file_has_every_set_in_full_precision_and_no_formula() -> None:
    third = coco_table(Split.TRAIN, (coco_row(None, 1, 2, 1 / 3, None, 0.5, 0.25, 0.123456789),), False, 100)
    rows = list(csv.DictReader(io.StringIO("".join(evaluation_rows((third, BOXES))))))
    assert float(rows[0]["Box P"]) == 1 / 3
    assert (rows[0]["Box R"], rows[0]["Box threshold"]) == ("", "0.123456789")
    assert {line["Set"] for line in rows} == {"train", "test"}
    assert rows[-1]["Class"] == "'=initial"


def outsiders_table() -> EvaluationTable:
    measures = (
        Measure("calm", "Calm", "How calm it is.", "moods", digits=1),
        Measure("speed", "Speed", "", "", SECONDS, digits=2),
        Measure("n_lost", "Lost", "", "moods", COUNT),
        *BOX_MEASURES,
    )
    values = {"calm": 0.25, "speed": 0.5, "n_lost": 1200.0, "precision": None, "charm": 3.0}
    rows = (EvaluationRow(None, 1, 2, values), EvaluationRow("line", 1, 2, {"calm": 0.75}))
    table = EvaluationTable(Split.TEST, rows, measures, {}, "calm", "Measured with care.")
    return table_from_json(table_to_json(table))


def test_a_measure_of_an_outsider_has_its_column_its_group_and_its_number(view: EvaluationView) -> None:
    view.set_tables((outsiders_table(),))
    assert headings(view._model) == [
        "Class", "Images", "Instances", "Moods Calm", "Moods Lost", "Box P", "Box R", "Box mAP50", "Box mAP50-95",
        "Speed", "charm",
    ]  # fmt: skip
    shown = dict(zip(headings(view._model), row(view._model, 0), strict=True))
    numbers = [shown[name] for name in ("Moods Calm", "Moods Lost", "Speed", "charm")]
    assert numbers == ["0.2", count(1200), "0.50 s", "3.000"]
    assert row(view._model, 1)[4] == "–"
    assert view._notes.text().startswith("Measured with care.")
    assert view._groups["moods"].text() == "Moods"
    view._groups["moods"].click()
    assert [column for column in range(11) if view._table.isColumnHidden(column)] == [3, 4]


def test_what_cannot_be_stated_of_a_class_that_is_there_says_so(view: EvaluationView) -> None:
    view.set_tables((outsiders_table(),))
    tip = view._model.index(0, 5).data(Qt.ItemDataRole.ToolTipRole)
    assert 'cannot be stated for "all"' in tip
    assert "no object" not in tip


def test_only_shares_have_a_bar(view: EvaluationView) -> None:
    view.set_tables((outsiders_table(),))
    bars = [view._model.index(0, column).data(FRACTION_ROLE) for column in (1, 3, 4, 9)]
    assert bars == [None, 0.25, None, None]


def test_how_sure_a_set_is_stands_below_its_table_and_goes_with_it(qtbot: QtBot) -> None:
    view = EvaluationView()
    qtbot.addWidget(view)
    view.set_tables((BOXES, MASKS))
    value = MeasuredValue(0.75, Interval(0.7, 0.8, 0.95, 31, 1000))
    view.set_sureness((Sureness(Split.TEST, {"Box mAP50": value}, 0.4, 31),))
    assert view._sureness.text() == "95 % intervals over 31 images: Box mAP50 0.750 (0.700 to 0.800)."
    view.set_tables((BOXES, MASKS))  # the same again, as while a run is watched
    assert view._sureness.isVisibleTo(view)
    view.choose(Split.VAL)
    assert not view._sureness.isVisibleTo(view)
    view.choose(Split.TEST)
    assert view._sureness.isVisibleTo(view)
    view.set_tables((BOXES,))
    assert not view._sureness.isVisibleTo(view)


def test_why_it_cannot_be_told_how_sure_a_set_is_stands_in_its_place(qtbot: QtBot) -> None:
    view = EvaluationView()
    qtbot.addWidget(view)
    view.set_tables((BOXES,))
    view.set_sureness((), "The predictions are damaged.")
    assert view._sureness.text() == "How sure the numbers are cannot be told: The predictions are damaged."
    assert view._sureness.isVisibleTo(view)
    view.set_tables((MASKS,))
    assert not view._sureness.isVisibleTo(view)
