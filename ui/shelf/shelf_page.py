"""Every start that there is: find it, see where it is from and under which licence, verify it, add and remove files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.starts import MeasuredStart, ShelfItem
from ui.icons import icon
from ui.shelf.shelf_details import ShelfDetails
from ui.shelf.shelf_table_model import ITEM_ROLE, ShelfColumn, ShelfFilterModel, ShelfTableModel
from ui.shelf.shelf_words import SUFFIXES, are_weights
from ui.widgets.column_room import ColumnRoom
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted
from ui.widgets.labels import set_role
from ui.widgets.last_folders import WEIGHTS, start_where_last
from ui.widgets.page_header import PageHeader
from ui.widgets.search_field import SearchField

COLUMN_WEIGHTS = {ShelfColumn.NAME: 8, ShelfColumn.TASK: 2, ShelfColumn.LICENCE: 2}


class ShelfPage(QWidget):
    files_given = Signal(object)  # tuple[Path, ...]: the person wants them on the shelf
    verify_all_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._is_failed = False
        self._is_known = False  # what there is
        self._model = ShelfTableModel(self)
        self._proxy = ShelfFilterModel(self)
        self._proxy.setSourceModel(self._model)
        self._header = PageHeader(self.tr("Weights"))
        self._search = SearchField(self.tr("Search the weights"))
        self._verify = QPushButton(icon("shield"), self.tr("Verify all"))
        self._add = QPushButton(icon("plus", role="on_accent"), self.tr("Add a file…"))
        set_role(self._add, "primary")
        self._table = QTableView()
        self._empty = EmptyState("package", "", "", "")
        self.details = ShelfDetails()
        self._set_up_table()
        self._lay_out()
        self._search.search_changed.connect(self._filter)
        self._add.clicked.connect(self.open_browser)
        self._verify.clicked.connect(self.verify_all_requested)
        self._empty.action_requested.connect(self._act_on_empty)
        self._refresh()

    # What it shows

    def set_items(self, items: Sequence[ShelfItem]) -> None:
        """All of them. What is chosen stays chosen, as long as it is there."""
        chosen = self.chosen()
        self._is_failed, self._is_known = False, True
        self._model.set_items(items)
        self.select(chosen.key if chosen is not None else "")

    def set_measured(self, measured: Sequence[MeasuredStart]) -> None:
        self.details.set_measured(measured)

    def set_failed(self, text: str) -> None:
        """They could not be listed; why, as a sentence."""
        self._is_failed = True
        self._model.set_items(())
        self._empty.set_content("triangle-alert", self.tr("The weights cannot be listed"), text, self.tr("Try again"))
        self._refresh()

    def select(self, key: str) -> None:
        """The first one where there is none of that key."""
        row = self._model.row_of(key)
        place = self._proxy.mapFromSource(self._model.index(row, 0)) if row is not None else self._proxy.index(0, 0)
        if place.isValid():
            self._table.selectRow(place.row())
        self._refresh()

    def chosen(self) -> ShelfItem | None:
        rows = self._table.selectionModel().selectedRows()
        return rows[0].data(ITEM_ROLE) if rows else None

    @property
    def n_shown(self) -> int:
        return self._proxy.rowCount()

    @property
    def table(self) -> QTableView:
        return self._table

    @property
    def empty(self) -> EmptyState:
        return self._empty

    def open_browser(self) -> QFileDialog:
        endings = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        kinds = self.tr("Weights ({endings});;All files (*)").format(endings=endings)
        dialog = QFileDialog(self, self.tr("Choose a weights file"), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        start_where_last(dialog, WEIGHTS)
        dialog.fileSelected.connect(lambda file: self.files_given.emit((Path(file),)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    # Inside

    def _filter(self, text: str) -> None:
        chosen = self.chosen()
        self._proxy.set_search(text)
        self.select(chosen.key if chosen is not None else "")

    def _refresh(self) -> None:
        n_all, n_shown = self._model.rowCount(), self._proxy.rowCount()
        if not self._is_failed and not self._is_known:
            self._empty.set_content("hourglass", self.tr("Looking at what there is…"), "")
        elif not self._is_failed and not n_all:
            text = self.tr("Drop a .pt, .pth or .safetensors file here. Nothing in it is executed.")
            self._empty.set_content("package", self.tr("No weights yet"), text, self.tr("Add a file…"))
        elif not self._is_failed and not n_shown:
            text = self.tr("None of {n} fits the search.").format(n=count(n_all))
            self._empty.set_content("search", self.tr("No weights match"), text, self.tr("Clear the search"))
        self._stack.setCurrentIndex(0 if n_shown else 1)
        words = self.tr("{n} to start a training from").format(n=counted(n_all, "set of weights", "sets of weights"))
        self._header.set_title(self.tr("Weights"), words if n_all else "")
        self._verify.setEnabled(n_all > 0)
        self.details.show_item(self.chosen())
        self._room.share()

    def _act_on_empty(self) -> None:
        if self._is_failed:
            self.retry_requested.emit()
        elif self._model.rowCount():
            self._search.clear()
        else:
            self.open_browser()

    def _set_up_table(self) -> None:
        table = self._table
        table.setModel(self._proxy)
        table.setAccessibleName(self.tr("Weights"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setSortingEnabled(True)
        table.sortByColumn(ShelfColumn.ORIGIN, Qt.SortOrder.AscendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(36)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        self._room = ColumnRoom(table, header, weights=COLUMN_WEIGHTS)
        table.selectionModel().selectionChanged.connect(lambda: self.details.show_item(self.chosen()))

    def _lay_out(self) -> None:
        for widget in (self._verify, self._add):
            self._header.add_widget(widget)
        content = QWidget()
        self._stack = QStackedLayout(content)
        self._stack.addWidget(self._table)
        self._stack.addWidget(self._empty)
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self._search)
        left.addWidget(content, 1)
        body = QHBoxLayout()
        body.setContentsMargins(16, 12, 16, 16)
        body.setSpacing(16)
        body.addLayout(left, 1)
        body.addWidget(self.details)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._table.setFocus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _dropped(event)
        if files:
            event.acceptProposedAction()
            self.files_given.emit(files)


def _dropped(event: QDropEvent) -> tuple[Path, ...]:
    """The files of weights that are dragged; none where anything else is among them."""
    urls = event.mimeData().urls()
    paths = tuple(Path(url.toLocalFile()) for url in urls if url.isLocalFile())
    return paths if len(paths) == len(urls) and all(are_weights(path) for path in paths) else ()
