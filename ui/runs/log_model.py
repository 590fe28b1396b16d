"""The last lines of a run's log, capped, with those below a level left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.domain.runs import LogLine

Index = QModelIndex | QPersistentModelIndex

MAX_LINES = 10_000
LEVELS = ("debug", "info", "warning", "error")
LEVEL_ROLE = Qt.ItemDataRole.UserRole + 1
FIRST_ROLE = Qt.ItemDataRole.UserRole + 2  # False for what goes on from the row above
LEAST_COLUMNS = 40
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-Z\\-_]")
_BAR = re.compile(r" ?[━╸╺─█▏▎▍▌▋▊▉▐░▒▓■□]{3,} ?")
"""A progress bar drawn with signs that many fonts lack; the numbers beside it say the same."""
_NO_LETTERS = re.compile(
    "[\U0001f000-\U0001faff\ue000-\uf8ff\ufe00-\ufe0f\u200b-\u200f\ufffc\ufffd\x00-\x08\x0b-\x1f\x7f]"
)
"""Pictures and signs that have no shape in the fonts of a log: they would be drawn as boxes."""
INDENT = " " * 10  # of what goes on from the line above: the width of its time


def level_rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("info")


def plain_text(text: str) -> str:
    """Without terminal colours, drawn bars and pictures; of a bar that redrew itself only what stood there last."""
    text = _ESCAPE.sub("", text).rstrip("\r\n")
    text = text.rpartition("\r")[2].replace("\t", "    ")
    return _NO_LETTERS.sub("", _BAR.sub(" ", text)).rstrip()


def shown_line(line: LogLine) -> str:
    return f"{line.at.astimezone():%H:%M:%S}  {plain_text(line.text)}"


def wrapped(text: str, n_columns: int) -> list[str]:
    """`text` in pieces of at most `n_columns` characters, broken at blanks where there are some; the later ones are
    indented."""
    pieces, indent = [], ""
    while len(text) > n_columns - len(indent):
        room = n_columns - len(indent)
        place = text.rfind(" ", room // 2, room + 1)
        place = place if place > 0 else room
        pieces.append(indent + text[:place])
        text, indent = text[place:].lstrip(" "), INDENT
    return [*pieces, indent + text] if text or not pieces else pieces


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line as it is shown, or a piece of it."""

    line: LogLine
    text: str
    is_first: bool = True


class LogModel(QAbstractListModel):
    """The kept lines of at least the chosen level, oldest first; a line that is too long takes several rows.

    All rows are of one height: a view of many thousand lines need not ask for each.
    """

    def __init__(self, parent: QObject | None = None, *, max_lines: int = MAX_LINES) -> None:
        super().__init__(parent)
        self._max_lines = max_lines
        self._lines: list[LogLine] = []
        self._rows: list[LogRow] = []
        self._minimum = 0
        self._columns: int | None = None
        self.n_dropped = 0

    @property
    def shown(self) -> Sequence[LogLine]:
        """The lines, each once."""
        return [row.line for row in self._rows if row.is_first]

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add at the end; the oldest go when there are too many."""
        new = list(lines)[-self._max_lines :]
        self.n_dropped += len(lines) - len(new)
        self._drop(len(self._lines) + len(new) - self._max_lines)
        self._lines += new
        rows = self._rows_of(new)
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._lines, self._rows, self.n_dropped = [], [], 0
        self.endResetModel()

    def set_minimum_level(self, level: str) -> None:
        self._minimum = level_rank(level)
        self._lay_out()

    def set_columns(self, n_columns: int | None) -> None:
        """Characters in a row; None = lines are not wrapped."""
        wanted = None if n_columns is None else max(LEAST_COLUMNS, n_columns)
        if wanted != self._columns:
            self._columns = wanted
            self._lay_out()

    def line_at(self, row: int) -> LogLine:
        return self._rows[row].line

    def row_of(self, line: LogLine) -> int | None:
        """The first row of a line, if it is shown."""
        return next((row for row, shown in enumerate(self._rows) if shown.line is line), None)

    def find_rows(self, text: str) -> list[int]:
        """First rows of the lines that contain `text`, whatever the case."""
        wanted = text.casefold()
        return [
            row
            for row, shown in enumerate(self._rows)
            if shown.is_first and wanted in plain_text(shown.line.text).casefold()
        ]

    def as_text(self, rows: Sequence[int] | None = None) -> str:
        """Whole lines, also where a piece of one is asked for."""
        chosen = self._rows if rows is None else [self._rows[row] for row in rows]
        lines = {id(row.line): row.line for row in chosen}
        return "\n".join(shown_line(line) for line in lines.values())

    def _lay_out(self) -> None:
        self.beginResetModel()
        self._rows = self._rows_of(self._lines)
        self.endResetModel()

    def _rows_of(self, lines: Sequence[LogLine]) -> list[LogRow]:
        rows: list[LogRow] = []
        for line in lines:
            if level_rank(line.level) < self._minimum:
                continue
            text = shown_line(line)
            if self._columns is None or len(text) <= self._columns:
                rows.append(LogRow(line, text))
            else:
                pieces = wrapped(text, self._columns)
                rows += [LogRow(line, piece, is_first=not index) for index, piece in enumerate(pieces)]
        return rows

    def _drop(self, n: int) -> None:
        if n <= 0:
            return
        self.n_dropped += n
        gone = {id(line) for line in self._lines[:n]}
        n_rows = next((row for row, shown in enumerate(self._rows) if id(shown.line) not in gone), len(self._rows))
        del self._lines[:n]
        if n_rows:
            self.beginRemoveRows(QModelIndex(), 0, n_rows - 1)
            del self._rows[:n_rows]
            self.endRemoveRows()

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.text
        if role == LEVEL_ROLE:
            return row.line.level
        if role == FIRST_ROLE:
            return row.is_first
        return None
