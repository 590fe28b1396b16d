"""Where the cells of a grid lie, by arithmetic: a million cost as much as one."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QAbstractItemView

Move = QAbstractItemView.CursorAction


@dataclass(frozen=True, slots=True)
class CellLayout:
    """Cells of one size in lines of `n_columns`; pixels from the upper left corner of the content."""

    n_cells: int
    n_columns: int
    cell: QSize
    mirrored_width: int = 0  # of the content when its lines run from right to left; 0 = from left to right

    @property
    def n_lines(self) -> int:
        return -(-self.n_cells // self.n_columns)

    @property
    def height(self) -> int:
        return self.n_lines * self.cell.height()

    def rect(self, row: int) -> QRect:
        line, column = divmod(row, self.n_columns)
        left = column * self.cell.width()
        if self.mirrored_width:
            left = self.mirrored_width - left - self.cell.width()
        return QRect(QPoint(left, line * self.cell.height()), self.cell)

    def rect_of(self, rows: range) -> QRect:
        """Around neighbouring cells; as wide as the lines when they are in more than one."""
        first, last = self.rect(rows.start), self.rect(rows.stop - 1)
        if first.top() == last.top():
            return first.united(last)
        return self._line(rows.start).united(self._line(rows.stop - 1))

    def row_at(self, x: int, y: int) -> int | None:
        if x < 0 or y < 0:
            return None
        if self.mirrored_width:
            x = self.mirrored_width - 1 - x
        column = x // self.cell.width()
        row = y // self.cell.height() * self.n_columns + column
        return row if 0 <= column < self.n_columns and row < self.n_cells else None

    def rows_between(self, top: int, bottom: int) -> range:
        """The cells in the lines that touch the strip from `top` up to and without `bottom`."""
        first = max(top, 0) // self.cell.height() * self.n_columns
        last = -(-max(bottom, 0) // self.cell.height()) * self.n_columns
        return range(min(first, self.n_cells), min(last, self.n_cells))

    def moved(self, row: int, move: Move, n_lines_a_page: int) -> int:
        """Where a key leads from `row`; at the edge it stays."""
        last = self.n_cells - 1
        line, column = divmod(row, self.n_columns)
        sideways = {Move.MoveLeft: -1, Move.MoveRight: 1}.get(move, 0) * (-1 if self.mirrored_width else 1)
        if sideways:
            return min(row + sideways, last) if 0 <= column + sideways < self.n_columns else row
        if move in (Move.MoveNext, Move.MovePrevious):
            return min(max(row + (1 if move == Move.MoveNext else -1), 0), last)
        if move in (Move.MoveHome, Move.MoveEnd):
            return 0 if move == Move.MoveHome else last
        n_lines = n_lines_a_page if move in (Move.MovePageUp, Move.MovePageDown) else 1
        is_up = move in (Move.MoveUp, Move.MovePageUp)
        target = max(line - n_lines, 0) if is_up else min(line + n_lines, self.n_lines - 1)
        return min(target * self.n_columns + column, last)

    def _line(self, row: int) -> QRect:
        rect = self.rect(row)
        left = self.mirrored_width - self.n_columns * self.cell.width() if self.mirrored_width else 0
        return QRect(left, rect.top(), self.n_columns * self.cell.width(), self.cell.height())
