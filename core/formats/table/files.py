"""Reads tables row by row: which files are some, in which encoding, and what is between their cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from core.domain.counting import in_bytes
from core.domain.imports import Problem
from core.domain.names import shown
from core.errors import FormatError
from core.formats.reading.encodings import decode_names
from core.formats.reading.found_files import find_files
from core.formats.reading.text_files import head_of, is_plain_file, read_limited, read_pieces
from core.formats.table.columns import Columns, columns_of

ENDINGS = (".csv", ".tsv")
MAX_BYTES = 2**34
_MOST_LINE = 2**22  # bytes: an outline of a hundred thousand points
_MOST_NAME = 2**17
_MOST_ODD = 2**28
_MOST_OPEN = 64
_HEAD = 2**16
_SNIFFED_ROWS = 50
_SNIFFED_FILES = 50
_DELIMITERS = (",", ";", "\t")
_PIECE = 2**20
csv.field_size_limit(
    max(csv.field_size_limit(), _MOST_LINE)
)  # it is the process's; by itself 6,000 points are too many


@dataclass(frozen=True, slots=True)
class Table:
    """A file with annotations. `encoding` is that of `open`, where "utf-8" keeps what is not UTF-8 as it is."""

    file: Path
    columns: Columns
    delimiter: str
    encoding: str
    problem: Problem | None = None
    odd_encoding: str = ""  # of a file in UTF-16, or with lines that end with a carriage return alone


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is that on which it begins, from 1."""

    line: int
    cells: list[str]
    at: int = 0  # place in the file

    def cell(self, place: int | None) -> str:
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""


def is_table(file: Path) -> bool:
    """Whether a file's first rows speak of images. Never raises."""
    return file.suffix.lower() in ENDINGS and _look(file) is not None


def holds_tables(folder: Path) -> bool:
    """Whether some of the first tables of a folder speak of images."""
    files = (found for found in find_files(folder, ENDINGS) if isinstance(found, Path))
    return any(is_table(file) for file in islice(files, _SNIFFED_FILES))


def open_table(file: Path, chosen: str | None) -> Table | None:
    """None when the table does not speak of images. `chosen` is the encoding of names. Raises FormatError."""
    if not is_plain_file(file):
        raise FormatError(f'"{shown(file.name)}" is not a file with content.', file=file)
    found = _look(file)
    if found is None:
        return None
    columns, delimiter = found
    head = head_of(file, _HEAD)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Table(file, columns, delimiter, "utf-8", odd_encoding="utf-16")
    odd = "utf-8" if b"\r" in head and b"\n" not in head else ""
    bad = _first_bad(file)
    if bad is None:
        return Table(file, columns, delimiter, "utf-8", odd_encoding=odd)
    problem = decode_names(bad, file, chosen).problem
    return Table(file, columns, delimiter, "utf-8" if chosen is None or odd else chosen, problem, odd_encoding=odd)


def read_rows(table: Table) -> Iterator[Row | Problem]:
    """The rows after the header, without empty ones; a problem for each that is none, and for the end of a file that
    cannot be read on."""
    name = shown(table.file.name)
    with _open(table) as stream:
        lines = _Lines(stream, table.encoding)
        reader = _reader(lines, table)
        is_header = table.columns.has_header
        while True:
            line, at = lines.n + 1, lines.at
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                text = f'"{name}" has a row that cannot be read ({error}); it is left out.'
                yield Problem("row-invalid", text, str(table.file), line)
                continue
            except _LongLineError:
                text = f"The line has more than {in_bytes(_MOST_LINE)}; it is left out."
                yield Problem("row-invalid", text, str(table.file), lines.n)
                continue
            except (UnicodeError, OSError, ValueError) as error:
                text = f'"{name}" cannot be read from line {line} on: {_reason(error)}. The rows before it are read.'
                yield Problem("annotation-file-unreadable", text, str(table.file), line)
                return
            if not any(cell and not cell.isspace() for cell in cells):
                continue
            if is_header:
                is_header = False
                continue
            wanted = table.columns.n_cells
            if wanted is not None and len(cells) > wanted and any(cell.strip() for cell in cells[wanted:]):
                text = f"The row has {len(cells)} cells instead of {wanted}; it is left out."
                yield Problem("row-invalid", text, str(table.file), line)
                continue
            if reason := _why_no_names(cells, table, lines.n - line + 1):
                yield Problem("row-invalid", f"{reason}; it is left out.", str(table.file), line)
                continue
            yield Row(line, cells, at)


