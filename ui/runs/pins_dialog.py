"""Chooses which images of the validation set a training is watched on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListView, QPushButton, QVBoxLayout, QWidget

from core.domain.counting import counted
from core.domain.looks import PinCandidate
from core.domain.names import shown
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

MOST = 8
ROW_HEIGHT = 26
Index = QModelIndex | QPersistentModelIndex


class PinsModel(QAbstractListModel):
    """A row an image, with a tick for those that are pinned."""

    pins_changed = Signal()

    def __init__(self, candidates: Sequence[PinCandidate], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._candidates = tuple(candidates)
        self._pinned = [one.key for one in candidates if one.is_pinned][:MOST]

    @property
    def pins(self) -> tuple[str, ...]:
        return tuple(self._pinned)

    def clear(self) -> None:
        self._pinned.clear()
        if self._candidates:
            self.dataChanged.emit(self.index(0), self.index(len(self._candidates) - 1))
        self.pins_changed.emit()

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._candidates)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """No more than `MOST`: the others cannot be ticked then."""
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        is_open = len(self._pinned) < MOST or self._candidates[index.row()].key in self._pinned
        return flags | Qt.ItemFlag.ItemIsEnabled if is_open else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        one = self._candidates[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{shown(one.key)}  ·  {counted(one.n_objects, 'object')}"
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if one.key in self._pinned else Qt.CheckState.Unchecked
        return QSize(0, ROW_HEIGHT) if role == Qt.ItemDataRole.SizeHintRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        key = self._candidates[index.row()].key
        is_on = Qt.CheckState(value) == Qt.CheckState.Checked
        if is_on and key not in self._pinned and len(self._pinned) < MOST:
            self._pinned.append(key)
        elif not is_on and key in self._pinned:
            self._pinned.remove(key)
        self.dataChanged.emit(self.index(0), self.index(len(self._candidates) - 1))
        self.pins_changed.emit()
        return True


class PinsDialog(QDialog):
    pins_chosen = Signal(object)  # tuple of keys; empty = those that Calque chooses

    def __init__(self, candidates: Sequence[PinCandidate], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Pinned images"))
        self.resize(560, 480)
        self._model = PinsModel(candidates, self)
        self._filtered = QSortFilterProxyModel(self)
        self._filtered.setSourceModel(self._model)
        self._filtered.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        search = SearchField(self.tr("Search by name"))
        search.search_changed.connect(self._filtered.setFilterFixedString)
        self._list = QListView()
        self._list.setModel(self._filtered)
        self._list.setUniformItemSizes(True)
        self._list.setAccessibleName(self.tr("Images of the validation set"))
        self._count = label("", "muted")
        text = self.tr(
            "Up to {0} images of the validation set, whose predictions are kept at every evaluation from now on. "
            "What was kept before stays."
        ).format(MOST)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._usual = QPushButton(self.tr("Let Calque choose"))
        self._usual.setToolTip(self.tr("Images that together show every class, those with most objects first"))
        self._pin = QPushButton(self.tr("Pin"))
        self._pin.setProperty("role", "primary")
        buttons.addButton(self._usual, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.addButton(self._pin, QDialogButtonBox.ButtonRole.AcceptRole)
        self._usual.clicked.connect(self._model.clear)
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        self._model.pins_changed.connect(self._tell)
        column = QVBoxLayout(self)
        column.addWidget(label(text, wrap=True))
        column.addWidget(search)
        column.addWidget(self._list, 1)
        column.addWidget(self._count)
        column.addWidget(buttons)
        self._tell()

    @property
    def model(self) -> PinsModel:
        return self._model

    def _choose(self) -> None:
        self.pins_chosen.emit(self._model.pins)
        self.accept()

    def _tell(self) -> None:
        n = len(self._model.pins)
        text = self.tr("{0} of {1} pinned").format(n, MOST) if n else self.tr("None pinned: Calque chooses.")
        self._count.setText(text)
