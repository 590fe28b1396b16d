"""The datasets of a project as a list: name and version, state, what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QListView, QWidget

from core.domain.datasets import Dataset, DatasetState
from core.domain.ids import DatasetId
from core.domain.names import shown
from ui.datasets.words import STATES, summary
from ui.icons import icon

Index = QModelIndex | QPersistentModelIndex

_ICONS = {
    DatasetState.OPEN: "lock-open",
    DatasetState.BUILDING: "loader",
    DatasetState.COMPLETE: "lock",
    DatasetState.ERROR: "circle-alert",
}


class DatasetListModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._datasets: tuple[Dataset, ...] = ()

    def set_datasets(self, datasets: Sequence[Dataset]) -> None:
        self.beginResetModel()
        self._datasets = tuple(datasets)
        self.endResetModel()

    def dataset_at(self, row: int) -> Dataset:
        return self._datasets[row]

    def row_of(self, id: DatasetId | None) -> int:
        """-1 = it is not there."""
        return next((row for row, item in enumerate(self._datasets) if item.id == id), -1)

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._datasets)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item = self._datasets[index.row()]
        word, _, help_text = STATES[item.state]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{shown(item.label)}\n{word} · {summary(item)}"
        if role == Qt.ItemDataRole.DecorationRole:
            return icon(_ICONS[item.state])
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{shown(item.label)}\n{help_text}"
        return None


class DatasetList(QListView):
    chosen = Signal(object)  # DatasetId

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = DatasetListModel(self)
        self.setModel(self._model)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setSpacing(2)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Datasets of the project"))
        self.selectionModel().currentChanged.connect(self._tell)

    def set_datasets(self, datasets: Sequence[Dataset], current: DatasetId | None) -> DatasetId | None:
        """The one that is current afterwards: `current` where it is there, else the first."""
        self.selectionModel().blockSignals(True)
        self._model.set_datasets(datasets)
        row = max(self._model.row_of(current), 0)
        self.setCurrentIndex(self._model.index(row) if datasets else QModelIndex())
        self.selectionModel().blockSignals(False)
        self.viewport().update()
        return datasets[row].id if datasets else None

    def choose(self, id: DatasetId) -> None:
        row = self._model.row_of(id)
        if row >= 0:
            self.setCurrentIndex(self._model.index(row))

    def _tell(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(self._model.dataset_at(index.row()).id)
