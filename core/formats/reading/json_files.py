"""Reads JSON of unknown origin, and finds the lines of array elements when a problem has to be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.text_files import read_limited

MAX_BYTES = 2**30
_SPACE = re.compile(r"[ \t\r\n]*")


def read_json(path: Path, max_bytes: int = MAX_BYTES) -> tuple[str, Any]:
    """The text and what it says. NaN and Infinity come through as floats: whoever uses a number checks it.

    Raises FormatError with the line and column of a syntax error; for nesting without end; for numbers without end.
    """
    data = read_limited(path, max_bytes)
    name = shown(path.name)
    encoding = json.detect_encoding(data)
    try:
        # File names that are not UTF-8 must survive, as they do when the folder is listed.
        text = data.decode(encoding, "surrogateescape").removeprefix("\ufeff")
    except UnicodeDecodeError as error:  # UTF-16 and UTF-32 have no escapes for what is cut or damaged
        text = f'"{name}" begins like text in {encoding.upper()} and does not go on as such.'
        raise FormatError(text, file=path, hint="Save it as UTF-8.") from error
    if not text.strip():
        raise FormatError(f'"{name}" is empty.', file=path, hint="Export it again.")
    try:
        return text, json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        text = f'"{name}" is not valid JSON at {where}: {error.msg}.'
        raise FormatError(text, file=path, line=error.lineno, hint="Export it again.") from error
    except RecursionError:
        raise FormatError(f'"{name}" is nested too deeply to be an annotation file.', file=path) from None
    except ValueError as error:
        raise FormatError(f'"{name}" has a number that cannot be read: {error}.', file=path) from error


def element_lines(text: str, key: str, indexes: Iterable[int]) -> dict[int, int]:
    """The lines (from 1) on which the elements `indexes` of the top-level array `key` begin.

    Walks the text once more, so it is called only when there is something to report. `text` is valid JSON.
    """
    wanted = sorted(set(indexes))
    start = _value_start(text, key) if wanted else None
    if start is None or text[start] != "[":
        return {}
    lines: dict[int, int] = {}
    decoder = json.JSONDecoder()
    line, counted = 1, 0
    at = _skip(text, start + 1)
    for index in range(wanted[-1] + 1):
        if index in wanted[:1]:
            line += text.count("\n", counted, at)
            counted = at
            lines[wanted.pop(0)] = line
        _, at = decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)  # over the comma
        if not wanted:
            break
    return lines


def _value_start(text: str, key: str) -> int | None:
    """Where the value of a key of the outermost object begins; the last one counts, as for the parser."""
    decoder = json.JSONDecoder()
    at = _skip(text, _skip(text, 0) + 1)
    found = None
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if name == key:
            found = at
        _, at = decoder.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
