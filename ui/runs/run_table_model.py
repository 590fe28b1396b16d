"""The list of runs as Qt wants it: rows by id, exact changes, a duration that lives while its run does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor, QIcon

from core.domain.ids import RunId
from core.domain.run import Run
from core.domain.runs import RunFilter, RunRecord
from ui.icons import icon
from ui.runs.run_matching import matches
from ui.runs.run_result import done_fraction, done_text, result_help, result_order, result_text, score_of
from ui.theme import current_theme
from ui.widgets.badge import STATUS_HELP, run_tone
from ui.widgets.badge_delegate import TONE_ROLE
from ui.widgets.formatting import NOTHING, duration, moment

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
RUN_ROLE = Qt.ItemDataRole.UserRole + 2
PROGRESS_ROLE = Qt.ItemDataRole.UserRole + 3


class RunColumn(IntEnum):
    NAME = 0
    PROJECT = 1
    MODEL = 2
    STATUS = 3
    PROGRESS = 4
    RESULT = 5
    CREATED = 6
    DURATION = 7
    DEVICE = 8


TITLES = {
    RunColumn.NAME: "Name",
    RunColumn.PROJECT: "Project",
    RunColumn.MODEL: "Model",
    RunColumn.STATUS: "Status",
    RunColumn.PROGRESS: "Progress",
    RunColumn.RESULT: "Result",
    RunColumn.CREATED: "Created",
    RunColumn.DURATION: "Duration",
    RunColumn.DEVICE: "Device",
}


def running_s(record: RunRecord, now: datetime) -> float | None:
    """Seconds it has been running so far or in all, without the time it waited; None before it started."""
    if record.started_at is None:
        return None
    return max(0.0, ((record.ended_at or now) - record.started_at).total_seconds())


def device_name(device: str) -> str:
    """ "cuda:0" as "GPU 0"."""
    if device.startswith("cuda"):
        return f"GPU {device.partition(':')[2] or 0}"
    return device.upper()


def model_text(record: RunRecord) -> str:
    return " · ".join(part for part in (record.model_name, record.version_label) if part) or NOTHING


def _cause_icon(run: Run) -> QIcon | None:
    """Beside the reason of a run that ended badly, or that its device keeps waiting."""
    tone = run_tone(run.record)
    if not run.record.reason or score_of(run) is not None or run.status.is_live:
        return None
    return (
        icon("circle-alert" if tone == "error" else "triangle-alert", role=tone)
        if tone in ("error", "warning")
        else None
    )


class RunTableModel(QAbstractTableModel):
    """`now` is asked for the live durations."""

    def __init__(self, now: Callable[[], datetime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._runs: list[Run] = []
        self._rows: dict[RunId, int] = {}

    @property
    def runs(self) -> tuple[Run, ...]:
        return tuple(self._runs)

    def set_runs(self, runs: Sequence[Run]) -> None:
        """All runs anew."""
        self.beginResetModel()
        self._runs = list(runs)
        self._number_rows()
        self.endResetModel()

    def update_run(self, run: Run) -> bool:
        """One run changed or is new; True when it is new. Only its row is announced, and only what it shows counts."""
        row = self._rows.get(run.id)
        if row is None:
            self.beginInsertRows(QModelIndex(), 0, 0)
            self._runs.insert(0, run)
            self._number_rows()
            self.endInsertRows()
            return True
        before, self._runs[row] = self._runs[row], run
        if (before.record, before.kind, before.tables) != (run.record, run.kind, run.tables):
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(RunColumn) - 1))
        return False

    def remove(self, id: RunId) -> None:
        row = self._rows.get(id)
        if row is not None:
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._runs[row]
            self._number_rows()
            self.endRemoveRows()

    def find(self, id: RunId) -> Run | None:
        row = self._rows.get(id)
        return None if row is None else self._runs[row]

    def row_of(self, id: RunId) -> int | None:
        return self._rows.get(id)

    def has_live(self) -> bool:
        return any(run.status.is_live for run in self._runs)

    def tick(self) -> None:
        """Let the durations of live runs go on."""
        for row, run in enumerate(self._runs):
            if run.status.is_live:
                cell = self.index(row, RunColumn.DURATION)
                self.dataChanged.emit(cell, cell, [Qt.ItemDataRole.DisplayRole])

    def _number_rows(self) -> None:
        self._rows = {run.id: row for row, run in enumerate(self._runs)}

    def _text(self, run: Run, column: RunColumn) -> str:
        record = run.record
        texts: dict[RunColumn, str] = {
            RunColumn.NAME: record.name,
            RunColumn.PROJECT: record.project_name,
            RunColumn.MODEL: model_text(record),
            RunColumn.STATUS: str(record.status),
            RunColumn.PROGRESS: done_text(run),
            RunColumn.RESULT: result_text(run),
            RunColumn.CREATED: moment(record.created_at),
            RunColumn.DURATION: duration(running_s(record, self._now())),
            RunColumn.DEVICE: device_name(record.device),
        }
        return texts[column]

    def _sort_value(self, run: Run, column: RunColumn) -> Any:
        record = run.record
        if column is RunColumn.PROGRESS:
            return done_fraction(run)
        if column is RunColumn.RESULT:
            return result_order(run)
        if column is RunColumn.CREATED:
            return record.created_at.timestamp()
        if column is RunColumn.DURATION:
            return running_s(record, self._now()) or -1.0
        return self._text(run, column).casefold()

    def _tool_tip(self, run: Run, column: RunColumn) -> str:
        record = run.record
        if column is RunColumn.STATUS:
            return f"{STATUS_HELP[record.status]}\n{record.reason}".strip()
        if column is RunColumn.PROGRESS and record.stage is not None:
            return f"{run.stage_title}: {self._text(run, column)}"
        if column is RunColumn.RESULT:
            return result_help(run)
        if column is RunColumn.DURATION and record.started_at is not None:
            waited = (record.started_at - record.created_at).total_seconds()
            return f"Running time. It waited {duration(max(0.0, waited))} before it started."
        if column is RunColumn.NAME:
            return "\n".join(part for part in (record.name, record.description, record.id) if part)
        return self._text(run, column)

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(RunColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        run, column = self._runs[index.row()], RunColumn(index.column())
        record = run.record
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(run, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(run, column)
        if role == SORT_ROLE:
            return self._sort_value(run, column)
        if role == RUN_ROLE:
            return run
        if role == TONE_ROLE and column is RunColumn.STATUS:
            return run_tone(record)
        if role == PROGRESS_ROLE and column is RunColumn.PROGRESS:
            return done_fraction(run), run_tone(record)
        if role == Qt.ItemDataRole.ForegroundRole and column is RunColumn.RESULT and score_of(run) is None:
            return QColor(current_theme().text_muted)
        if role == Qt.ItemDataRole.DecorationRole and column is RunColumn.RESULT:
            return _cause_icon(run)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[RunColumn(section)]
        return None


class RunFilterModel(QSortFilterProxyModel):
    """The runs that a filter lets through, sorted as the person chose."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._filter = RunFilter()
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)

    @property
    def filter(self) -> RunFilter:
        return self._filter

    def set_filter(self, filter: RunFilter) -> None:
        self._filter = filter
        self.invalidate()

    # Qt overrides

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        run = self.sourceModel().index(source_row, 0).data(RUN_ROLE)
        return matches(run.record, self._filter)
