"""Where the keys lead in the grid of thumbnails."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView

from ui.grids.grid_layout import GridLayout

Action = QAbstractItemView.CursorAction


def row_after(layout: GridLayout, row: int, action: Action, height: int) -> int:
    """Where a key leads from `row`, on a screen of so many pixels; at the ends it stays."""
    n_columns, last = layout.n_columns, layout.n_cells - 1
    a_page = max(height // layout.cell_height - 1, 1) * n_columns
    forward = -1 if layout.is_right_to_left else 1
    steps = {
        Action.MoveLeft: -forward,
        Action.MoveRight: forward,
        Action.MovePrevious: -1,
        Action.MoveNext: 1,
        Action.MoveUp: -n_columns,
        Action.MoveDown: n_columns,
    }
    if action in (Action.MoveHome, Action.MoveEnd):
        return 0 if action == Action.MoveHome else last
    if action == Action.MovePageUp:
        return max(row - a_page, row % n_columns)
    if action == Action.MovePageDown:
        return min(row + a_page, row + (last - row) // n_columns * n_columns)
    target = row + steps[action]
    return target if 0 <= target <= last else row
