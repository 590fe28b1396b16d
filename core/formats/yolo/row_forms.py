"""What rows of label files hold besides class and place: keypoints, a confidence, the number of a track.

A row does not say so itself ("0 0.5 0.5 0.1 0.1 0.9" may as well have a number too many), but all rows of a folder do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import FormatError
from core.formats.reading.text_files import decode_lines, read_limited

MAX_BYTES = 64 * 2**20
MOST_SIGNS = 2**22
"""Of a row that is taken apart: its numbers take thirty times the room of their text."""
CONFIDENCE, TRACK = "confidence", "track"
_VISIBILITIES = (0.0, 1.0, 2.0)
_MOST_KEYPOINTS = 10_000


@dataclass(frozen=True, slots=True)
class RowForm:
    """`n_keypoint_values` follow a box; `tail` is what the last columns are, each "confidence" or "track"."""

    n_keypoint_values: int = 0
    tail: tuple[str, ...] = ()


PLAIN = RowForm()


def keypoint_values(content: Any) -> int:
    """How many values the keypoints of a row have by data.yaml's `kpt_shape`; 0 = it has none."""
    told = content.get("kpt_shape") if isinstance(content, dict) else None
    if not isinstance(told, list) or len(told) != 2 or not all(isinstance(one, str) for one in told):
        return 0
    try:
        n, dims = int(told[0]), int(told[1])
    except ValueError:
        return 0
    return n * dims if 0 < n <= _MOST_KEYPOINTS and dims in (2, 3) else 0


def form_of(files: Iterable[Path], n_keypoint_values: int) -> RowForm:
    """That which all rows of some files have. Files are read until a row says that there is nothing besides.

    In most data sets that is the first row; only where all have more, all are read.
    """
    seen = _Seen(n_keypoint_values)
    for file in files:
        for words in _rows(file):
            if not seen.add(words):
                return RowForm(n_keypoint_values) if n_keypoint_values else PLAIN
    return seen.form()


def _rows(file: Path) -> Iterable[list[str]]:
    try:
        lines = decode_lines(read_limited(file, MAX_BYTES)) if file.stat().st_size else ()
    except (FormatError, OSError, ValueError):
        return
    for line in lines:
        if words := line[:MOST_SIGNS].split():
            yield words


class _Seen:
    """What all rows so far may have."""

    def __init__(self, n_keypoint_values: int) -> None:
        self._stated = n_keypoint_values
        self._n_rows = 0
        self._n_values = 0  # of the first row
        self._may_be_pose = n_keypoint_values == 0
        self._tails = {(CONFIDENCE,), (TRACK,), (CONFIDENCE, TRACK)}
        self._has_tracks = False

    def add(self, words: list[str]) -> bool:
        """Whether anything is still possible."""
        try:
            values = [float(word) for word in words[1:]]
        except ValueError:
            return False
        self._n_rows += 1
        self._n_values = self._n_values or len(values)
        self._may_be_pose = self._may_be_pose and self._is_pose(values)
        self._tails = {tail for tail in self._tails if self._has(tail, values)}
        self._has_tracks |= bool(values) and values[-1] > 1
        return self._may_be_pose or bool(self._tails)

    def form(self) -> RowForm:
        if not self._n_rows:
            return PLAIN
        if self._may_be_pose:
            return RowForm(self._n_values - 4)
        for tail in ((CONFIDENCE,), (TRACK,), (CONFIDENCE, TRACK)):
            if tail in self._tails and (TRACK not in tail or self._has_tracks):
                return RowForm(self._stated, tail)
        return RowForm(self._stated)

    def _is_pose(self, values: list[float]) -> bool:
        """A box, then x, y and visibility of each keypoint; that of the same number of keypoints in each row."""
        n = len(values)
        return n == self._n_values and n >= 7 and n % 3 == 1 and all(one in _VISIBILITIES for one in values[6::3])

    def _has(self, tail: tuple[str, ...], values: list[float]) -> bool:
        n = len(values) - len(tail)
        n_usual = {4 + self._stated} if self._stated else ({4} if n < 6 else {n - n % 2})
        if n not in n_usual:
            return False
        return all(_fits(kind, value) for kind, value in zip(tail, values[-len(tail) :], strict=True))


def _fits(kind: str, value: float) -> bool:
    return 0.0 <= value <= 1.0 if kind == CONFIDENCE else 0 <= value < 2**53 and value == int(value)
