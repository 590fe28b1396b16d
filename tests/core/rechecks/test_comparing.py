from __future__ import annotations

from typing import Any

import pytest

from core.rechecks.comparing import compare


def found(image: str, score: float = 0.5, *, x: float = 1.0, category: int = 1) -> dict[str, Any]:
    return {"file_name": image, "category_id": category, "bbox": [x, 2.0, 3.0, 4.0], "score": score}


BEFORE = [found("a", 0.9), found("a", 0.5), found("b", 0.7)]


def test_the_same() -> None:
    comparison = compare(BEFORE, [dict(item) for item in BEFORE], ["a", "b", "c"])
    assert comparison.is_same
    assert (comparison.n_objects, comparison.largest_difference, comparison.first_image) == (3, 0.0, "")


def test_a_difference_that_does_not_count_is_stated() -> None:
    comparison = compare(BEFORE, [*BEFORE[:2], found("b", 0.7 + 5e-7)], ["a", "b"])
    assert comparison.is_same
    assert comparison.largest_difference == pytest.approx(5e-7)


@pytest.mark.parametrize(
    ("now", "n_different", "largest", "first"),
    [
        ([*BEFORE[:2], found("b", 0.8)], 1, 0.1, "b"),
        ([*BEFORE[:2], found("b", 0.7, x=3.0)], 1, 2.0, "b"),
        ([*BEFORE[:2], found("b", 0.7, category=2)], 1, 0.0, "b"),
        (BEFORE[1:], 2, 0.4, "a"),
        ([*BEFORE, found("c")], 1, 0.0, "c"),
        ([], 3, 0.0, "a"),
    ],
)
def test_what_differs_is_counted_and_the_first_image_named(
    now: list[dict[str, Any]], n_different: int, largest: float, first: str
) -> None:
    comparison = compare(BEFORE, now, ["a", "b", "c"])
    assert (comparison.n_different, comparison.first_image) == (n_different, first)
    assert comparison.largest_difference == pytest.approx(largest)


def test_the_first_image_is_the_first_of_the_set_not_of_the_file() -> None:
    assert compare(BEFORE, [], ["b", "a"]).first_image == "b"
