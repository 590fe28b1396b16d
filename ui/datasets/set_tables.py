"""Two tables of a dataset: its sets, and the classes in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.domain.datasets import DatasetClass, DatasetSet, SetId
from core.domain.names import shown
from ui.datasets.words import ROLE_HELP, ROLES
from ui.theme import current_theme
from ui.widgets.formatting import NOTHING, count, counted

Index = QModelIndex | QPersistentModelIndex

NAME, ROLE, IMAGES, ANNOTATED = range(4)
ROW_HEIGHT = 30
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class SetsModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sets: tuple[DatasetSet, ...] = ()

    @property
    def sets(self) -> tuple[DatasetSet, ...]:
        return self._sets

    def set_sets(self, sets: Sequence[DatasetSet]) -> None:
        self.beginResetModel()
        self._sets = tuple(sets)
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._sets)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else ANNOTATED + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section >= IMAGES else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Set"), self.tr("Used for"), self.tr("Images"), self.tr("Annotated"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item = self._sets[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            texts = (shown(item.name), ROLES[item.role], count(item.n_images), count(item.n_annotated))
            return texts[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if index.column() >= IMAGES else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == ROLE:
            return ROLE_HELP[item.role]
        return None


class ClassesModel(QAbstractTableModel):
    """A row for each class, a column for each set; with `of_images` the images that show it, not its annotations."""

    def __init__(self, parent: QObject | None = None, *, of_images: bool = False) -> None:
        super().__init__(parent)
        self._of_images = of_images
        self._sets: tuple[DatasetSet, ...] = ()
        self._classes: tuple[DatasetClass, ...] = ()
        self._cells: list[dict[SetId, tuple[int, int]]] = []

    def set_classes(self, sets: Sequence[DatasetSet], classes: Sequence[DatasetClass]) -> None:
        self.beginResetModel()
        self._sets, self._classes = tuple(sets), tuple(classes)
        self._cells = [{key: (n, n_images) for key, n, n_images in item.counts} for item in classes]
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._classes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._sets) + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            if section:
                return shown(self._sets[section - 1].name)
            return self.tr("Images with class") if self._of_images else self.tr("Annotations of class")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column else _LEFT
        if column == 0:
            is_text = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            return shown(self._classes[row].name) if is_text else None
        n, n_images = self._cells[row].get(self._sets[column - 1].id, (0, 0))
        if role == Qt.ItemDataRole.DisplayRole:
            return count(n) if n else NOTHING
        if role == Qt.ItemDataRole.ToolTipRole and not self._of_images:
            return self.tr("{n} on {images}").format(n=counted(n, "annotation"), images=counted(n_images, "image"))
        if role == Qt.ItemDataRole.ForegroundRole and not n:
            return QColor(current_theme().text_muted)
        return None


class SmallTable(QTableView):
    """Rows without a grid; the first column has the room that is left."""

    def __init__(self, model: QAbstractTableModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(ROW_HEIGHT, self.fontMetrics().height() + 12))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(90)
        model.modelReset.connect(self._fit)
        self._fit()

    def fit_height(self, most_rows: int) -> None:
        """As high as the rows need, up to so many."""
        n = min(max(self.model().rowCount(), 1), most_rows)
        row = self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + n * row + 4)

    def _fit(self) -> None:
        if self.model().columnCount():
            self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
