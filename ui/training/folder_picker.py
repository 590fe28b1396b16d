"""The dialog in which folders are chosen for one set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from core.domain.projects import Category, Folder
from ui.forms.scroll_column import ScrollColumn
from ui.theme import category_colour
from ui.training.counts_view import Cell, CountsView
from ui.training.folder_model import FolderModel
from ui.training.folder_sums import FolderSum, is_inside, sum_of
from ui.widgets import formatting
from ui.widgets.formatting import counted
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

SEARCH_FROM = 12

ROW_HEIGHT = 26


class RoomyDelegate(QStyledItemDelegate):
    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW_HEIGHT)


class FolderPicker(QDialog):
    folders_chosen = Signal(object)  # tuple of paths

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.resize(900, 560)
        self._folders: dict[str, Folder] = {}
        self._categories: tuple[Category, ...] = ()
        self._model = FolderModel(self)
        self._search = SearchField(self.tr("Search the folders"))
        self._tree = QTreeView()
        self._tree.setModel(self._model)
        self._tree.setAccessibleName(self.tr("Folders of the project"))
        self._tree.setUniformRowHeights(True)
        self._tree.setItemDelegate(RoomyDelegate(self._tree))
        self._tree.setAllColumnsShowFocus(True)
        self._sum = label("", "heading")
        self._sum_note = label("", "muted", wrap=True)
        self._counts = CountsView(self.tr("Annotations per class in the chosen folders"))
        self._nothing = label(self.tr("Check one or more folders."), "muted", wrap=True)
        self._use = QPushButton(self.tr("Use these folders"))
        self._use.setProperty("role", "primary")
        self._lay_out()
        self._search.search_changed.connect(self._filter)
        self._model.chosen_changed.connect(self._refresh)

    def _lay_out(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._sum)
        column.addWidget(self._sum_note)
        column.addWidget(self._nothing)
        column.addWidget(self._counts)
        column.addStretch(1)
        area = ScrollColumn(side)
        area.setFixedWidth(280)
        left = QVBoxLayout()
        left.addWidget(self._search)
        left.addWidget(self._tree, 1)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addLayout(left, 1)
        row.addWidget(area)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self._use, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        whole.addLayout(row, 1)
        whole.addWidget(buttons)
        self._use.setDefault(True)  # Space checks a folder, Enter takes them

    def set_content(
        self,
        folders: Sequence[Folder],
        categories: Sequence[Category],
        *,
        chosen: Sequence[str] = (),
        uses: Mapping[str, str] | None = None,
    ) -> None:
        """`uses` says which folders other sets take already."""
        self._folders = {folder.path: folder for folder in folders}
        self._categories = tuple(categories)
        self._model.set_folders(folders, categories)
        self._model.set_uses(uses or {})
        self._model.set_chosen(chosen)
        self._search.setVisible(len(folders) >= SEARCH_FROM)
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._tree.setColumnHidden(3, not uses)
        self._tree.expandToDepth(0 if len(folders) > 40 else 3)

    def model(self) -> FolderModel:
        return self._model

    def sum(self) -> FolderSum:
        return sum_of(self._model.chosen(), self._folders)

    def _filter(self, text: str) -> None:
        """Hides what neither matches nor leads to a match."""
        wanted = text.casefold()
        matching = [path for path in self._folders if wanted in path.casefold()]
        for path in self._folders:
            index = self._model.index_of(path)
            if index.isValid():
                is_shown = not wanted or any(is_inside(match, path) for match in matching)
                self._tree.setRowHidden(index.row(), index.parent(), not is_shown)
                if wanted and is_shown:
                    self._tree.expand(index)

    def _refresh(self) -> None:
        chosen = self._model.chosen()
        total = self.sum()
        self._nothing.setVisible(not chosen)
        self._counts.setVisible(bool(chosen))
        self._use.setEnabled(True)
        self._use.setText(self.tr("Use these folders") if chosen else self.tr("Use no folder"))
        self._sum.setText(counted(total.n_images, "image", "images") if chosen else self.tr("Nothing chosen"))
        folders = counted(len(chosen), "folder", "folders")
        annotated = self.tr("{n} annotated").format(n=formatting.count(total.n_annotated))
        self._sum_note.setText(f"{folders} · {annotated}" if chosen else "")
        self._sum_note.setVisible(bool(chosen))
        headings = (Cell(self.tr("Class")), Cell(self.tr("Annotations"), is_number=True))
        rows = [
            (
                Cell(category.name, colour=category_colour(category.colour_number).name()),
                Cell(formatting.count(total.category_counts.get(category.id, 0)), is_number=True),
            )
            for category in self._categories
        ]
        self._counts.set_rows(headings, rows)

    # Qt overrides

    def accept(self) -> None:
        self.folders_chosen.emit(self._model.chosen())
        super().accept()
