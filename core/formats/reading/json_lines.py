"""Reads files of one JSON object a line, however long the file is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from core.domain.counting import in_bytes
from core.domain.imports import Problem
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.text_files import is_plain_file

MAX_LINE = 2**24
_PIECE = 2**20
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class JsonLine:
    """An object and its line, from 1."""

    line: int
    value: dict[str, Any]


def read_json_lines(path: Path) -> Iterator[JsonLine | Problem]:
    """The objects; a problem for each line that is none, or too long to be held. Lines are "\\n"-separated, empty ones
    are passed over. Raises FormatError when the file cannot be opened or read."""
    if not is_plain_file(path):
        raise FormatError(f'"{shown(path.name)}" is not a file with content.', file=path)
    try:
        with path.open("rb") as file:
            for number, data in _lines(file):
                if data is None:
                    text = f"The line has more than {in_bytes(MAX_LINE)}; it is left out."
                    yield Problem("line-invalid", text, str(path), number)
                elif data.strip():
                    yield _parsed(data, number, path)
    except OSError as error:
        raise FormatError(f'"{shown(path.name)}" cannot be read: {error.strerror or error}.', file=path) from error


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """None for a line that is too long."""
    number = 0
    while data := file.readline(MAX_LINE):
        number += 1
        if number == 1:
            data = data.removeprefix(_MARK)
        if data.endswith(b"\n") or len(data) < MAX_LINE - len(_MARK):
            yield number, data
            continue
        while (rest := file.readline(_PIECE)) and not rest.endswith(b"\n"):
            pass
        yield number, None


def _parsed(data: bytes, number: int, path: Path) -> JsonLine | Problem:
    """Names that are not UTF-8 keep their bytes, as they do when a folder is listed."""
    try:
        value = json.loads(data.decode("utf-8", "surrogateescape"))
    except json.JSONDecodeError as error:
        return _problem(f"is not valid JSON at column {error.colno}: {error.msg}", number, path)
    except RecursionError:
        return _problem("is nested too deeply", number, path)
    except ValueError as error:
        return _problem(f"has a number that cannot be read: {error}", number, path)
    if not isinstance(value, dict):
        return _problem("is no object", number, path)
    return JsonLine(number, value)


def _problem(words: str, number: int, path: Path) -> Problem:
    return Problem("line-invalid", f"The line {words}; it is left out.", str(path), number)
