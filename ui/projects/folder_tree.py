"""The project's folders with how many images they hold and how many of these are annotated."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QColor, QDrag, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
    QWidget,
)

from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.domain.projects import Folder
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.dropping import DraggedImages, has_images, images_to_drag
from ui.widgets.formatting import count, counted
from ui.widgets.menu_heading import add_heading
from ui.widgets.menu_place import menu_place

Index = QModelIndex | QPersistentModelIndex
FolderSection = Callable[[QMenu, Folder], None]
"""Adds what can be done with a folder; called whenever its menu opens."""


class FolderRole(IntEnum):
    FOLDER = Qt.ItemDataRole.UserRole + 1
    COUNTS = Qt.ItemDataRole.UserRole + 2


class _Node:
    """A folder in the tree. Indexes carry its number, never its address: a stale number harms nobody."""

    __slots__ = ("children", "folder", "number", "parent", "row")

    def __init__(self, number: int, folder: Folder, parent: _Node | None, row: int) -> None:
        self.number = number
        self.folder = folder
        self.parent = parent
        self.row = row
        self.children: list[_Node] = []


class FolderTreeModel(QAbstractItemModel):
    """One top row, "All images", with the folders below it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: dict[str, _Node] = {}
        self._by_number: list[_Node] = []

    def set_folders(self, folders: Sequence[Folder]) -> bool:
        """Every folder that has images in or below it; the root ("") may be left out.

        Says whether the tree is another one: where only counts have changed, everything stays in its place.
        """
        by_path = {folder.path: folder for folder in folders}
        if by_path and by_path.keys() == self._nodes.keys():
            self._set_counts(by_path)
            return False
        self.beginResetModel()
        self._nodes = {}
        self._by_number = []
        if by_path:
            root = by_path.get("") or _sum_of([f for f in folders if "/" not in f.path])
            self._insert(root, None)
            for path in sorted(by_path, key=_natural):
                if path:
                    self._add(path, by_path)
        self.endResetModel()
        return True

    def _set_counts(self, by_path: dict[str, Folder]) -> None:
        """One signal for all folders that lie in one folder."""
        changed: dict[_Node | None, list[_Node]] = {}
        for node in self._by_number:
            folder = by_path[node.folder.path]
            if folder != node.folder:
                node.folder = folder
                changed.setdefault(node.parent, []).append(node)
        for siblings in changed.values():
            first, last = siblings[0], siblings[-1]
            self.dataChanged.emit(
                self.createIndex(first.row, 0, first.number), self.createIndex(last.row, 0, last.number)
            )

    def _add(self, path: str, by_path: dict[str, Folder]) -> _Node:
        known = self._nodes.get(path)
        if known is not None:
            return known
        parent_path = path.rpartition("/")[0]
        parent = self._nodes[""] if not parent_path else self._add(parent_path, by_path)
        return self._insert(by_path.get(path) or Folder(path, 0, 0), parent)

    def _insert(self, folder: Folder, parent: _Node | None) -> _Node:
        node = _Node(len(self._by_number), folder, parent, len(parent.children) if parent else 0)
        if parent is not None:
            parent.children.append(node)
        self._nodes[folder.path] = node
        self._by_number.append(node)
        return node

    def _node(self, index: Index) -> _Node:
        return self._by_number[index.internalId()]

    def index_of(self, path: str) -> QModelIndex:
        node = self._nodes.get(path)
        return QModelIndex() if node is None else self.createIndex(node.row, 0, node.number)

    def _text(self, folder: Folder) -> str:
        return shown(folder.name) if folder.path else self.tr("All images")

    def _sentence(self, folder: Folder) -> str:
        return self.tr("{name}: {images}, {m} of them annotated").format(
            name=self._text(folder), images=counted(folder.n_images, "image"), m=count(folder.n_annotated)
        )

    # Qt overrides

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008 - Qt's default
        if column != 0:
            return QModelIndex()
        if not parent.isValid():
            return self.index_of("") if row == 0 else QModelIndex()
        children = self._node(parent).children
        return self.createIndex(row, 0, children[row].number) if 0 <= row < len(children) else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        node = self._node(index).parent if index.isValid() else None
        return QModelIndex() if node is None else self.createIndex(node.row, 0, node.number)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        if not parent.isValid():
            return 1 if self._nodes else 0
        return len(self._node(parent).children)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 1

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        folder: Folder = self._node(index).folder
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(folder)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._sentence(folder)
        if role == Qt.ItemDataRole.DecorationRole:
            return icon("images" if not folder.path else "folder")
        if role == FolderRole.FOLDER:
            return folder
        if role == FolderRole.COUNTS:
            if folder.n_annotated == folder.n_images:
                return count(folder.n_images)
            return f"{count(folder.n_annotated)} / {count(folder.n_images)}"
        return None