def _why_no_names(cells: Sequence[str], table: Table, n_lines: int) -> str:
    """Why the names of the image and the class of a row of so many lines are none, as a sentence without its end; ""
    when they may be."""
    roles = table.columns.roles
    for cell in (cells[at] for role in ("image", "class") if (at := roles.get(role, _MOST_LINE)) < len(cells)):
        if "\n" in cell and table.delimiter in cell.partition("\n")[2]:  # other rows
            return f"A quotation mark is not closed here: {n_lines} lines are read as one row"
        if len(cell) > _MOST_NAME:
            return f"The row has a name of {len(cell)} signs"
    return ""


class RowsAgain:
    """Rows of tables that have been read once, by their places. To be closed."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._open: dict[int, BinaryIO] = {}

    def row(self, number: int, line: int, at: int) -> Row:
        """Of the table `number`. Raises OSError."""
        table = self._tables[number]
        if number not in self._open:
            if len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            self._open[number] = _open(table)
        stream = self._open[number]
        stream.seek(at)
        try:
            return Row(line, next(_reader(_Lines(stream, table.encoding), table)), at)
        except (StopIteration, csv.Error, _LongLineError, UnicodeError) as error:
            raise OSError("it has changed while it was read") from error

    def close(self) -> None:
        for stream in self._open.values():
            stream.close()


def unguarded(cell: str) -> str:
    """Without the ' that keeps a spreadsheet from taking a cell for a formula."""
    bare = cell.lstrip("'")
    return cell[1:] if bare != cell and bare.startswith(FORMULA) else cell


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, and that `unguarded` gives back."""
    return f"'{cell}" if cell.lstrip("'").startswith(FORMULA) else cell


FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _LongLineError(Exception):
    """Never leaves this module."""


def _reason(error: Exception) -> str:
    return shown(str(error)) or type(error).__name__


def _reader(lines: _Lines, table: Table) -> Any:
    return csv.reader(lines, delimiter=table.delimiter, skipinitialspace=True)


class _Lines:
    """The lines of a file from where it stands; `at` is where the next one begins, `n` how many there were."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self.at = stream.tell()
        self.n = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        data = self._stream.readline(_MOST_LINE)
        if not data:
            raise StopIteration
        self.n += 1
        if len(data) >= _MOST_LINE and not data.endswith(b"\n"):
            while (rest := self._stream.readline(_PIECE)) and not rest.endswith(b"\n"):
                pass
            self.at = self._stream.tell()
            raise _LongLineError
        if self.at == 0:
            self.at = len(data)
            return data.removeprefix(codecs.BOM_UTF8).decode(self._encoding, "surrogateescape")
        self.at += len(data)
        return data.decode(self._encoding, "surrogateescape")


def _open(table: Table) -> BinaryIO:
    """A stream of lines that end with \\n; what is not like that in the file is made so in memory."""
    if not table.odd_encoding:
        return table.file.open("rb")
    errors = "replace" if table.odd_encoding == "utf-16" else "surrogateescape"
    text = read_limited(table.file, _MOST_ODD).decode(table.odd_encoding, errors)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return io.BytesIO(text.encode("utf-8", "surrogateescape"))


def _look(file: Path) -> tuple[Columns, str] | None:
    """The columns and the delimiter that the first rows show."""
    head = head_of(file, _HEAD)
    is_wide = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = head.decode("utf-16" if is_wide else "utf-8-sig", "surrogateescape" if not is_wide else "replace")
    if len(head) == _HEAD:
        text = text[: text.rfind("\n") + 1]  # the last line is cut
    if "\0" in text:
        return None
    found: list[tuple[int, Columns, str]] = []
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
        try:
            rows = [row for row in islice(reader, _SNIFFED_ROWS) if any(cell.strip() for cell in row)]
        except csv.Error:
            continue
        columns = columns_of(rows)
        if columns is not None:
            found.append((len(rows[0]), columns, delimiter))
    if not found:
        return None
    _, columns, delimiter = max(found, key=lambda item: item[0])
    return columns, delimiter


def _first_bad(file: Path) -> bytes | None:
    """Whole lines with the first bytes of a file that are not UTF-8; None when all are. (In other encodings a sign may
    have several bytes, which must not be torn apart.)"""
    rest = b""
    for piece in read_pieces(file, MAX_BYTES, _PIECE):
        lines, end, rest = (rest + piece).rpartition(b"\n")
        if _is_bad(lines + end):
            return lines + end
        if len(rest) >= _MOST_LINE:  # it is left out anyway
            rest = b""
    return rest if _is_bad(rest) else None


def _is_bad(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
