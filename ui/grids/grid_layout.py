"""Where the cells of a grid lie: arithmetic alone, the same work for ten cells and for a million."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GridLayout:
    """`n_cells` cells of one size in rows from the left (or right) top; lengths are pixels of the content."""

    n_cells: int
    n_columns: int
    cell_width: int
    cell_height: int
    width: int  # of what shows the grid
    is_right_to_left: bool = False

    @property
    def height(self) -> int:
        return -(-self.n_cells // self.n_columns) * self.cell_height

    def left(self, row: int) -> int:
        """`row` counts cells, as in the model."""
        column = row % self.n_columns
        return self.width - (column + 1) * self.cell_width if self.is_right_to_left else column * self.cell_width

    def top(self, row: int) -> int:
        return row // self.n_columns * self.cell_height

    def find_row(self, x: int, y: int) -> int | None:
        """The cell at a point of the content."""
        column = (self.width - 1 - x if self.is_right_to_left else x) // self.cell_width
        row = y // self.cell_height * self.n_columns + column
        return row if 0 <= column < self.n_columns and y >= 0 and row < self.n_cells else None

    def rows_between(self, top: int, bottom: int) -> range:
        """The cells that touch the strip from `top` to `bottom`, both included."""
        first = max(top, 0) // self.cell_height * self.n_columns
        stop = (max(bottom, -1) // self.cell_height + 1) * self.n_columns
        return range(min(first, self.n_cells), min(stop, self.n_cells))

    def columns_between(self, left: int, right: int) -> range:
        """The columns that touch the strip from `left` to `right`, both included."""
        if self.is_right_to_left:
            left, right = self.width - 1 - right, self.width - 1 - left
        first = max(left, 0) // self.cell_width
        stop = max(right, -1) // self.cell_width + 1
        return range(min(first, self.n_columns), min(stop, self.n_columns))
