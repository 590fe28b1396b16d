from __future__ import annotations

import json

import pytest

from app.view_memory import LastView, read_view, to_text
from core.domain.image_order import SortKey, SortOrder

VIEW = LastView(
    "p", "statistics", "train/deep", ("1", "7"), "page", False, "hard", '{"$and": []}', "pixels", True, "12", "14", True
)


def test_a_view_comes_back_as_it_was() -> None:
    assert read_view(to_text(VIEW)) == VIEW
    assert VIEW.order == SortOrder(SortKey.PIXELS, is_descending=True)
    assert read_view(to_text(LastView("p"))) == LastView("p")


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"project": ""} | {"project": None},
        {"folder": 7},
        {"categories": "12"},
        {"categories": [1]},
        {"is_annotated": "yes"},
        {"sort": "colour"},
        {"top": None},
    ],
)
def test_what_is_no_view_is_none(change: dict[str, object]) -> None:
    assert read_view(json.dumps(json.loads(to_text(VIEW)) | change)) is None


@pytest.mark.parametrize("text", ["", "rubbish", "[]", "null", "{}"])
def test_other_texts_are_no_view(text: str) -> None:
    assert read_view(text) is None
