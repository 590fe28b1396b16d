"""Which rows and columns of a confusion matrix are shown, in which order, and what each cell says. Without a widget."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from core.domain.outcomes import ConfusionMatrix
from ui.widgets.formatting import NOTHING, count, counted

Cell = tuple[int, int]
"""Row and column of ConfusionMatrix.counts, wherever they are shown."""

BACKGROUND, MISSED = "background", "missed"


class Share(Enum):
    """What a cell's number is."""

    COUNT = "Counts"
    OF_ROW = "% of what is there"
    OF_COLUMN = "% of what was predicted"


class Order(Enum):
    PROJECT = "Model's order"
    ERRORS = "Most errors"


@dataclass(frozen=True, slots=True)
class MatrixWords:
    """What the last row and column are called. `switch` shows and hides them."""

    background: str
    missed: str
    nothing: str  # of what was predicted without cause: "nothing there"
    thing: str
    switch: str


OBJECT_WORDS = MatrixWords(BACKGROUND, MISSED, "nothing there", "object", "Background")
CHOICE_WORDS = MatrixWords("no class", "unsure", "without a class", "region", "Unsure")
TAG_WORDS = MatrixWords("extra", "missing", "not tagged so", "tag", "Extra, missing")


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """`rows` and `columns` are indices of the matrix in the order in which they are shown."""

    matrix: ConfusionMatrix
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    share: Share = Share.COUNT
    words: MatrixWords = OBJECT_WORDS

    @property
    def background(self) -> int:
        return len(self.matrix.categories)

    def row_title(self, row: int) -> str:
        return self.words.background if row == self.background else self.matrix.categories[row]

    def column_title(self, column: int) -> str:
        return self.words.missed if column == self.background else self.matrix.categories[column]

    def count(self, cell: Cell) -> int:
        return int(self.matrix.counts[cell])

    def is_possible(self, cell: Cell) -> bool:
        """Background that was rightly not predicted is not counted by anybody."""
        return cell != (self.background, self.background)

    def is_right(self, cell: Cell) -> bool:
        return cell[0] == cell[1] != self.background

    def fraction(self, cell: Cell) -> float | None:
        """Of its row or column; for counts, of the largest number shown in its row. None where there is nothing."""
        counts = self.matrix.counts
        if not self.is_possible(cell):
            return None
        whole = counts[:, cell[1]].sum() if self.share is Share.OF_COLUMN else counts[cell[0]].sum()
        return float(counts[cell] / whole) if whole else None

    def text(self, cell: Cell) -> str:
        """ "12", "83 %"; a dash where a share cannot be stated, "" where there is nothing to say."""
        if not self.is_possible(cell):
            return ""
        if self.share is Share.COUNT:
            number = self.count(cell)
            return count(number) if number else ""
        part = self.fraction(cell)
        if part is None:
            return NOTHING
        return f"{part * 100:.0f} %" if self.count(cell) else ""

    def sentence(self, cell: Cell) -> str:
        """What a cell means, for tool tips and for those who do not see it."""
        row, _column = cell
        if not self.is_possible(cell):
            return "Background that was rightly left alone: nobody can count it."
        images = counted(int(self.matrix.n_images[cell]), "image")
        objects = counted(self.count(cell), "prediction" if row == self.background else self.words.thing)
        meaning = self.short_sentence(cell)
        return f"{meaning[:1].upper()}{meaning[1:]}: {objects} in {images}."

    def short_sentence(self, cell: Cell) -> str:
        """ "dog, predicted cat"."""
        row, column = cell
        if column == self.background:
            return f"{self.row_title(row)}, {self.words.missed}"
        if row == self.background:
            return f"{self.words.nothing}, predicted {self.column_title(column)}"
        if row == column:
            return f"{self.row_title(row)}, rightly predicted"
        return f"{self.row_title(row)}, predicted {self.column_title(column)}"


def arrange(
    matrix: ConfusionMatrix,
    *,
    share: Share = Share.COUNT,
    order: Order = Order.PROJECT,
    has_background: bool = True,
    words: MatrixWords = OBJECT_WORDS,
) -> MatrixLayout:
    """Classes that neither are there nor were predicted are left out when others are."""
    counts, background = matrix.counts, len(matrix.categories)
    is_met = (counts.sum(axis=1) + counts.sum(axis=0))[:background] > 0
    classes = [index for index in range(background) if is_met[index]] or list(range(background))
    if order is Order.ERRORS:
        wrong = counts.sum(axis=1) + counts.sum(axis=0) - 2 * np.diagonal(counts)
        classes.sort(key=lambda index: (-int(wrong[index]), index))
    shown = (*classes, background) if has_background else tuple(classes)
    if words is not CHOICE_WORDS:
        return MatrixLayout(matrix, shown, shown, share, words)
    # Each region has a class, and nearly always gets one: what is empty is not shown.
    rows = shown if counts[background].any() else tuple(classes)
    columns = shown if counts[:, background].any() else tuple(classes)
    return MatrixLayout(matrix, rows, columns, share, words)
