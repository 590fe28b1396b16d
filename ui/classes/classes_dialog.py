"""All classes of a project in a table: colour, name, how many images and annotations, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.ids import CategoryId
from core.domain.names import shown
from core.domain.projects import Category
from ui.classes.class_dialogs import swatch
from ui.icons import icon
from ui.theme import category_colour
from ui.viewer.class_menu import ClassVerb, class_menu
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label

Index = QModelIndex | QPersistentModelIndex

NAME, IMAGES, ANNOTATIONS = range(3)
ROW_HEIGHT = 30


class ClassTableModel(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()

    @property
    def categories(self) -> tuple[Category, ...]:
        return self._categories

    def set_categories(self, categories: Sequence[Category]) -> None:
        self.beginResetModel()
        self._categories = tuple(categories)
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._categories)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else ANNOTATIONS + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Class"), self.tr("Images"), self.tr("Annotations"))[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._categories[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (shown(one.name), count(one.n_images), count(one.n_annotations))[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == NAME:
            return shown(one.name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.DecorationRole and index.column() == NAME:
            return swatch(category_colour(one.colour_number), 16)
        return None


class ClassesDialog(QDialog):
    class_wished = Signal(object, object)  # ClassVerb, CategoryId or None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Edit classes"))
        self.resize(620, 460)
        self._head = label("", "muted")
        self._model = ClassTableModel(self)
        self._table = self._make_table()
        self._buttons = {verb: QPushButton(icon(name), text) for verb, name, text in self._verbs()}
        self._build()
        self.set_categories(())

    def _verbs(self) -> tuple[tuple[ClassVerb, str, str], ...]:
        return (
            (ClassVerb.ADD, "plus", self.tr("&Add…")),
            (ClassVerb.RENAME, "pencil", self.tr("&Rename…")),
            (ClassVerb.RECOLOUR, "palette", self.tr("&Colour…")),
            (ClassVerb.MERGE, "merge", self.tr("&Merge into…")),
            (ClassVerb.DELETE, "trash-2", self.tr("&Delete…")),
        )

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(self.tr("Classes"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(max(ROW_HEIGHT, table.fontMetrics().height() + 12))
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(IMAGES, 100)
        table.setColumnWidth(ANNOTATIONS, 120)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        table.doubleClicked.connect(lambda _index: self._wish(ClassVerb.RENAME))
        for keys, verb in (
            (Qt.Key.Key_F2, ClassVerb.RENAME),
            (Qt.Key.Key_Delete, ClassVerb.DELETE),
            (Qt.Key.Key_Insert, ClassVerb.ADD),
        ):
            shortcut = QShortcut(QKeySequence(keys), table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda verb=verb: self._wish(verb))
        table.selectionModel().selectionChanged.connect(self._enable)
        return table

    def _build(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(6)
        for verb, button in self._buttons.items():
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, verb=verb: self._wish(verb))
            side.addWidget(button)
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._table, 1)
        row.addLayout(side)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(self._head)
        column.addLayout(row, 1)
        column.addWidget(buttons)

    def set_categories(self, categories: Sequence[Category], current: CategoryId | None = None) -> None:
        """Anew; the current row stays with its class, or is that of `current`, or of the one class that came."""
        known = {one.id for one in self._model.categories}
        came = [one.id for one in categories if one.id not in known]
        wanted = current or (came[0] if len(came) == 1 else self.current())
        row = max(self._table.currentIndex().row(), 0)
        self._model.set_categories(categories)
        none = self.tr("No class yet. Add… makes one.")
        self._head.setText(counted(len(categories), "class", "classes") if categories else none)
        ids = [one.id for one in categories]
        if ids:
            self._table.selectRow(ids.index(wanted) if wanted in ids else min(row, len(ids) - 1))
        self._enable()

    def current(self) -> CategoryId | None:
        row = self._table.currentIndex().row()
        return self._model.categories[row].id if 0 <= row < len(self._model.categories) else None

    def _wish(self, verb: ClassVerb) -> None:
        current = None if verb is ClassVerb.ADD else self.current()
        if verb is ClassVerb.ADD or current is not None:
            self.class_wished.emit(verb, current)

    def _enable(self) -> None:
        has_current = self.current() is not None
        for verb, button in self._buttons.items():
            button.setEnabled(verb is ClassVerb.ADD or has_current)

    def _show_menu(self, at: QPoint) -> None:
        menu = class_menu(self, self.current(), self.class_wished.emit)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._table.viewport().mapToGlobal(at))


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == NAME else Qt.AlignmentFlag.AlignRight
    return Qt.AlignmentFlag.AlignVCenter | side
