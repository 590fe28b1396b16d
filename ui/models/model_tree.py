"""Models and their versions as a tree."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QSortFilterProxyModel, Qt
from PySide6.QtGui import QFont

from core.domain.ids import VersionId
from core.domain.models import Model, ModelVersion, VersionStatus
from ui.icons import icon
from ui.models.library_actions import bests_of
from ui.models.version_words import headline_number, headline_text, is_comparable, measured_on
from ui.widgets.badge import VERSION_TONES
from ui.widgets.badge_delegate import TONE_ROLE
from ui.widgets.formatting import NOTHING, duration, measure, moment
from ui.widgets.two_level_model import Index, TwoLevelModel

VERSION_ROLE = Qt.ItemDataRole.UserRole + 1
SORT_ROLE = Qt.ItemDataRole.UserRole + 2
SEARCH_ROLE = Qt.ItemDataRole.UserRole + 3
NOTE_ROLE = Qt.ItemDataRole.UserRole + 4  # what stands muted behind a name
ENTRY_ROLE = Qt.ItemDataRole.UserRole + 5  # the Model or ModelVersion of a row


class VersionColumn(IntEnum):
    NAME = 0
    STATUS = 1
    MAP50 = 2
    METRIC = 3
    MEASURED_ON = 4
    CREATED = 5
    DURATION = 6
    PARENT = 7
    DATASET = 8
    RUN = 9


HEADINGS = ("Model and versions", "Status", "mAP50", "Headline", "Measured on", "Created", "Duration", "Started from",
            "Dataset", "Run")  # fmt: skip


class ModelTreeModel(TwoLevelModel):
    """Models by name, in each the versions newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(HEADINGS, parent)
        self._models: list[Model] = []
        self._versions: list[list[ModelVersion]] = []
        self._best: dict[VersionId, int] = {}  # with the number of versions that it is the best of

    def set_models(self, models: Sequence[Model], versions: Sequence[ModelVersion]) -> None:
        self.beginResetModel()
        self._models = sorted(models, key=lambda model: (model.name.casefold(), model.project_name.casefold()))
        by_model: dict[str, list[ModelVersion]] = {model.id: [] for model in self._models}
        for version in sorted(versions, key=lambda item: -item.number):
            by_model.setdefault(version.model, []).append(version)
        self._versions = [by_model[model.id] for model in self._models]
        self._best = {id: n_alike for items in self._versions for id, n_alike in bests_of(items).items()}
        self._set_sizes([len(items) for items in self._versions])
        self.endResetModel()

    @property
    def n_models(self) -> int:
        return len(self._models)

    def index_of(self, id: VersionId) -> QModelIndex:
        for group, items in enumerate(self._versions):
            for row, version in enumerate(items):
                if version.id == id:
                    return self.index(row, 0, self.index(group, 0))
        return QModelIndex()

    def group_data(self, group: int, column: int, role: int) -> Any:
        model = self._models[group]
        if role == SEARCH_ROLE:
            return f"{model.name} {model.project_name} {model.description} {model.id}"
        if role == SORT_ROLE:
            return model.name.casefold()
        if role == ENTRY_ROLE:
            return model
        if column != VersionColumn.NAME:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return model.name
        if role == NOTE_ROLE:
            n = len(self._versions[group])
            where = model.project_name or "no project"
            return f"{model.task} · {n} version{'' if n == 1 else 's'} · {where}"
        if role == Qt.ItemDataRole.DecorationRole:
            return icon("boxes")
        if role == Qt.ItemDataRole.FontRole:
            font = QFont()
            font.setBold(True)
            return font
        return model.description or None if role == Qt.ItemDataRole.ToolTipRole else None

    def row_data(self, group: int, row: int, column: int, role: int) -> Any:
        version = self._versions[group][row]
        if role in (VERSION_ROLE, ENTRY_ROLE):
            return version
        if role == SEARCH_ROLE:
            return (
                f"{version.label} {version.description} {version.architecture} {version.worker} "
                f"{version.id} {version.run or ''}"
            )
        if role == SORT_ROLE:
            return _sort_value(version, VersionColumn(column))
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(version, VersionColumn(column))
        if role == TONE_ROLE and column == VersionColumn.STATUS:
            return VERSION_TONES[version.status]
        if role == Qt.ItemDataRole.DecorationRole:
            if column == VersionColumn.NAME:
                return icon("star", role="success") if version.id in self._best else icon("box")
            if column == VersionColumn.MEASURED_ON and not self._is_comparable(group, version):
                return icon("triangle-alert", role="warning")
        if role == NOTE_ROLE and column == VersionColumn.NAME:
            notes = ["current"] * version.is_current + ["best"] * (version.id in self._best)
            return " · ".join(notes) or None
        return self._tool_tip(group, version, column) if role == Qt.ItemDataRole.ToolTipRole else None

    def _is_comparable(self, group: int, version: ModelVersion) -> bool:
        return all(is_comparable(version, other) for other in self._versions[group])

    def _tool_tip(self, group: int, version: ModelVersion, column: int) -> str | None:
        if column == VersionColumn.STATUS:
            return _STATUS_HELP[version.status]
        if column == VersionColumn.NAME:
            n_alike = self._best.get(version.id)
            best = f"The best of {n_alike} versions that were measured on the same images." if n_alike else ""
            current = "The current version of its model." if version.is_current else ""
            return "\n".join(part for part in (version.label, current, best, version.description) if part)
        if column in (VersionColumn.MAP50, VersionColumn.METRIC, VersionColumn.MEASURED_ON):
            if not self._is_comparable(group, version):
                return f"{headline_text(version)}\nNot comparable with every other version: measured on other images."
            return headline_text(version)
        if column == VersionColumn.RUN:
            return version.run
        return _text(version, VersionColumn(column))


