"""Which rows of a long list are chosen: a byte a row once any is, whatever the pattern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the window's first paint does not wait for it
    import numpy as np
    import numpy.typing as npt


class ChosenRows:
    """Of `n_rows`; every verb takes a millisecond at most in a million."""

    def __init__(self, n_rows: int = 0) -> None:
        self._n_rows = n_rows
        self._mask: npt.NDArray[np.bool_] | None = None  # None = no row is
        self._n_chosen = 0

    @classmethod
    def of_mask(cls, mask: npt.NDArray[np.bool_]) -> ChosenRows:
        """`mask` says of each row whether it is chosen; it is kept as it is handed over."""
        made = cls(len(mask))
        made._mask = mask
        made._count()
        return made

    @property
    def n_rows(self) -> int:
        return self._n_rows

    @property
    def mask(self) -> npt.NDArray[np.bool_]:
        """(n_rows,), not to be written to."""
        return self._writable() if self._mask is None else self._mask

    def copy(self) -> ChosenRows:
        made = ChosenRows(self._n_rows)
        made._mask = None if self._mask is None else self._mask.copy()
        made._n_chosen = self._n_chosen
        return made

    def choose(self, rows: range, *, is_chosen: bool = True) -> None:
        """`rows` may have a step above 0; those beyond the ends are no rows."""
        if not len(rows) or (not is_chosen and self._mask is None):
            return
        self._writable()[rows.start : rows.stop : rows.step] = is_chosen
        self._count()

    def choose_only(self, rows: range) -> None:
        self.clear()
        self.choose(rows)

    def choose_block(self, lines: range, columns: range, n_columns: int) -> None:
        """In a grid of `n_columns`, the cells of these lines and columns."""
        for column in columns:
            self.choose(range(lines.start * n_columns + column, min(lines.stop * n_columns, self._n_rows), n_columns))

    def toggle(self, row: int) -> None:
        self.choose(range(row, row + 1), is_chosen=row not in self)

    def clear(self) -> None:
        self._mask, self._n_chosen = None, 0

    def stretches(self, within: range) -> Iterator[range]:
        """The chosen rows among these, neighbours together."""
        if self._mask is None:
            return
        start: int | None = None
        for row, is_chosen in zip(within, self._mask[within.start : within.stop].tolist(), strict=False):
            if is_chosen and start is None:
                start = row
            elif not is_chosen and start is not None:
                yield range(start, row)
                start = None
        if start is not None:
            yield range(start, min(within.stop, self._n_rows))

    def first(self) -> int | None:
        return int(self._mask.argmax()) if self._mask is not None and self._n_chosen else None

    def _writable(self) -> npt.NDArray[np.bool_]:
        if self._mask is None:
            import numpy as np

            self._mask = np.zeros(self._n_rows, dtype=np.bool_)
        return self._mask

    def _count(self) -> None:
        self._n_chosen = int(self._mask.sum()) if self._mask is not None else 0
        if not self._n_chosen:
            self._mask = None

    def __len__(self) -> int:
        """How many are chosen."""
        return self._n_chosen

    def __contains__(self, row: object) -> bool:
        if self._mask is None or not isinstance(row, int) or not 0 <= row < self._n_rows:
            return False
        return bool(self._mask[row])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ChosenRows):
            return NotImplemented
        if (self._n_rows, self._n_chosen) != (other._n_rows, other._n_chosen):
            return False
        if self._mask is None or other._mask is None:
            return self._mask is other._mask
        return bool((self._mask == other._mask).all())

    __hash__ = None  # type: ignore[assignment]  # it changes
