"""The page of a comparison: numbers with differences, the best marked, what differs, and nothing invented."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.domain import metrics
from core.domain.comparing import Compared, ComparedMeasure, ComparedPair, ComparedSet, ComparedSetting, Comparison
from core.domain.evaluation import Measure
from core.domain.ids import VersionId
from core.domain.runs import MetricBatch
from core.domain.snapshots import Split
from core.domain.workers import FieldKind, FieldSpec
from ui.comparing.compare_page import ComparePage

ITEMS = tuple(Compared(VersionId(name), f"Lines {name}", "yolo11n", VersionId(name)) for name in ("V001", "V002"))
MAP50 = Measure("map50", "mAP50", "The mean.", "boxes")
RECALL = Measure("recall", "R", "How many.", "boxes")


def batch(name: str, split: str, values: list[float]) -> MetricBatch:
    n = len(values)
    return MetricBatch(name, split, np.arange(1, n + 1), np.arange(1.0, n + 1), np.array(values))


def comparison(**values: object) -> Comparison:
    test = ComparedSet(Split.TEST, (ComparedMeasure(MAP50, (0.5, 0.531)), ComparedMeasure(RECALL, (0.7, None))))
    val = ComparedSet(Split.VAL, (ComparedMeasure(MAP50, (0.6, 0.6)),))
    told = {
        "items": ITEMS,
        "sets": (test, val),
        "settings": (ComparedSetting("epochs", ("5", "60")),),
        "curves": (
            (batch(metrics.LOSS_TOTAL, "val", [3.0, 2.0]), batch(metrics.MAP50, "val", [0.1, 0.5])),
            (batch(metrics.LOSS_TOTAL, "val", [2.5, float("nan"), 1.0]),),
        ),
        "n_equal_settings": 12,
    }
    return Comparison(**{**told, **values})  # type: ignore[arg-type]


@pytest.fixture
def page(qtbot: QtBot) -> ComparePage:
    made = ComparePage()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


def texts(page: ComparePage) -> list[str]:
    QApplication.processEvents()  # what was added to a page that is shown is shown with the next events
    return [found.text() for found in page.findChildren(QLabel) if found.isVisibleTo(page) and found.text()]


def test_numbers_stand_with_their_difference_and_the_best_is_bold(page: ComparePage) -> None:
    page.set_comparison(comparison())
    model = page._measures
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert page.shown_split is Split.TEST
    assert [model.data(model.index(0, column)) for column in range(3)] == ["Box mAP50", "0.500", "0.531 (+0.031)"]
    assert [model.data(model.index(1, column)) for column in range(3)] == ["Box R", "0.700", "–"]
    assert model.data(model.index(0, 2), Qt.ItemDataRole.FontRole).bold()
    assert model.data(model.index(0, 1), Qt.ItemDataRole.FontRole) is None
    assert "was not measured so" in model.data(model.index(1, 2), Qt.ItemDataRole.ToolTipRole)
    assert model.as_text().splitlines()[0] == "Measure\tLines V001\tLines V002"


def test_another_set_can_be_chosen_and_asks_for_its_differences(page: ComparePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.split_chosen) as told:
        page.set_comparison(comparison())
    assert told.args == [Split.TEST]
    assert not page._split_buttons[Split.TRAIN].isVisible()
    with qtbot.waitSignal(page.split_chosen) as told:
        page._split_buttons[Split.VAL].click()
    assert told.args == [Split.VAL]
    assert page._measures.data(page._measures.index(0, 2)) == "0.600 (±0.000)"


def test_differences_are_told_and_lead_to_the_images(page: ComparePage, qtbot: QtBot) -> None:
    page.set_comparison(comparison())
    sentence = "mAP50: Lines V002 is better than Lines V001 by 0.031, 95 % interval 0.012 to 0.050."
    page.set_pairs(Split.VAL, (ComparedPair(*ITEMS, Split.VAL, ("too late",)),))
    assert "too late" not in texts(page)
    page.set_pairs(Split.TEST, (ComparedPair(*ITEMS, Split.TEST, (sentence,)),))
    assert sentence in texts(page)
    button = next(found for found in page.findChildren(QPushButton) if found.text() == "See the images")
    with qtbot.waitSignal(page.images_requested) as told:
        button.click()
    assert told.args == [*ITEMS, Split.TEST]


def test_a_pair_that_cannot_be_compared_says_why_and_shows_no_images(page: ComparePage) -> None:
    page.set_comparison(comparison())
    page.set_pairs(Split.TEST, (ComparedPair(*ITEMS, Split.TEST, problem="They share no image."),))
    assert "They share no image." in texts(page)
    buttons = [found for found in page.findChildren(QPushButton) if found.text() == "See the images"]
    assert not any(button.isVisibleTo(page) for button in buttons)


def test_what_differs_is_shown_and_what_does_not_is_counted(page: ComparePage) -> None:
    page.set_comparison(comparison(warnings=("Other data.",)))
    assert "Other data." in texts(page)
    page.tabs.setCurrentIndex(2)
    assert "12 other settings are the same and not shown." in texts(page)
    assert page._settings.data(page._settings.index(0, 2)) == "60"
    page.set_comparison(comparison(), [FieldSpec("epochs", FieldKind.INTEGER, "Length")])
    assert page._settings.data(page._settings.index(0, 0)) == "Length (epochs)"
    page.set_comparison(comparison(settings=()))
    assert "All settings are the same (12 other settings)." in texts(page)
    assert "Other data." not in texts(page)


def test_curves_lie_over_each_other_and_a_missing_one_is_left_out(page: ComparePage) -> None:
    page.set_comparison(comparison())
    page.tabs.setCurrentIndex(1)
    curves = page._curves
    assert [choice.currentText() for choice in curves._choices if choice.isVisible()] == [
        "Total loss (val set)", "Accuracy (val set): mAP50",
    ]  # fmt: skip
    assert len(curves._plots[0]._lines) == 2
    assert curves._plots[0].value_text().endswith("Lines V001: 2 at the end; Lines V002: 1 at the end")
    assert [line.title for line in curves._plots[1]._lines] == ["Lines V001"]
    curves._choices[0].setCurrentIndex(1)
    assert len(curves._plots[0]._lines) == 1


def test_without_measurements_and_curves_the_page_says_so(page: ComparePage) -> None:
    page.set_comparison(comparison(sets=(), curves=((), ())))
    assert "Nothing measured" in texts(page)
    page.tabs.setCurrentIndex(1)
    assert "No curves" in texts(page)
