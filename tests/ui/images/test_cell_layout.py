from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize

from ui.images.cell_layout import CellLayout, Move

CELL = QSize(100, 120)
LAYOUT = CellLayout(22, 5, CELL)  # four whole lines and two cells
MIRRORED = CellLayout(22, 5, CELL, 510)


def test_every_point_of_a_cell_leads_back_to_it() -> None:
    for layout in (LAYOUT, MIRRORED):
        for row in range(layout.n_cells):
            rect = layout.rect(row)
            for corner in (rect.topLeft(), rect.bottomRight()):
                assert layout.row_at(corner.x(), corner.y()) == row


@pytest.mark.parametrize("place", [(-1, 5), (5, -1), (505, 5), (250, 490), (5, 600)])
def test_beside_the_cells_there_is_none(place: tuple[int, int]) -> None:
    assert LAYOUT.row_at(*place) is None


def test_lines_run_from_right_to_left_when_mirrored() -> None:
    assert MIRRORED.rect(0) == QRect(QPoint(410, 0), CELL)
    assert MIRRORED.rect(4) == QRect(QPoint(10, 0), CELL)
    assert MIRRORED.rect_of(range(3, 7)) == QRect(10, 0, 500, 240)


def test_the_rows_of_a_strip_are_those_of_the_lines_it_touches() -> None:
    assert LAYOUT.height == 5 * 120
    assert LAYOUT.rows_between(0, 120) == range(5)
    assert LAYOUT.rows_between(119, 121) == range(10)
    assert LAYOUT.rows_between(480, 900) == range(20, 22)
    assert not LAYOUT.rows_between(600, 900)
    assert not CellLayout(0, 5, CELL).rows_between(0, 900)


def test_neighbours_lie_in_one_rectangle() -> None:
    assert LAYOUT.rect_of(range(6, 8)) == QRect(100, 120, 200, 120)
    assert LAYOUT.rect_of(range(8, 12)) == QRect(0, 120, 500, 240)


@pytest.mark.parametrize(
    ("row", "move", "target"),
    [
        (7, Move.MoveLeft, 6),
        (5, Move.MoveLeft, 5),
        (9, Move.MoveRight, 9),
        (21, Move.MoveRight, 21),
        (7, Move.MoveUp, 2),
        (2, Move.MoveUp, 2),
        (7, Move.MoveDown, 12),
        (18, Move.MoveDown, 21),  # nothing is below it: the last one
        (21, Move.MoveDown, 21),
        (7, Move.MovePageDown, 17),
        (17, Move.MovePageDown, 21),
        (16, Move.MovePageDown, 21),
        (12, Move.MovePageUp, 2),
        (7, Move.MovePageUp, 2),
        (7, Move.MoveHome, 0),
        (7, Move.MoveEnd, 21),
        (9, Move.MoveNext, 10),
        (0, Move.MovePrevious, 0),
    ],
)
def test_where_the_keys_lead(row: int, move: Move, target: int) -> None:
    assert LAYOUT.moved(row, move, 2) == target


def test_left_leads_on_when_mirrored() -> None:
    assert MIRRORED.moved(7, Move.MoveLeft, 2) == 8
    assert MIRRORED.moved(5, Move.MoveRight, 2) == 5


def test_a_million_cells_fit_into_the_numbers_of_a_scroll_bar() -> None:
    layout = CellLayout(1_000_000, 1, QSize(336, 360))
    assert layout.height < 2**31
    assert layout.row_at(0, layout.rect(999_999).top()) == 999_999
