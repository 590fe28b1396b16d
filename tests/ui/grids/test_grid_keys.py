from __future__ import annotations

import pytest

from ui.grids.grid_keys import Action, row_after
from ui.grids.grid_layout import GridLayout


@pytest.mark.parametrize(
    ("row", "action", "expected"),
    [
        (4, Action.MovePageUp, 1),  # the column stays
        (10, Action.MovePageUp, 4),
        (1, Action.MovePageDown, 7),
        (9, Action.MovePageDown, 9),
        (5, Action.MovePageDown, 8),  # the last row is not full
        (2, Action.MoveUp, 2),
        (10, Action.MoveNext, 10),
        (0, Action.MoveLeft, 0),
    ],
)
def test_keys_stop_at_the_ends_and_keep_their_column(row: int, action: Action, expected: int) -> None:
    layout = GridLayout(n_cells=11, n_columns=3, cell_width=100, cell_height=100, width=300)
    assert row_after(layout, row, action, 300) == expected
