"""Every number is explained in words, one click away."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from core.domain.definitions import DEFINITIONS
from core.domain.snapshots import Split
from tests.core.evaluation.coco_tables import coco_row, coco_table
from ui.evaluation.definitions_window import DefinitionsWindow, explain
from ui.evaluation.evaluation_view import EvaluationView


@pytest.fixture
def view(qtbot: QtBot) -> EvaluationView:
    made = EvaluationView()
    qtbot.addWidget(made)
    made.set_tables((coco_table(Split.TEST, (coco_row(None, 3, 8, 0.8, 0.6, 0.7, 0.5, 0.4),), False, 300),))
    made.show()
    return made


def test_a_double_click_on_a_number_explains_it(view: EvaluationView) -> None:
    for column, shown in enumerate(view._model.columns, start=1):
        view._table.activated.emit(view._model.index(0, column))
        window = view.findChild(DefinitionsWindow)
        assert window.isVisible()
        if shown.measure.name in DEFINITIONS:
            assert window.shown == DEFINITIONS[shown.measure.name]
    assert {"map50", "map50_95", "precision", "recall"} <= set(DEFINITIONS)


def test_there_is_one_window_and_it_can_be_searched(view: EvaluationView) -> None:
    view._help.click()
    window = view.findChild(DefinitionsWindow)
    assert explain(view, "iou") is window
    assert window.shown == DEFINITIONS["iou"]
    window._filter("dice")
    assert all(
        "dice" in f"{d.title} {d.text}".casefold() for d in DEFINITIONS.values() if d.title in window.shown_titles()
    )
    assert 0 < len(window.shown_titles()) < len(DEFINITIONS)
    window.explain("a measure of a plug-in")
    assert window.shown == DEFINITIONS["iou"]
    assert len(window.shown_titles()) == len(DEFINITIONS)