class ModelFilterModel(QSortFilterProxyModel):
    """Searches models and versions; sorts the versions only, the models stay in the order of their names."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setRecursiveFilteringEnabled(True)
        self.setAutoAcceptChildRows(True)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterRole(SEARCH_ROLE)
        self.setSortRole(SORT_ROLE)

    # Qt overrides

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if not left.parent().isValid() and self.sortOrder() is Qt.SortOrder.DescendingOrder:
            return bool(one > other)
        return bool(one < other)


_STATUS_HELP = {
    VersionStatus.CREATED: "Its run has not published it (yet).",
    VersionStatus.AVAILABLE: "Published: its weights can be used, exported, and trained on.",
    VersionStatus.ERROR: "Its run ended without weights to publish.",
}


def _text(version: ModelVersion, column: VersionColumn) -> str:
    match column:
        case VersionColumn.NAME:
            return version.label + (" · stopped early" if version.is_partial else "")
        case VersionColumn.STATUS:
            return str(version.status)
        case VersionColumn.MAP50:
            return measure(version.map50)
        case VersionColumn.METRIC:
            return headline_number(version)
        case VersionColumn.MEASURED_ON:
            return measured_on(version)
        case VersionColumn.CREATED:
            return moment(version.created_at)
        case VersionColumn.DURATION:
            return duration(version.duration_s)
        case VersionColumn.PARENT:
            return version.parent_label or NOTHING
        case VersionColumn.DATASET:
            return version.snapshot_label or NOTHING
        case VersionColumn.RUN:
            return "Open run" if version.run else NOTHING


def _sort_value(version: ModelVersion, column: VersionColumn) -> Any:
    if column is VersionColumn.NAME:
        return version.number
    if column is VersionColumn.MAP50:
        return version.map50 if version.map50 is not None else -1.0
    if column is VersionColumn.METRIC:
        return version.headline.value if version.headline else -1.0
    if column is VersionColumn.CREATED:
        return version.created_at.timestamp()
    if column is VersionColumn.DURATION:
        return version.duration_s or -1.0
    return _text(version, column).casefold()
