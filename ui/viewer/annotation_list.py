"""The annotations of the image one below the other: class, shape, and who made each; a click selects it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
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
from ui.viewer.overlays import OverlayLayer, OverlayObject

Index = QModelIndex | QPersistentModelIndex


class AnnotationModel(QAbstractListModel):
    """In reading order, whatever layer they lie in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._objects: tuple[OverlayObject, ...] = ()

    def set_layers(self, layers: Sequence[OverlayLayer]) -> None:
        self.beginResetModel()
        found = (one for layer in layers for one in layer.objects)
        self._objects = tuple(sorted(found, key=lambda one: (one.bounds.y0, one.bounds.x0)))
        self.endResetModel()

    def object_at(self, row: int) -> OverlayObject:
        return self._objects[row]

    def row_of(self, one: OverlayObject) -> int:
        return next((row for row, other in enumerate(self._objects) if other.ref == one.ref), -1)

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
    chosen = Signal(object)  # OverlayObject

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
        self.selectionModel().currentChanged.connect(self._choose)

    def set_layers(self, layers: Sequence[OverlayLayer]) -> None:
        self._is_told = True
        self._rows.set_layers(layers)
        self._is_told = False

    def set_selected(self, objects: Iterable[OverlayObject]) -> None:
        """What is selected in the image."""
        self._is_told = True
        selection = self.selectionModel()
        selection.clearSelection()
        select = QItemSelectionModel.SelectionFlag.Select
        for number, one in enumerate(objects):
            row = self._rows.row_of(one)
            if row < 0:
                continue
            index = self._rows.index(row)
            selection.select(index, select)
            if number == 0:
                selection.setCurrentIndex(index, select)
                self.scrollTo(index)
        self._is_told = False

    def _choose(self, index: QModelIndex) -> None:
        if not self._is_told and index.isValid():
            self.chosen.emit(self._rows.object_at(index.row()))
