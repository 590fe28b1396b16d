"""The annotations of the image one below the other: class, shape, and who made each; a click selects it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QListView, QWidget

from ui.viewer.class_chooser import swatch
from ui.viewer.colouring import overlay_colour
from ui.viewer.inspector import origin, shape_words
from ui.viewer.overlays import ObjectRef, OverlayLayer, OverlayObject

Index = QModelIndex | QPersistentModelIndex


class AnnotationModel(QAbstractListModel):
    """In reading order, whatever layer they lie in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._objects: tuple[OverlayObject, ...] = ()
        self._row_of: dict[ObjectRef, int] = {}

    def set_layers(self, layers: Sequence[OverlayLayer]) -> None:
        self.beginResetModel()
        found = (one for layer in layers for one in layer.objects)
        self._objects = tuple(sorted(found, key=lambda one: (one.bounds.y0, one.bounds.x0)))
        self._row_of = {one.ref: row for row, one in enumerate(self._objects)}
        self.endResetModel()

    def object_at(self, row: int) -> OverlayObject:
        return self._objects[row]

    def row_of(self, one: OverlayObject) -> int:
        """-1 = it is not in the list."""
        return self._row_of.get(one.ref, -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._objects)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._objects[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{one.title}  ·  {shape_words(one)}"
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return origin(one)
        if role == Qt.ItemDataRole.DecorationRole:
            return swatch(overlay_colour(one.colour))
        return None


class AnnotationList(QListView):
    chosen = Signal(object)  # tuple[OverlayObject, ...]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = AnnotationModel(self)
        self.setModel(self._rows)
        self.setAccessibleName(self.tr("Annotations of the image"))
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard with the image
        self._is_told = False
        self.selectionModel().selectionChanged.connect(self._choose)

    def set_layers(self, layers: Sequence[OverlayLayer]) -> None:
        self._is_told = True
        self._rows.set_layers(layers)
        self._is_told = False

    def set_selected(self, objects: Iterable[OverlayObject]) -> None:
        """What is selected in the image."""
        self._is_told = True
        rows = [row for row in map(self._rows.row_of, objects) if row >= 0]
        selected = QItemSelection()
        for first, last in _runs(sorted(rows)):
            selected.select(self._rows.index(first), self._rows.index(last))
        selection, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        selection.select(selected, flags.ClearAndSelect)
        if rows:
            index = self._rows.index(rows[0])
            selection.setCurrentIndex(index, flags.NoUpdate)
            self.scrollTo(index)
        self._is_told = False

    def _choose(self) -> None:
        if not self._is_told:
            rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
            self.chosen.emit(tuple(self._rows.object_at(row) for row in rows))


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and the last of rows that follow each other."""
    start = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            yield rows[start], rows[place - 1]
            start = place
