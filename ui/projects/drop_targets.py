"""Where images can be dragged to: the sets of the datasets that can be edited, and the tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFont,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from core.domain.datasets import Dataset, DatasetSet
from core.domain.ids import DatasetId
from core.domain.names import shown
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.dropping import dragged_images, has_images
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label

ROW_HEIGHT = 28
MAX_ROWS = 7  # that are seen without scrolling

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class SetTarget:
    """A set of a dataset that images can be put into."""

    dataset: DatasetId
    item: DatasetSet

    @property
    def text(self) -> str:
        return f"{shown(self.item.name)} ({count(self.item.n_images)})"


@dataclass(frozen=True, slots=True)
class TagTarget:
    tag: str

    @property
    def text(self) -> str:
        return shown(self.tag)


Target = SetTarget | TagTarget


class _Targets(QAbstractListModel):
    """Headings (text) and the targets below them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[str | Target, ...] = ()

    def set_rows(self, rows: tuple[str | Target, ...]) -> None:
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def target(self, index: Index) -> Target | None:
        row = self.rows[index.row()] if index.isValid() else ""
        return None if isinstance(row, str) else row

    def _sentence(self, target: Target) -> str:
        if isinstance(target, TagTarget):
            return self.tr('Drop images here to tag them "{tag}"').format(tag=target.text)
        return self.tr('Drop images here to put them into the set "{name}", which has {images}').format(
            name=shown(target.item.name), images=counted(target.item.n_images, "image")
        )

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) if self.target(index) is not None else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, target = self.rows[index.row()], self.target(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return row if isinstance(row, str) else row.text
        if role == Qt.ItemDataRole.FontRole and target is None:
            font = QFont()
            font.setBold(True)
            return font
        if role == Qt.ItemDataRole.DecorationRole and target is not None:
            return icon("tag" if isinstance(target, TagTarget) else "database")
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole) and target is not None:
            return self._sentence(target)
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(80, ROW_HEIGHT)
        return None


class _TargetList(QListView):
    dropped = Signal(object, object)  # Target, DraggedImages
    target_activated = Signal(object)  # Target

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.targets = _Targets(self)
        self._over = QModelIndex()
        self.setModel(self.targets)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(16, 16))
        self.setAcceptDrops(True)
        self.setAccessibleName(self.tr("Sets and tags to drag images to"))
        self.activated.connect(self._activate)

    def _activate(self, index: Index) -> None:
        target = self.targets.target(index)
        if target is not None:
            self.target_activated.emit(target)

    def _show_over(self, index: QModelIndex) -> None:
        self._over = index
        self.viewport().update()

    # Qt overrides

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_images(event):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if has_images(event) and self.targets.target(index) is not None:
            event.acceptProposedAction()
            self._show_over(index)
        else:
            event.ignore()
            self._show_over(QModelIndex())

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(QModelIndex())

    def dropEvent(self, event: QDropEvent) -> None:
        target = self.targets.target(self.indexAt(event.position().toPoint()))
        dragged = dragged_images(event)
        self._show_over(QModelIndex())
        if target is not None and dragged is not None:
            event.acceptProposedAction()
            self.dropped.emit(target, dragged)

    def paintEvent(self, event: Any) -> None:
        super().paintEvent(event)
        if self._over.isValid():
            painter = QPainter(self.viewport())
            painter.setPen(QPen(QColor(current_theme().accent), 2))
            painter.drawRoundedRect(self.visualRect(self._over).adjusted(2, 2, -2, -2), 5, 5)
            painter.end()


class DropTargets(QWidget):
    """The sets are always seen, the tags only while something is dragged: they have their menu."""

    dropped = Signal(object, object)  # SetTarget or TagTarget, DraggedImages
    target_activated = Signal(object)  # a double click, or Enter

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._datasets: tuple[Dataset, ...] = ()
        self._tags: tuple[str, ...] = ()
        self._is_dragging = False
        self._heading = label(self.tr("Datasets"), "heading")
        self.list = _TargetList()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._heading)
        column.addWidget(self.list)
        self.list.dropped.connect(self.dropped)
        self.list.target_activated.connect(self.target_activated)
        self._show()

    def set_datasets(self, datasets: Sequence[Dataset]) -> None:
        """Of the project; those that cannot be edited are left out."""
        self._datasets = tuple(dataset for dataset in datasets if dataset.is_editable)
        self._show()

    def set_tags(self, tags: Sequence[str]) -> None:
        self._tags = tuple(tags)
        self._show()

    def set_dragging(self, is_dragging: bool) -> None:
        """Images are dragged now, or no longer."""
        self._is_dragging = is_dragging
        self._show()

    def _show(self) -> None:
        rows: list[str | Target] = []
        for dataset in self._datasets:
            rows.append(shown(dataset.label))
            rows += [SetTarget(dataset.id, item) for item in dataset.sets]
        if self._is_dragging and self._tags:
            rows.append(self.tr("Tags"))
            rows += [TagTarget(tag) for tag in self._tags]
        self.list.targets.set_rows(tuple(rows))
        self.list.setFixedHeight(min(len(rows), MAX_ROWS) * ROW_HEIGHT + 2 * self.list.frameWidth())
        self._heading.setText(self.tr("Datasets") if self._datasets else self.tr("Drop on"))
        self.setVisible(bool(rows))
