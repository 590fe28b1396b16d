"""The list of sets of predictions as Qt wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from core.domain.ids import PredictionSetId, ProjectId, VersionId
from core.domain.names import shown
from core.domain.predictions import PredictionSet, SetKind
from ui.widgets.formatting import NOTHING, count, moment, size

Index = QModelIndex | QPersistentModelIndex
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
SET_ROLE = Qt.ItemDataRole.UserRole + 2


class SetColumn(IntEnum):
    NAME = 0
    KIND = 1
    PROJECT = 2
    IMAGES = 3
    OBJECTS = 4
    HOW = 5
    CREATED = 6
    SIZE = 7


TITLES = {
    SetColumn.NAME: "Source",
    SetColumn.KIND: "Made by",
    SetColumn.PROJECT: "Project",
    SetColumn.IMAGES: "Images",
    SetColumn.OBJECTS: "Objects",
    SetColumn.HOW: "How",
    SetColumn.CREATED: "Made",
    SetColumn.SIZE: "Size",
}
_NUMBERS = (SetColumn.IMAGES, SetColumn.OBJECTS, SetColumn.SIZE)
_KINDS = {
    SetKind.TRAINING: "Training",
    SetKind.PREDICTION: "Prediction",
    SetKind.EVALUATION: "Evaluation",
    SetKind.IMPORT: "Import",
}


def how_text(item: PredictionSet) -> str:
    """Threshold and tiles in a few words: "from 0.25, tiles of 1024"."""
    settings = item.settings
    parts = []
    if isinstance(settings.get("threshold"), float):
        parts.append(f"from {settings['threshold']:.2g}")
    if settings.get("tile"):
        parts.append(f"tiles of {settings['tile']}")
    if settings.get("file"):
        parts.append(shown(str(settings["file"])))
    return ", ".join(parts) or NOTHING


def n_objects(item: PredictionSet) -> int:
    """Those from the threshold on where that is known, else all that are kept."""
    found = item.settings.get("n_objects")
    return found if isinstance(found, int) else item.n_predictions


class SetTableModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sets: tuple[PredictionSet, ...] = ()
        self._projects: Mapping[ProjectId, str] = {}

    def set_sets(self, sets: Sequence[PredictionSet], projects: Mapping[ProjectId, str]) -> None:
        self.beginResetModel()
        self._sets, self._projects = tuple(sets), projects
        self.endResetModel()

    @property
    def sets(self) -> tuple[PredictionSet, ...]:
        return self._sets

    def row_of(self, id: PredictionSetId) -> int | None:
        return next((row for row, item in enumerate(self._sets) if item.id == id), None)

    def project_name(self, item: PredictionSet) -> str:
        return shown(self._projects.get(item.project, NOTHING)) if item.project is not None else NOTHING

    def _text(self, item: PredictionSet, column: SetColumn) -> str:
        match column:
            case SetColumn.NAME:
                return shown(item.title)
            case SetColumn.KIND:
                return _KINDS[item.kind]
            case SetColumn.PROJECT:
                return self.project_name(item)
            case SetColumn.IMAGES:
                return count(item.n_images)
            case SetColumn.OBJECTS:
                return count(n_objects(item))
            case SetColumn.HOW:
                return how_text(item)
            case SetColumn.CREATED:
                return moment(item.created_at)
            case SetColumn.SIZE:
                return size(item.n_bytes)

    def _order(self, item: PredictionSet, column: SetColumn) -> Any:
        match column:
            case SetColumn.IMAGES:
                return item.n_images
            case SetColumn.OBJECTS:
                return n_objects(item)
            case SetColumn.CREATED:
                return item.created_at.timestamp()
            case SetColumn.SIZE:
                return item.n_bytes
        return self._text(item, column).casefold()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(self._sets)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's default
        return 0 if parent.isValid() else len(SetColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        item, column = self._sets[index.row()], SetColumn(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            if column is SetColumn.OBJECTS:
                return f"{count(item.n_predictions)} are kept, down to a lower confidence."
            return self._text(item, column)
        if role == SORT_ROLE:
            return self._order(item, column)
        if role == SET_ROLE:
            return item
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = SetColumn(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class SetFilterModel(QSortFilterProxyModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._project: ProjectId | None = None
        self._version: VersionId | None = None
        self.setSortRole(SORT_ROLE)

    def set_filter(self, *, text: str, project: ProjectId | None, version: VersionId | None) -> None:
        self._text, self._project, self._version = text.strip().casefold(), project, version
        self.invalidate()

    # Qt overrides

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        item: PredictionSet = self.sourceModel().index(row, 0, parent).data(SET_ROLE)
        if self._project is not None and item.project != self._project:
            return False
        if self._version is not None and item.version != self._version:
            return False
        return self._text in f"{item.title} {item.version_label} {item.id}".casefold()
