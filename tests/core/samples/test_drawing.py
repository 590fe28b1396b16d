from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from core.domain.geometry import Polygon
from core.samples.drawing import CATEGORIES, draw_page
from core.samples.letters import BLACK_LETTER, BOOK_HAND, CURSIVE, ROMAN, word_mask, word_width
from core.samples.paper import KINDS, draw_paper
from core.samples.sheet import DrawnObject


def bounds_of(item: DrawnObject) -> tuple[float, float, float, float]:
    box = Polygon((tuple(value for point in item.outline for value in point),)).bounds()
    return box.x0, box.y0, box.x1, box.y1


def test_same_seed_same_page_and_another_seed_another() -> None:
    first, objects = draw_page(5)
    again, objects_again = draw_page(5)
    assert first.tobytes() == again.tobytes()
    assert objects == objects_again
    other, _ = draw_page(6)
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize("seed", range(0, 35, 5))
def test_page_is_worth_training_on(seed: int) -> None:
    page, objects = draw_page(seed)
    assert page.size == (640, 900)
    assert page.mode == "RGB"
    counts = Counter(item.category for item in objects)
    assert set(counts) <= set(CATEGORIES)
    assert 2 <= counts["text_line"] <= 16
    for item in objects:
        x0, y0, x1, y1 = bounds_of(item)
        assert 0 <= x0 < x1 <= 640
        assert 0 <= y0 < y1 <= 900
        assert min(x1 - x0, y1 - y0) >= (14 if item.category == "text_line" else 40), item


def test_outlines_lie_where_the_ink_is() -> None:
    """Inside an outline there is dark ink, in the margin beside the text there is hardly any."""
    page, objects = draw_page(10)
    grey = np.asarray(page.convert("L")).astype(int)
    for item in objects:
        x0, y0, x1, y1 = (int(value) for value in bounds_of(item))
        inside = grey[y0:y1, x0:x1]
        assert inside.min() < 0.55 * np.median(grey), item.category
    lines = [bounds_of(item) for item in objects if item.category == "text_line"]
    left = int(min(x0 for x0, _, _, _ in lines))
    beside = grey[60:800, left - 14 : left - 6]
    assert beside.min() > 0.6 * np.median(grey)


def test_every_hand_writes_every_letter() -> None:
    for hand in (ROMAN, BOOK_HAND, BLACK_LETTER, CURSIVE):
        for letter in "abcdefghilmnopqrſstuvxyABCDEFGHILMNOPQRSTUVX.,":
            assert word_mask(letter, hand, 20).getbbox() is not None, (hand, letter)
        assert word_width("minimum", hand, 20) < word_mask("minimum", hand, 20).width


def test_paper_is_light_and_not_flat() -> None:
    for kind in KINDS:
        sheet = draw_paper(kind, 160, 200, np.random.default_rng(0))
        assert sheet.shape == (200, 160, 3)
        assert sheet.min() >= 0 and sheet.max() <= 1
        assert sheet.mean() > 0.6
        assert sheet.std() > 0.01
