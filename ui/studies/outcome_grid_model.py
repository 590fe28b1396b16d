"""The rows of the grid of outcomes: images or patches in the order of the last answer, and their pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QImage

from core.domain.names import shown
from core.domain.predictions import ObjectTable
from core.domain.study_lists import StudyAnswer
from ui.grids.seen_pictures import SeenPictures
from ui.studies.cells import CellKey
from ui.studies.study_words import difference_words, image_words, object_words, patch_title

Index = QModelIndex | QPersistentModelIndex


class OutcomeGridModel(QAbstractListModel):
    """`has_patches` says what the rows are. Keys are made when they are asked for: nothing here is a list of them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pictures = SeenPictures()
        self.table: ObjectTable | None = None
        self.answer: StudyAnswer | None = None

    @property
    def has_patches(self) -> bool:
        return self.answer is not None and self.answer.patches is not None

    def set_table(self, table: ObjectTable | None) -> None:
        """Another study: nothing of the one before is of use."""
        self.beginResetModel()
        self.table, self.answer = table, None
        self.pictures.keep = ()
        self.pictures.clear()
        self.endResetModel()

    def set_answer(self, answer: StudyAnswer) -> bool:
        """Whether other rows are listed, or in another order; else what they say is another thing only."""
        before, self.answer = self.answer, answer
        if before is not None and _is_same_list(before, answer):
            return False
        self.answer = before
        self.beginResetModel()
        self.answer = answer
        self.pictures.keep = ()
        self.endResetModel()
        return True

    def key(self, row: int) -> CellKey:
        answer = self.answer
        assert answer is not None
        if answer.patches is None:
            return CellKey(int(answer.images[row]))
        patches = answer.patches
        return CellKey(int(patches.images[row]), bool(patches.is_truth[row]), int(patches.rows[row]))

    def find_row(self, key: CellKey) -> int | None:
        """Of a patch; else of the first patch of its image, where patches are listed."""
        answer = self.answer
        if answer is None:
            return None
        if answer.patches is None:
            found = np.flatnonzero(answer.images == key.image)
        else:
            patches = answer.patches
            found = np.flatnonzero(patches.images == key.image)
            exact = found[(patches.rows[found] == key.row) & (patches.is_truth[found] == key.is_truth)]
            found = exact if len(exact) else found
        return int(found[0]) if len(found) else None

    def list_waiting(self, rows: Iterable[int], side: int) -> tuple[CellKey, ...]:
        keys = [self.key(row) for row in rows]
        return tuple(key for key in keys if self.pictures.lacks(key, side))

    def watch(self, rows: range) -> None:
        """The pictures of these rows are not forgotten."""
        self.pictures.keep = {self.key(row) for row in rows}

    def set_picture(self, key: CellKey, picture: QImage, side: int) -> None:
        self.pictures.put(key, picture, side)
        self._announce(key)

    def set_failure(self, key: CellKey, text: str) -> None:
        self.pictures.put_failure(key, text)
        self._announce(key)

    def _announce(self, key: CellKey) -> None:
        if key not in self.pictures.keep:
            return
        row = self.find_row(key)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def _words(self, key: CellKey) -> str:
        assert self.table is not None and self.answer is not None
        if key.is_patch:
            return object_words(self.table, self.answer.outcomes, key)
        words = image_words(self.answer.scores, key.image)
        second = self.answer.second
        return words if second is None else f"{words}, {difference_words(second, key.image)}"

    def _name(self, key: CellKey) -> str:
        assert self.table is not None
        return shown(self.table.images[key.image].key.rpartition("/")[2])

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        if parent.isValid() or self.answer is None:
            return 0
        return len(self.answer.images) if self.answer.patches is None else len(self.answer.patches)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.table is None or index.row() >= self.rowCount():
            return None
        key = self.key(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return patch_title(self.table, key) if key.is_patch else self._name(key)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = f"{patch_title(self.table, key)}, " if key.is_patch else ""
            return f"{title}{self._name(key)}, {self._words(key)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [shown(self.table.images[key.image].key), self._words(key), self.pictures.failure(key)]
            return "\n".join(line for line in lines if line)
        return None


def _is_same_list(one: StudyAnswer, other: StudyAnswer) -> bool:
    if (one.patches is None) != (other.patches is None):
        return False
    if one.patches is None or other.patches is None:
        return np.array_equal(one.images, other.images)
    a, b = one.patches, other.patches
    return np.array_equal(a.rows, b.rows) and np.array_equal(a.is_truth, b.is_truth)
