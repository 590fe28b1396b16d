"""Pages of many kinds: the same for the same seed, with outlines that lie on the page and round ink."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.samples.pages.drawing import CATEGORIES, LONGER, draw_varied_page
from core.samples.pages.ink import Habit, Page, Style
from core.samples.pages.photograph import age, photograph
from core.samples.pages.scripts import N_BANKS, make_bank
from core.samples.sheet import DrawnObject

SEEDS = range(40)


@pytest.fixture(scope="module")
def pages() -> list[tuple[Image.Image, tuple[DrawnObject, ...]]]:
    return [draw_varied_page(seed) for seed in SEEDS]


def test_a_seed_is_a_page() -> None:
    first, second, other = draw_varied_page(3), draw_varied_page(3), draw_varied_page(4)
    assert first[0].tobytes() == second[0].tobytes()
    assert first[1] == second[1]
    assert first[0].tobytes() != other[0].tobytes()


def test_outlines_lie_on_the_page(pages: list[tuple[Image.Image, tuple[DrawnObject, ...]]]) -> None:
    for picture, objects in pages:
        for item in objects:
            points = np.array(item.outline)
            assert item.category in CATEGORIES
            assert len(points) >= 4
            assert points.min() >= 0
            assert (points.max(axis=0) <= picture.size).all()


def test_pages_differ_in_size_and_content(pages: list[tuple[Image.Image, tuple[DrawnObject, ...]]]) -> None:
    assert len({picture.size for picture, _ in pages}) > len(pages) / 2
    assert {item.category for _, objects in pages for item in objects} == set(CATEGORIES)
    n_lines = [sum(item.category == "text_line" for item in objects) for _, objects in pages]
    assert max(n_lines) > 60
    assert min(n_lines) < 8


def test_lines_have_ink_in_them_and_little_round_them() -> None:
    """Of each flat page's text, before it is bent: what lies outside every outline is not text."""
    chance = np.random.default_rng(5)
    page = Page(480, 640, Habit(1.8, 0.74, 0.3, 0.1), chance)
    for number in range(8):
        style = Style(bank=number * 11, x_height=9, pitch=24)
        assert page.write(40, 60 + 60 * number, 380, style)
    inked = np.maximum.reduce(list(page.layers.values())) > 60
    inside = Image.new("L", (page.width, page.height))
    for category, outline in page.objects:
        assert category == "text_line"
        one = Image.new("L", inside.size)
        ImageDraw.Draw(one).polygon([tuple(point) for point in outline.tolist()], fill=255)
        assert (inked & (np.asarray(one) > 0)).sum() > 0.03 * (np.asarray(one) > 0).sum()
        inside.paste(255, mask=one)
    assert inked[np.asarray(inside) > 0].sum() > 0.97 * inked.sum()


def test_outlines_go_the_way_of_the_ink_when_a_page_is_bent() -> None:
    """A black square is where its outline says, whatever the camera did."""
    for seed in range(12):
        chance = np.random.default_rng(seed)
        page = Page(400, 600, Habit(1.8, 0.74, 0.3, 0.0), chance)
        page.print_ink(np.full((80, 120), 255, np.uint8), 150, 420, (0, 0, 0))
        page.mark_box("illustration", 150, 420, 270, 500)
        picture, (outline,) = photograph(age(page), [page.objects[0][1]], chance)
        x0, y0 = outline.min(axis=0)
        x1, y1 = outline.max(axis=0)
        grey = np.asarray(picture.convert("L"), np.float64)
        middle = grey[round(y0) + 9 : round(y1) - 8, round(x0) + 9 : round(x1) - 8]
        above = grey[round(y0) - 14 : round(y0) - 5, round(x0) + 9 : round(x1) - 8]
        assert abs(middle.mean() - above.mean()) > 40


def test_writing_of_all_banks_can_be_drawn() -> None:
    for number in range(0, N_BANKS, 5):
        bank = make_bank(number)
        for words in (bank.words, bank.capitals, bank.numbers):
            assert all(np.asarray(word).max() > 100 for word in words)


def test_the_longer_side_can_be_chosen() -> None:
    small, _ = draw_varied_page(1, longer=300)
    assert max(small.size) < 300 * 1.25
    assert LONGER[0] > 300
