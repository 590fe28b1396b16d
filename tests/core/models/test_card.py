from __future__ import annotations

from dataclasses import replace

from core.domain.evaluation import EvaluationRow
from core.domain.snapshots import Split
from core.domain.training import SplitCount
from core.models.card import make_card, usage_snippet
from tests.core.evaluation.coco_tables import coco_row, coco_table

MODEL = {
    "name": "Stamps",
    "description": "Finds stamps.",
    "architecture": "yolo11n",
    "task": "detection",
    "worker": "yolo-detect",
    "categories": ["initial", "stamp | red"],
    "seed": 0,
    "is_partial": True,
    "configuration": {"epochs": 12, "batch": None},
    "libraries": {"torch": "2.15.0"},
    "snippet": "print('hello')\n",
}


def _row(category: str | None, map50: float | None) -> EvaluationRow:
    return coco_row(category, 4, 9, map50, map50, map50, map50)


def test_the_card_says_what_it_is_what_it_knows_and_how_good_it_is() -> None:
    table = coco_table(Split.TEST, (_row(None, 0.5), _row("stamp", None)), False, 300, ("one class is absent",))
    counts = (SplitCount(Split.TRAIN, 10, 25, (20, 5), 2), SplitCount(Split.TEST, 4, 9, (9, 0)))
    card = make_card(MODEL, (table,), counts)
    assert card.startswith("# Stamps\n\nFinds stamps.\n")
    assert "| Partial | stopped before its planned end |" in card
    assert "| Class | train objects | test objects |" in card
    assert "| stamp \\| red | 5 | 0 |" in card
    assert "## Evaluation on test" in card
    assert "| all | 4 | 9 | 0.500 | 0.500 | 0.500 | 0.500 |" in card
    assert "| stamp | 4 | 9 | – | – | – | – |" in card
    assert "* one class is absent" in card
    assert "| epochs | 12 |" in card
    assert "```python\nprint('hello')\n```" in card


def test_the_card_of_a_classifier_speaks_of_labels() -> None:
    table = replace(coco_table(Split.VAL, (_row(None, 0.5),), False, 300), headline="accuracy")
    card = make_card(MODEL, (table,), (SplitCount(Split.VAL, 4, 4, (3, 1), 1),))
    assert "| Class | val labels |" in card
    assert "| of which without any class | 1 |" in card


def test_masks_have_columns_of_their_own() -> None:
    row = coco_row(None, 1, 1, 1.0, 1.0, 1.0, 1.0, None, 0.25, 0.25, 0.25, 0.25)
    card = make_card(MODEL, (coco_table(Split.VAL, (row,), True, 300),))
    assert "mask mAP50-95" in card
    assert "0.250" in card


def test_a_bare_model_has_a_card_too() -> None:
    assert make_card({"architecture": "fake", "categories": ["a"]}) == (
        "# fake\n\n| Fact | Value |\n| --- | --- |\n| Architecture | fake |\n\n## Classes\n\n0. a\n"
    )
    assert usage_snippet({}) == ""


def test_markdown_in_names_stays_text() -> None:
    assert "\\<b\\>\\[x\\]" in make_card({"name": "<b>[x]", "categories": []})
