"""DOTA's rows: the four corners of an oriented box in pixels, the name of its class, whether it is difficult."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Polygon
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.names import one_line
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.text_files import decode_lines, read_limited
from core.formats.yolo.row_forms import MAX_BYTES, MOST_SIGNS
from core.formats.yolo.rows import BadRowError, LabelFile, short
from core.formats.yolo.tally import BOXES, Tally

_HEADER = ("imagesource:", "gsd:")
_N_COORDINATES = 8


def is_dota(head: bytes) -> bool:
    """Whether the beginning of a text file is in DOTA's own form."""
    lines = [line for line in decode_lines(head) if line.strip()]
    while lines and header_of(lines[0]):
        lines = lines[1:]
    return bool(lines) and corners_and_class(lines[0].split()) is not None


def header_of(line: str) -> tuple[str, str] | None:
    """Name and value of a line before the rows: "imagesource" or "gsd"; None when it is none."""
    name, _, value = line.strip().partition(":")
    return (name, value.strip()) if f"{name}:" in _HEADER else None


def corners_and_class(words: Sequence[str]) -> tuple[tuple[float, ...], str, str] | None:
    """The corners in pixels, the class and "difficult" ("0" where it is not stated); None for another kind of row."""
    if len(words) not in (_N_COORDINATES + 1, _N_COORDINATES + 2) or _number(words[_N_COORDINATES]) is not None:
        return None
    numbers = [_number(word) for word in words[:_N_COORDINATES]]
    corners = tuple(value for value in numbers if value is not None)
    if len(corners) != _N_COORDINATES:
        return None
    difficult = words[_N_COORDINATES + 1] if len(words) > _N_COORDINATES + 1 else "0"
    return corners, words[_N_COORDINATES], difficult


def read_dota_file(path: Path, size: tuple[int, int], tally: Tally) -> LabelFile:
    """As `read_label_file` does; the classes are noted in `tally`. Raises FormatError if the file cannot be read."""
    rows: dict[str, int] = {}
    annotations: list[RawAnnotation] = []
    problems: list[Problem] = []
    stated: list[tuple[str, str]] = []
    for line, text in enumerate(decode_lines(read_limited(path, MAX_BYTES)), start=1):
        words = text[:MOST_SIGNS].split()
        head = header_of(text) if not rows else None
        if head is not None or not words:
            stated += [(f"yolo:{head[0]}", head[1])] if head is not None else []
            continue
        row = " ".join(words)
        if row in rows:
            note = f"The row repeats row {rows[row]} and counts once."
            problems.append(Problem("annotation-duplicate", note, str(path), line, Severity.INFO))
            continue
        rows[row] = line
        found = corners_and_class(words)
        if found is None:
            bad = BadRowError("row-columns", "is not eight numbers, a class, and whether it is difficult")
            problems.append(bad.problem(text, path, line))
            continue
        corners, name, difficult = found
        shape = Polygon((corners,))
        checked = check_shape(shape.bounds() if tally.task == BOXES else tally.taken(shape), *size)
        if checked.kind:
            rest = "; it is left out." if checked.shape is None else "."
            problems.append(Problem(checked.kind, f'The row "{short(text)}" {checked.text}{rest}', str(path), line))
        if checked.shape is not None:
            name = one_line(name)
            tally.classes.setdefault(name)
            tally.n_as_boxes += tally.task == BOXES
            details = AnnotationDetails(attributes=(("difficult", difficult),)) if difficult != "0" else None
            annotations.append(RawAnnotation(name, checked.shape, line=line, details=details))
    of_image = ImageDetails(attributes=tuple(stated)) if stated else None
    return LabelFile(tuple(annotations), tuple(problems), not rows, details=of_image)


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if math.isfinite(value) and "_" not in word else None