class FolderDelegate(QStyledItemDelegate):
    """The name as usual, at the right end "annotated / images"."""

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, max(28, option.fontMetrics.height() + 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        counts = str(index.data(FolderRole.COUNTS))
        width = option.fontMetrics.horizontalAdvance(counts)
        area = QRect(option.rect.right() - width - 8, option.rect.top(), width, option.rect.height())
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(current_theme().selection))
        narrow = QStyleOptionViewItem(option)
        narrow.rect = option.rect.adjusted(0, 0, -(width + 16), 0)
        super().paint(painter, narrow, index)
        painter.save()
        painter.setPen(QColor(current_theme().text_muted))
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), counts)
        painter.restore()


class FolderTree(QTreeView):
    """Folders are those of the disk: they can be dragged to a set of a dataset, but nothing can be dropped on them."""

    drag_began = Signal()
    drag_ended = Signal()
    folder_selected = Signal(str)  # path, "" = all images
    train_requested = Signal(str)
    open_requested = Signal(str)  # show it in the system's own program

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folders = FolderTreeModel(self)
        self._train_refusal = ""
        self._sections: list[tuple[str, FolderSection]] = []
        self._is_silent = False
        self._project: ProjectId | None = None
        self.setModel(self._folders)
        self.setItemDelegate(FolderDelegate(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(16)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Folders"))
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.selectionModel().currentChanged.connect(self._announce)

    def set_project(self, project: ProjectId) -> None:
        """Whose folders these are."""
        self._project = project

    def set_folders(self, folders: Sequence[Folder]) -> None:
        """Other counts or folders; the selected one stays selected when it is still there. Announces nothing."""
        selected = self.selected_folder()
        self._is_silent = True
        if self._folders.set_folders(folders):
            self.expandToDepth(1)
        index = self._folders.index_of(selected)
        self.setCurrentIndex(index if index.isValid() else self._folders.index_of(""))
        self._is_silent = False

    def set_train_refusal(self, reason: str) -> None:
        """Why nothing of this project can be trained on, "" when something can."""
        self._train_refusal = reason

    def selected_folder(self) -> str:
        folder: Folder | None = self.currentIndex().data(FolderRole.FOLDER)
        return folder.path if folder else ""

    def select_folder(self, path: str) -> None:
        index = self._folders.index_of(path)
        if index.isValid():
            self.setCurrentIndex(index)

    def menu_for(self, folder: Folder) -> QMenu:
        """What can be done with a folder; what cannot says why."""
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        train = QAction(icon("graduation-cap"), self.tr("&Train on this folder…"), menu)
        train.setObjectName("trainOnFolder")
        reason = self._train_refusal
        if not reason and not folder.n_annotated:
            name = shown(folder.path) or self.tr("All images")
            reason = self.tr('No image in "{folder}" has an annotation. Annotate or choose another folder.').format(
                folder=name
            )
        train.setEnabled(not reason)
        train.setToolTip(reason)
        train.triggered.connect(lambda: self.train_requested.emit(folder.path))
        menu.addAction(train)
        menu.addAction(icon("folder-open"), self.tr("&Show on the disk")).triggered.connect(
            lambda: self.open_requested.emit(folder.path)
        )
        for title, build in self._sections:
            heading = add_heading(menu, title)
            n_before = len(menu.actions())
            build(menu, folder)
            for part in heading:
                part.setVisible(len(menu.actions()) > n_before)
        return menu

    def add_menu_section(self, title: str, build: FolderSection) -> None:
        """`build(menu, folder)` adds entries to the menu of a folder, under this title; none = no title either."""
        self._sections.append((title, build))

    def _announce(self) -> None:
        if not self._is_silent:
            self.folder_selected.emit(self.selected_folder())

    def _show_menu(self, at: QPoint) -> None:
        place = menu_place(self, at)
        index = self.indexAt(at)
        folder: Folder | None = (index if index.isValid() else self.currentIndex()).data(FolderRole.FOLDER)
        if folder is not None and place is not None:
            menu = self.menu_for(folder)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(place)

    # Qt overrides

    def startDrag(self, actions: Qt.DropAction) -> None:
        if self._project is None:
            return
        drag = QDrag(self)
        drag.setMimeData(images_to_drag(DraggedImages(self._project, ImageIds.of(()), (self.selected_folder(),))))
        drag.setPixmap(icon("folder").pixmap(32, 32))
        self.drag_began.emit()
        drag.exec(Qt.DropAction.CopyAction)
        self.drag_ended.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_images(event):
            event.acceptProposedAction()  # to say why not, while it is over the folders

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.ignore()
        if has_images(event):
            text = self.tr(
                "Folders are those of the disk, and Calque moves none of your files. "
                "Drop the images on a set of a dataset or on a tag, below."
            )
            QToolTip.showText(self.viewport().mapToGlobal(event.position().toPoint()), text, self)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        QToolTip.hideText()


def _sum_of(folders: Sequence[Folder]) -> Folder:
    return Folder("", sum(f.n_images for f in folders), sum(f.n_annotated for f in folders))


_NUMBER = re.compile(r"\d+")


def _natural(path: str) -> str:
    """Sorts "page 9" before "page 10": a number comes after every other sign, a longer one after a shorter one."""
    return _NUMBER.sub(lambda found: _sortable(str(int(found[0]))), path.lower())


def _sortable(number: str) -> str:
    return f"\U0010ffff{chr(len(number))}{number}"
