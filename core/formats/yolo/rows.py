"""Rows of YOLO label files: "class cx cy w h" for a box, "class x1 y1 x2 y2 x3 y3 ..." for a polygon, both may mix."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.names import shown
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.text_files import decode_lines, read_limited
from core.formats.yolo.row_forms import MAX_BYTES, MOST_SIGNS, PLAIN, TRACK, RowForm
from core.formats.yolo.tally import BOXES, Tally

MADE_BY = "predictions"
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
    details: ImageDetails | None = None


class BadRowError(Exception):
    """Carries the problem's kind and text; never leaves this package."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind = kind
        self.text = text

    def problem(self, row: str, path: Path, line: int) -> Problem:
        return Problem(self.kind, f'The row "{short(row)}" {self.text}; it is left out.', str(path), line)


def class_name(index: int, names: Sequence[str] | None) -> str:
    """The class's name; without names a number has to do."""
    return names[index] if names is not None else f"class {index}"


def read_label_file(
    path: Path,
    names: Sequence[str] | None,
    size: tuple[int, int],
    form: RowForm = PLAIN,
    tally: Tally | None = None,
) -> LabelFile:
    """Every sound row; a problem with its line for every other. Raises FormatError if the file cannot be read."""
    tally = Tally() if tally is None else tally
    rows: dict[str, int] = {}
    annotations: list[RawAnnotation] = []
    problems: list[Problem] = []
    highest = -1
    for line, text in enumerate(decode_lines(read_limited(path, MAX_BYTES)), start=1):
        words = text[:MOST_SIGNS].split()
        if not words:
            continue
        row = " ".join(words)
        if row in rows:
            note = f"The row repeats row {rows[row]} and counts once."
            problems.append(Problem("annotation-duplicate", note, str(path), line, Severity.INFO))
            continue
        rows[row] = line
        try:
            _check_length(text)
            index = _class_index(words[0], names)
            extra, values = _parted(_numbers(words), words, form)
            shape = _shape(values, size)
        except BadRowError as bad:
            problems.append(bad.problem(text, path, line))
            continue
        highest = max(highest, index)
        taken = _taken(shape, tally)
        sound: Box | Polygon | None = taken
        if not (isinstance(taken, Box) and _is_well_inside(taken, size)):
            checked = check_shape(taken, *size)
            sound = checked.shape
            if checked.kind:
                rest = "; it is left out." if sound is None else "."
                note = f'The row "{short(text)}" {checked.text}{rest}'
                problems.append(Problem(checked.kind, note, str(path), line))
        if sound is not None:
            found = RawAnnotation(class_name(index, names), sound, line=line)
            annotations.append(found if extra is None else extra.added_to(found, tally))
    return LabelFile(tuple(annotations), tuple(problems), not rows, highest)


def _check_length(text: str) -> None:
    if len(text) > MOST_SIGNS:
        raise BadRowError("row-too-long", f"has {len(text)} signs, more than the {MOST_SIGNS} that are read of a row")


def _is_well_inside(box: Box, size: tuple[int, int]) -> bool:
    """As most are, so that nothing has to be checked any more."""
    return 0 <= box.x0 < box.x1 <= size[0] and 0 <= box.y0 < box.y1 <= size[1]


def _taken(shape: Box | Polygon, tally: Tally) -> Box | Polygon:
    """As the task has it, counted."""
    if isinstance(shape, Polygon):
        if tally.task == BOXES:
            tally.n_as_boxes += 1
            return shape.bounds()
        return tally.taken(shape)
    tally.note_other()
    return shape


@dataclass(frozen=True, slots=True)
class _Extra:
    """What a row holds besides class and place."""

    keypoints: str = ""
    track: str = ""
    confidence: float | None = None

    def added_to(self, annotation: RawAnnotation, tally: Tally) -> RawAnnotation:
        tally.n_poses += bool(self.keypoints)
        tally.n_tracks += bool(self.track)
        pairs = (("yolo:keypoints", self.keypoints), ("yolo:track", self.track))
        attributes = tuple(pair for pair in pairs if pair[1])
        details = AnnotationDetails(attributes=attributes) if attributes else None
        if self.confidence is None:
            return replace(annotation, details=details)
        tally.n_predictions += 1
        return replace(annotation, details=details, made_by=MADE_BY, confidence=self.confidence)


