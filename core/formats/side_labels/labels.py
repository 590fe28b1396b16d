"""What a text file beside a picture says: a label in each line, or something else altogether."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.imports import Problem
from core.domain.names import is_image_name, one_line, shown
from core.formats.reading.encodings import decode_names
from core.formats.reading.text_files import read_limited

MAX_BYTES = 2**20
_MOST_SIGNS = 64
_MOST_WORDS = 6
_MOST_LABELS = 100
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_LEAST_NUMBERS = 4  # of a row with a place


@dataclass(frozen=True, slots=True)
class Labels:
    """`names` with their lines, each once."""

    names: tuple[tuple[str, int], ...]
    problems: tuple[Problem, ...] = ()


def read_labels(file: Path, encoding: str | None) -> Labels:
    """What is no label, or one twice, is told (W-421). Raises FormatError when the file cannot be read."""
    text = decode_names(read_limited(file, MAX_BYTES), file, encoding)
    problems = [text.problem] if text.problem is not None else []
    names: dict[str, int] = {}
    for line, raw in _lines(text.text):
        name = text.name_of(raw)
        if not is_label(raw):
            told = f'"{shown(name[:60])}" is no label; the line is left out'
            problems.append(_problem("label-unknown", told, file, line))
        elif name in names:
            told = f'"{shown(name)}" stands in line {names[name]} already; the line is left out'
            problems.append(_problem("label-duplicate", told, file, line))
        else:
            names[name] = line
    return Labels(tuple(names.items()), tuple(problems))


def is_label(text: str) -> bool:
    """A few words, no name of a picture as lists have them, and no row of numbers as YOLO, DOTA and KITTI have them."""
    words = text.split()
    if not words or len(text) > _MOST_SIGNS or len(words) > _MOST_WORDS or is_image_name(text.rpartition("/")[2]):
        return False
    return sum(_NUMBER.fullmatch(word.strip(",;")) is not None for word in re.split(r"[\s,;]+", text)) < _LEAST_NUMBERS


def looks_like_labels(text: str) -> bool:
    """Whether every line is a label, and there are few; yes for an empty text."""
    rows = list(_lines(text))
    return len(rows) <= _MOST_LABELS and all(is_label(row) for _, row in rows)


def labels_of(text: str) -> list[str]:
    return [one_line(row) for _, row in _lines(text)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if line.strip():
            yield number, line.strip()


def _problem(kind: str, text: str, file: Path, line: int) -> Problem:
    return Problem(kind, f"{text} (W-421).", str(file), line)
