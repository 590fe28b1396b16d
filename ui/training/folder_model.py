"""The project's folders as a tree with check boxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from core.domain.ids import CategoryId
from core.domain.projects import Category, Folder
from ui.training.folder_sums import folder_title, is_inside, outermost
from ui.widgets import formatting

Index = QModelIndex | QPersistentModelIndex
HEADINGS = ("Folder", "Images", "Annotated", "Used for")
ROOT = QModelIndex()


class _Node:
    def __init__(self, path: str, parent: _Node | None) -> None:
        self.path = path
        self.parent = parent
        self.children: list[_Node] = []

    @property
    def row(self) -> int:
        return self.parent.children.index(self) if self.parent else 0


class FolderModel(QAbstractItemModel):
    """A checked folder includes what is below it, so that its subfolders are checked and cannot be changed alone."""

    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = _Node("", None)  # invisible
        self._nodes: dict[str, _Node] = {}
        self._folders: dict[str, Folder] = {}
        self._names: dict[CategoryId, str] = {}
        self._uses: dict[str, str] = {}
        self._chosen: set[str] = set()

    def set_folders(self, folders: Sequence[Folder], categories: Sequence[Category]) -> None:
        self.beginResetModel()
        self._folders = {folder.path: folder for folder in folders}
        self._names = {category.id: category.name for category in categories}
        self._root = _Node("", None)
        self._nodes = {}
        for folder in sorted(folders, key=lambda folder: folder.path):
            self._add(folder.path)
        self.endResetModel()

    def set_uses(self, uses: Mapping[str, str]) -> None:
        """What folders are already chosen for elsewhere, in words."""
        self._uses = dict(uses)

    def set_chosen(self, paths: Iterable[str]) -> None:
        """Unknown folders are kept: they are told of in the review."""
        self._chosen = set(outermost(paths))
        self._refresh()

    def chosen(self) -> tuple[str, ...]:
        return outermost(self._chosen)

    def index_of(self, path: str) -> QModelIndex:
        node = self._nodes.get(path)
        return self.createIndex(node.row, 0, node) if node else QModelIndex()

    def path_of(self, index: Index) -> str:
        node: _Node = index.internalPointer()
        return node.path

    def classes_of(self, path: str) -> str:
        """Class names with counts, the most frequent first."""
        folder = self._folders.get(path)
        counts = sorted(folder.category_counts, key=lambda entry: -entry[1]) if folder else []
        return ", ".join(f"{self._names.get(category, category)} {formatting.count(n)}" for category, n in counts if n)

    def _add(self, path: str) -> _Node:
        """Folders that only hold folders may be missing from the list: they are made on the way."""
        if path in self._nodes:
            return self._nodes[path]
        if not path:
            parent = self._root
        elif "/" in path:
            parent = self._add(path.rpartition("/")[0])
        else:
            parent = self._nodes.get("", self._root)
        node = _Node(path, parent)
        parent.children.append(node)
        self._nodes[path] = node
        return node

    def _included_by(self, path: str) -> str | None:
        """The chosen folder above this one, if any."""
        return next((other for other in self._chosen if other != path and is_inside(path, other)), None)

    def _check_state(self, path: str) -> Qt.CheckState:
        if path in self._chosen or self._included_by(path) is not None:
            return Qt.CheckState.Checked
        has_chosen_below = any(is_inside(other, path) for other in self._chosen)
        return Qt.CheckState.PartiallyChecked if has_chosen_below else Qt.CheckState.Unchecked

    def _refresh(self) -> None:
        def announce(parent: QModelIndex) -> None:
            n_rows = self.rowCount(parent)
            if n_rows:
                self.dataChanged.emit(self.index(0, 0, parent), self.index(n_rows - 1, 0, parent))
            for row in range(n_rows):
                announce(self.index(row, 0, parent))

        announce(QModelIndex())
        self.chosen_changed.emit()

    def _text(self, path: str, column: int) -> str:
        folder = self._folders.get(path)
        if column == 0:
            return folder_title(path.rpartition("/")[2]) if path else folder_title(path)
        if column == 3:
            return ", ".join(dict.fromkeys(use for other, use in self._uses.items() if is_inside(path, other)))
        if folder is None:
            return formatting.NOTHING
        return formatting.count(folder.n_images if column == 1 else folder.n_annotated)

    def _tool_tip(self, path: str) -> str:
        above = self._included_by(path)
        included = f'Included with "{folder_title(above)}".' if above is not None else ""
        return "\n".join(part for part in (folder_title(path), self.classes_of(path), included) if part)

    # Qt overrides

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        node: _Node = parent.internalPointer() if parent.isValid() else self._root
        if not (0 <= row < len(node.children) and 0 <= column < len(HEADINGS)):
            return QModelIndex()
        return self.createIndex(row, column, node.children[row])

    def parent(self, child: Index = ROOT) -> QModelIndex:  # type: ignore[override]  # Qt's has two meanings
        if not child.isValid():
            return QModelIndex()
        node: _Node = child.internalPointer()
        if node.parent is None or node.parent is self._root:
            return QModelIndex()
        return self.createIndex(node.parent.row, 0, node.parent)

    def rowCount(self, parent: Index = ROOT) -> int:
        if parent.column() > 0:
            return 0
        node: _Node = parent.internalPointer() if parent.isValid() else self._root
        return len(node.children)

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(HEADINGS)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == 0 and self._included_by(self.path_of(index)) is None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        path = self.path_of(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(path, index.column())
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            return self._check_state(path)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tool_tip(path)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        path = self.path_of(index)
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self._chosen = set(outermost([*(o for o in self._chosen if not is_inside(o, path)), path]))
        else:
            self._chosen = {other for other in self._chosen if not is_inside(other, path)}
        self._refresh()
        return True


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in (1, 2) else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
