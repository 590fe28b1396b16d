"""Everything of a version that can be looked at, a row each: what its training measured, and every later evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from core.domain.metrics import LABEL_HEADLINES
from core.domain.studies import StudyEntry, StudyKind
from ui.widgets.formatting import NOTHING, count, measure, moment

Index = QModelIndex | QPersistentModelIndex

HEADINGS = ("Name", "Images of", "Images", "Objects", "Result", "Made")
OBJECTS = 3
RIGHT = (2, OBJECTS)
KIND_WORDS = {
    StudyKind.TRAINING: "Training",
    StudyKind.EVALUATION: "Evaluation",
    StudyKind.PREDICTION: "Prediction",
    StudyKind.IMPORT: "Import",
    StudyKind.EPOCH: "Epoch",
}


class EvaluationsModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[StudyEntry, ...] = ()

    @property
    def entries(self) -> tuple[StudyEntry, ...]:
        return self._entries

    def set_entries(self, entries: Sequence[StudyEntry]) -> None:
        self.beginResetModel()
        self._entries = tuple(entries)
        self.endResetModel()

    def entry(self, row: int) -> StudyEntry | None:
        return self._entries[row] if 0 <= row < len(self._entries) else None

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(HEADINGS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _cells(entry)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            note = "" if entry.evaluation is None else entry.evaluation.note
            return note or _cells(entry)[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return "Labels" if section == OBJECTS and self._has_labels() else HEADINGS[section]

    def _has_labels(self) -> bool:
        tables = (entry.evaluation.table for entry in self._entries if entry.evaluation is not None)
        return any(table.headline in LABEL_HEADLINES for table in tables)


def name_of(entry: StudyEntry) -> str:
    """A person's name for it, else how it came to be."""
    own = "" if entry.evaluation is None else entry.evaluation.name
    return own or KIND_WORDS[entry.info.kind]


def result_of(entry: StudyEntry) -> str:
    """ "mAP50-95 0.612"; a dash where nothing was measured."""
    if entry.evaluation is None:
        return NOTHING
    table = entry.evaluation.table
    found = table.find_measure(table.headline)
    value = None if found is None else table.overall.value(found.name)
    return NOTHING if found is None or value is None else f"{found.full_title} {measure(value, found.digits)}"


def images_of(entry: StudyEntry) -> str:
    """Which images: in words of the person who chose them."""
    return entry.info.subtitle or NOTHING


def _cells(entry: StudyEntry) -> tuple[str, ...]:
    info, evaluation = entry.info, entry.evaluation
    objects = NOTHING if evaluation is None else count(evaluation.table.overall.n_instances)
    made = evaluation.created_at if evaluation is not None else info.created_at
    return name_of(entry), images_of(entry), count(info.n_images), objects, result_of(entry), moment(made)
