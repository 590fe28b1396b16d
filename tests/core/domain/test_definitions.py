"""Every number that is shown can be explained."""

from __future__ import annotations

import dataclasses

import pytest

from core.domain.analysis import TIDE_KINDS, CocoNumbers
from core.domain.definitions import DEFINITIONS, find_definition
from core.domain.metrics import BOX_MEASURES, LOSS_WORDS, MASK_MEASURES, METRIC_HELP

SHOWN = [
    *METRIC_HELP,
    *LOSS_WORDS,
    *(measure.name for measure in (*BOX_MEASURES, *MASK_MEASURES)),
    *(field.name for field in dataclasses.fields(CocoNumbers)),
    *TIDE_KINDS.values(),
    *("miss", "f1", "iou", "mean_iou", "tp", "fp", "fn", "ece", "interval", "difference", "confusion_matrix"),
    *("threshold_curves", "precision_recall", "score_histogram", "iou_histogram", "calibration", "error_cost"),
]


@pytest.mark.parametrize("name", dict.fromkeys(SHOWN))
def test_every_measure_has_a_definition_in_whole_sentences(name):
    definition = find_definition(name)

    assert definition is not None and definition.name == name
    assert definition.title and definition.text[0].isupper() and definition.text.endswith(".")


def test_what_a_plug_in_measures_has_none():
    assert find_definition("somebody_elses") is None


def test_masks_are_explained_as_masks():
    assert "pixels" in DEFINITIONS["mask_map50"].text
    assert DEFINITIONS["mask_recall"].title == "Recall of masks"


def test_precision_and_recall_are_not_the_same_thing():
    assert DEFINITIONS["precision"].formula == "Precision = TP / (TP + FP)"
    assert DEFINITIONS["recall"].formula == "Recall = TP / (TP + FN)"
