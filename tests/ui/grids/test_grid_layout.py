from __future__ import annotations

import pytest

from ui.grids.grid_layout import GridLayout

FIVE = GridLayout(n_cells=13, n_columns=5, cell_width=100, cell_height=120, width=503)


def test_rows_fill_from_the_left_top() -> None:
    assert (FIVE.left(0), FIVE.top(0)) == (0, 0)
    assert (FIVE.left(7), FIVE.top(7)) == (200, 120)
    assert FIVE.height == 3 * 120


def test_from_right_to_left_the_first_cell_stands_at_the_right() -> None:
    mirrored = GridLayout(13, 5, 100, 120, 503, is_right_to_left=True)
    assert (mirrored.left(0), mirrored.left(1)) == (403, 303)
    assert mirrored.find_row(410, 5) == 0
    assert mirrored.find_row(1, 5) is None


@pytest.mark.parametrize("row", range(13))
def test_a_point_of_a_cell_leads_back_to_it(row: int) -> None:
    assert FIVE.find_row(FIVE.left(row) + 99, FIVE.top(row) + 119) == row


def test_beside_and_below_the_cells_is_nothing() -> None:
    assert FIVE.find_row(501, 10) is None
    assert FIVE.find_row(350, 250) is None
    assert FIVE.find_row(10, -1) is None
    assert FIVE.find_row(10, 500) is None


def test_a_strip_touches_whole_lines_of_cells() -> None:
    assert FIVE.rows_between(0, 119) == range(5)
    assert FIVE.rows_between(119, 120) == range(10)
    assert FIVE.rows_between(250, 900) == range(10, 13)
    assert FIVE.rows_between(-50, -1) == range(0)


def test_a_million_cells_are_no_more_work() -> None:
    many = GridLayout(1_000_000, 5, 100, 120, 503)
    assert many.height == 24_000_000
    assert many.rows_between(12_000_000, 12_000_001) == range(500_000, 500_005)