def _parted(values: list[float], words: Sequence[str], form: RowForm) -> tuple[_Extra | None, list[float]]:
    """What the row holds besides, and the numbers of its place."""
    if form is PLAIN:
        return None, values
    n_tail = len(form.tail)
    n_pose = 4 + form.n_keypoint_values
    keypoints, track, confidence = "", "", None
    for kind, value, word in zip(form.tail, values[-n_tail:] if n_tail else (), words[-n_tail:], strict=False):
        if kind == TRACK:
            track = word
        elif 0.0 <= value <= 1.0:
            confidence = value
        else:
            raise BadRowError("confidence-invalid", f'has "{short(word)}" for a confidence, which is 0 to 1')
    places = values[: len(values) - n_tail]
    if form.n_keypoint_values and len(places) == n_pose:
        keypoints, places = " ".join(words[5 : 1 + n_pose]), places[:4]
    elif form.n_keypoint_values and len(places) != 4:
        most = f"a box has 4, with its keypoints {n_pose}"
        raise BadRowError("row-columns", f"has {len(values)} numbers after the class; {most}")
    return (_Extra(keypoints, track, confidence) if keypoints or track or n_tail else None), places


def looks_like_rows(head: bytes) -> bool:
    """Whether the first line of a text file is a row of labels (an empty file is not)."""
    words = head.split(b"\n", 1)[0].removeprefix(b"\xef\xbb\xbf").split()
    if len(words) < 5 or not words[0].isdigit():
        return False
    try:
        return all(math.isfinite(float(word)) for word in words[1 : len(words) - (len(head) >= 4096)])
    except ValueError:
        return False


def to_row(index: int, shape: Box | Polygon, width: int, height: int, confidence: float | None = None) -> list[str]:
    """The rows of an object: one for a box, one for each ring of a polygon; with its confidence where it has one."""
    tail = "" if confidence is None else f" {confidence:.10g}"
    if isinstance(shape, Box):
        centre = ((shape.x0 + shape.x1) / 2 / width, (shape.y0 + shape.y1) / 2 / height)
        return [_join(index, (*centre, shape.width / width, shape.height / height)) + tail]
    rows = []
    for ring in shape.rings:
        shares = [0.0] * len(ring)
        shares[0::2] = [x / width for x in ring[0::2]]
        shares[1::2] = [y / height for y in ring[1::2]]
        rows.append(_join(index, shares) + tail)
    return rows


def _join(index: int, values: Sequence[float]) -> str:
    return ("%d" + " %.10g" * len(values)) % (index, *values)


def _class_index(word: str, names: Sequence[str] | None) -> int:
    number = _number(word)
    if number is None or not math.isfinite(number) or number != int(number) or number < 0:
        raise BadRowError("class-invalid", "does not begin with the number of a class")
    index = int(number)
    if index >= (_MOST_CLASSES if names is None else len(names)):
        most = "" if names is None else f", but there are {len(names)} classes (0 to {len(names) - 1})"
        raise BadRowError("category-unknown", f"names class {index}{most}")
    return index


def _numbers(words: Sequence[str]) -> list[float]:
    """Those after the class."""
    try:
        values = [float(word) for word in words[1:]]
        if not any("_" in word for word in words):  # Python would also take "1_0" for a number
            return values
    except ValueError:
        pass
    bad = next(word for word in words[1:] if _number(word) is None)
    hint = " (numbers are separated by spaces, not commas)" if "," in bad else ""
    raise BadRowError("row-not-numbers", f'has "{short(bad)}" where a number belongs{hint}')


def _shape(values: Sequence[float], size: tuple[int, int]) -> Box | Polygon:
    if len(values) != 4 and (len(values) < 6 or len(values) % 2):
        raise BadRowError("row-columns", f"has {len(values)} numbers after the class; a box has 4, a polygon 6, 8, ...")
    if not math.isfinite(sum(values)) and not all(map(math.isfinite, values)):
        raise BadRowError("coordinates-not-finite", "has a coordinate that is not a finite number")
    lowest, highest = min(values), max(values)
    if highest > 2:
        raise BadRowError(
            "row-not-normalised", "has numbers far above 1: they look like pixels, not shares of the size"
        )
    width, height = size
    if len(values) > 4:
        if lowest < -_SLACK or highest > 1 + _SLACK:
            raise BadRowError("polygon-out-of-bounds", "has coordinates outside 0 to 1")
        ring = [0.0] * len(values)
        ring[0::2] = [value * width for value in values[0::2]]
        ring[1::2] = [value * height for value in values[1::2]]
        return Polygon((tuple(ring),))
    x, y, w, h = values
    if min(x, y) < -_SLACK or highest > 1 + _SLACK:
        raise BadRowError("box-out-of-bounds", "has a centre or a size outside 0 to 1")
    return Box((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)


def _number(word: str) -> float | None:
    """Python would also take "1_0" for a number."""
    try:
        return None if "_" in word else float(word)
    except ValueError:
        return None


def short(text: str) -> str:
    text = shown(text[:1000].strip())
    return text if len(text) <= 60 else text[:57] + "..."
