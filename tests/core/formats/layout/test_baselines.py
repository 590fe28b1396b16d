from __future__ import annotations

import pytest

from core.formats.layout.baselines import derived_baseline
from core.formats.layout.outlines import Points


def test_of_a_box_it_lies_a_quarter_above_the_bottom() -> None:
    assert derived_baseline(((10, 20), (50, 20), (50, 40), (10, 40)), 100, 80) == ((10, 35), (30, 35), (50, 35))


def test_it_follows_the_lower_border_from_left_to_right() -> None:
    rising: Points = ((90, 10), (90, 30), (10, 60), (10, 40))  # from the right to the left, all the same
    found = derived_baseline(rising, 100, 80)
    assert [x for x, _ in found] == sorted(x for x, _ in found)
    assert found[0] == (10, 55) and found[-1] == (90, 25)


@pytest.mark.parametrize(
    "outline",
    [
        ((0, 0), (1, 0), (1, 80), (0, 80)),
        ((99, 0), (100, 0), (100, 1)),
        ((5, 5), (5, 5), (6, 7)),
        ((0.2, 0.2), (0.4, 0.2), (0.3, 70.9)),
        ((99.7, 79.6), (99.9, 79.6), (99.8, 79.9)),
    ],
)
def test_it_has_two_points_inside_the_picture_however_narrow_the_outline(outline: Points) -> None:
    found = derived_baseline(outline, 100, 80)
    assert len(found) >= 2 and found[0] != found[-1] and found[0][0] <= found[-1][0]
    assert all(0 <= x <= 100 and 0 <= y <= 80 and x == int(x) and y == int(y) for x, y in found)
