"""Rows of YOLO label files: "class cx cy w h" for a box, "class x1 y1 x2 y2 x3 y3 ..." for a polygon, both may mix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.names import shown
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.text_files import decode_lines, read_limited

MAX_BYTES = 64 * 2**20
_MOST_CLASSES = 100_000
_SLACK = 0.005
"""How far over 0 to 1 rounding and a border pixel may carry a centre or a size."""


@dataclass(frozen=True, slots=True)
class LabelFile:
    """What a label file says of its image. `is_empty`: it has no row at all, so the image was seen to be empty."""

    annotations: tuple[RawAnnotation, ...]
    problems: tuple[Problem, ...]
    is_empty: bool
    highest_class: int = -1


class _BadRowError(Exception):
    """Carries the problem's kind and text; never leaves this module."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text


def class_name(index: int, names: Sequence[str] | None) -> str:
    """The class's name; without names a number has to do."""
    return names[index] if names is not None else f"class {index}"


def read_label_file(path: Path, names: Sequence[str] | None, size: tuple[int, int]) -> LabelFile:
    """Every sound row; a problem with its line for every other. Raises FormatError if the file cannot be read."""
    rows: dict[tuple[str, ...], int] = {}
    annotations: list[RawAnnotation] = []
    problems: list[Problem] = []
    highest = -1
    for line, text in enumerate(decode_lines(read_limited(path, MAX_BYTES)), start=1):
        words = tuple(text.split())
        if not words:
            continue
        if words in rows:
            note = f"The row repeats row {rows[words]} and counts once."
            problems.append(Problem("annotation-duplicate", note, str(path), line, Severity.INFO))
            continue
        rows[words] = line
        try:
            index = _class_index(words[0], names)
            checked = check_shape(_shape(words[1:], size), *size)
        except _BadRowError as bad:
            problems.append(Problem(bad.kind, f'The row "{_short(text)}" {bad.text}; it is left out.', str(path), line))
            continue
        highest = max(highest, index)
        if checked.kind:
            rest = "; it is left out." if checked.shape is None else "."
            note = f'The row "{_short(text)}" {checked.text}{rest}'
            problems.append(Problem(checked.kind, note, str(path), line))
        if checked.shape is not None:
            annotations.append(RawAnnotation(class_name(index, names), checked.shape, line=line))
    return LabelFile(tuple(annotations), tuple(problems), not rows, highest)


def looks_like_rows(head: bytes) -> bool:
    """Whether the first line of a text file is a row of labels (an empty file is not)."""
    words = head.split(b"\n", 1)[0].removeprefix(b"\xef\xbb\xbf").split()
    if len(words) < 5 or not words[0].isdigit():
        return False
    try:
        return all(math.isfinite(float(word)) for word in words[1 : len(words) - (len(head) >= 4096)])
    except ValueError:
        return False


def to_row(index: int, shape: Box | Polygon, width: int, height: int) -> list[str]:
    """The rows of an object: one for a box, one for each ring of a polygon."""
    if isinstance(shape, Box):
        centre = ((shape.x0 + shape.x1) / 2 / width, (shape.y0 + shape.y1) / 2 / height)
        return [_join(index, (*centre, shape.width / width, shape.height / height))]
    return [
        _join(index, [value / (height if place % 2 else width) for place, value in enumerate(ring)])
        for ring in shape.rings
    ]


def _join(index: int, values: Sequence[float]) -> str:
    return " ".join([str(index), *(f"{value:.10g}" for value in values)])


def _class_index(word: str, names: Sequence[str] | None) -> int:
    number = _number(word)
    if number is None or not math.isfinite(number) or number != int(number) or number < 0:
        raise _BadRowError("class-invalid", "does not begin with the number of a class")
    index = int(number)
    if index >= (_MOST_CLASSES if names is None else len(names)):
        most = "" if names is None else f", but there are {len(names)} classes (0 to {len(names) - 1})"
        raise _BadRowError("category-unknown", f"names class {index}{most}")
    return index


def _shape(words: Sequence[str], size: tuple[int, int]) -> Box | Polygon:
    values: list[float] = []
    for word in words:
        number = _number(word)
        if number is None:
            hint = " (numbers are separated by spaces, not commas)" if "," in word else ""
            raise _BadRowError("row-not-numbers", f'has "{_short(word)}" where a number belongs{hint}')
        values.append(number)
    if len(values) != 4 and (len(values) < 6 or len(values) % 2):
        raise _BadRowError(
            "row-columns", f"has {len(values)} numbers after the class; a box has 4, a polygon 6, 8, ..."
        )
    if not all(math.isfinite(value) for value in values):
        raise _BadRowError("coordinates-not-finite", "has a coordinate that is not a finite number")
    if max(values) > 2:
        raise _BadRowError(
            "row-not-normalised", "has numbers far above 1: they look like pixels, not shares of the size"
        )
    width, height = size
    if len(values) > 4:
        if not all(-_SLACK <= value <= 1 + _SLACK for value in values):
            raise _BadRowError("polygon-out-of-bounds", "has coordinates outside 0 to 1")
        return Polygon((tuple(value * (height if place % 2 else width) for place, value in enumerate(values)),))
    x, y, w, h = values
    if not all(-_SLACK <= value <= 1 + _SLACK for value in (x, y)) or max(w, h) > 1 + _SLACK:
        raise _BadRowError("box-out-of-bounds", "has a centre or a size outside 0 to 1")
    return Box((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)


def _number(word: str) -> float | None:
    """Python would also take "1_0" for a number."""
    try:
        return None if "_" in word else float(word)
    except ValueError:
        return None


def _short(text: str) -> str:
    text = shown(text.strip())
    return text if len(text) <= 60 else text[:57] + "..."
