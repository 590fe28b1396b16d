"""The last lines of a run's log, capped, with those below a level left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.domain.runs import LogLine

Index = QModelIndex | QPersistentModelIndex

MAX_LINES = 10_000
LEVELS = ("debug", "info", "warning", "error")
LEVEL_ROLE = Qt.ItemDataRole.UserRole + 1
TEXT_ROLE = Qt.ItemDataRole.UserRole + 2
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")


def level_rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else LEVELS.index("info")


def plain_text(text: str) -> str:
    """Without terminal colours, and of a progress bar that redrew itself only what stood there last."""
    text = _ESCAPE.sub("", text).rstrip("\r\n")
    return text.rpartition("\r")[2].replace("\t", "    ")


def shown_line(line: LogLine) -> str:
    return f"{line.at.astimezone():%H:%M:%S}  {plain_text(line.text)}"


class LogModel(QAbstractListModel):
    """Rows are the kept lines of at least the chosen level, oldest first."""

    def __init__(self, parent: QObject | None = None, *, max_lines: int = MAX_LINES) -> None:
        super().__init__(parent)
        self._max_lines = max_lines
        self._lines: list[LogLine] = []
        self._shown: list[LogLine] = []
        self._minimum = 0
        self.n_dropped = 0

    @property
    def shown(self) -> Sequence[LogLine]:
        return self._shown

    def append(self, lines: Sequence[LogLine]) -> None:
        """Add at the end; the oldest go when there are too many."""
        new = list(lines)[-self._max_lines :]
        self.n_dropped += len(lines) - len(new)
        self._drop(len(self._lines) + len(new) - self._max_lines)
        self._lines += new
        shown = [line for line in new if level_rank(line.level) >= self._minimum]
        if shown:
            self.beginInsertRows(QModelIndex(), len(self._shown), len(self._shown) + len(shown) - 1)
            self._shown += shown
            self.endInsertRows()

    def clear(self) -> None:
        self.beginResetModel()
        self._lines, self._shown, self.n_dropped = [], [], 0
        self.endResetModel()

    def set_minimum_level(self, level: str) -> None:
        self.beginResetModel()
        self._minimum = level_rank(level)
        self._shown = [line for line in self._lines if level_rank(line.level) >= self._minimum]
        self.endResetModel()

    def find_rows(self, text: str) -> list[int]:
        """Rows whose text contains `text`, whatever the case."""
        wanted = text.casefold()
        return [row for row, line in enumerate(self._shown) if wanted in plain_text(line.text).casefold()]

    def as_text(self, rows: Sequence[int] | None = None) -> str:
        lines = self._shown if rows is None else [self._shown[row] for row in rows]
        return "\n".join(shown_line(line) for line in lines)

    def _drop(self, n: int) -> None:
        if n <= 0:
            return
        self.n_dropped += n
        gone = sum(1 for line in self._lines[:n] if level_rank(line.level) >= self._minimum)
        del self._lines[:n]
        if gone:
            self.beginRemoveRows(QModelIndex(), 0, gone - 1)
            del self._shown[:gone]
            self.endRemoveRows()

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_line(line)
        if role == LEVEL_ROLE:
            return line.level
        return None
