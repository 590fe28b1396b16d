"""The classes with their colours and counts; a coloured check mark says whether a class is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.icons import icon
from ui.theme import current_theme
from ui.viewer.class_menu import ClassVerb, class_menu
from ui.viewer.colouring import contrast_colour, overlay_colour, visible_edge
from ui.widgets.formatting import count, counted

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 28
BOX = 14
KEY_BOX = 17
MAX_KEYS = 9
_VERBS = {Qt.Key.Key_F2: ClassVerb.RENAME, Qt.Key.Key_Delete: ClassVerb.DELETE}


class CategoryRole(IntEnum):
    COLOUR = Qt.ItemDataRole.UserRole + 1
    COUNT = Qt.ItemDataRole.UserRole + 2
    ID = Qt.ItemDataRole.UserRole + 3
    KEY = Qt.ItemDataRole.UserRole + 4


class CategoryModel(QAbstractListModel):
    """Rows in the project's order of classes; the check state is "drawn"."""

    hidden_changed = Signal(object)  # frozenset[CategoryId]

    def __init__(self, *, has_keys: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self._counts: Mapping[CategoryId, int] = {}
        self._hidden: frozenset[CategoryId] = frozenset()
        self._has_keys = has_keys

    @property
    def hidden(self) -> frozenset[CategoryId]:
        return self._hidden

    @property
    def categories(self) -> tuple[Category, ...]:
        return self._categories

    def set_categories(self, categories: Sequence[Category], counts: Mapping[CategoryId, int] | None = None) -> None:
        """Other classes; `counts` replaces the project's numbers by others, such as those of one image."""
        fresh = tuple(categories)
        counts = {c.id: c.n_annotations for c in fresh} if counts is None else counts
        if [c.id for c in fresh] == [c.id for c in self._categories] and fresh:
            self._categories, self._counts = fresh, counts
            self.dataChanged.emit(self.index(0), self.index(len(fresh) - 1))
            return
        before = self._hidden
        self.beginResetModel()
        self._categories, self._counts = fresh, counts
        self._hidden = before & {c.id for c in fresh}
        self.endResetModel()
        if self._hidden != before:
            self.hidden_changed.emit(self._hidden)

    def set_hidden(self, hidden: frozenset[CategoryId]) -> None:
        if hidden == self._hidden:
            return
        self._hidden = hidden
        if self._categories:
            self.dataChanged.emit(self.index(0), self.index(len(self._categories) - 1))
        self.hidden_changed.emit(hidden)

    def toggle(self, row: int) -> None:
        if 0 <= row < len(self._categories):
            self.set_hidden(self._hidden ^ {self._categories[row].id})

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._categories)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.NoItemFlags
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsUserCheckable | flag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        category = self._categories[index.row()]
        n_annotations = self._counts.get(category.id, 0)
        is_shown = category.id not in self._hidden
        if role == Qt.ItemDataRole.DisplayRole:
            return category.name
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            state = self.tr("drawn") if is_shown else self.tr("hidden")
            return self.tr("{name}, {annotations}, {state}").format(
                name=category.name, annotations=counted(n_annotations, "annotation"), state=state
            )
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{category.name}: {counted(n_annotations, 'annotation')}"
        if role == CategoryRole.COLOUR:
            return overlay_colour(category.colour_number)
        if role == CategoryRole.COUNT:
            return n_annotations
        if role == CategoryRole.ID:
            return category.id
        if role == CategoryRole.KEY:
            return str(index.row() + 1) if self._has_keys and index.row() < MAX_KEYS else ""
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self.toggle(index.row())
        return True


class CategoryDelegate(QStyledItemDelegate):
    """Coloured check box, name, key, number; a funnel on rows that filter."""

    def __init__(self, *, has_filter_mark: bool = False, has_keys: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._has_filter_mark = has_filter_mark
        self._has_keys = has_keys

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = max(ROW_HEIGHT, option.fontMetrics.height() + 10)
        return QSize(120, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = current_theme()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        is_shown = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        painter.save()
        if is_selected or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(theme.selection if is_selected else theme.raised))
        paint_check(painter, check_rect(rect), index.data(CategoryRole.COLOUR), is_shown)
        right = rect.right() - 8
        if self._has_filter_mark and is_selected:
            icon("funnel", role="accent").paint(painter, QRect(right - 13, rect.center().y() - 6, 13, 13))
            right -= 19
        right = self._paint_number(painter, rect, right, index)
        is_there = int(index.data(CategoryRole.COUNT)) > 0
        painter.setPen(QColor((theme.text if is_there else theme.text_muted) if is_shown else theme.text_disabled))
        left = check_rect(rect).right() + 9
        room = QRect(left, rect.top(), max(right - left - 6, 10), rect.height())
        name = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, name)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), 1))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        painter.restore()

    def _paint_number(self, painter: QPainter, rect: QRect, right: int, index: Index) -> int:
        """The key, where there are keys, in a column of its own at the right end, left of it the count."""
        theme = current_theme()
        if self._has_keys:
            key = QRectF(right - KEY_BOX, rect.center().y() - KEY_BOX / 2 + 0.5, KEY_BOX, KEY_BOX)
            if text := str(index.data(CategoryRole.KEY)):
                painter.setPen(QColor(theme.border))
                painter.drawRoundedRect(key, 3, 3)
                painter.setPen(QColor(theme.text_muted))
                painter.drawText(key, Qt.AlignmentFlag.AlignCenter, text)
            right -= KEY_BOX + 10
        text = count(int(index.data(CategoryRole.COUNT)))
        width = painter.fontMetrics().horizontalAdvance(text)
        painter.setPen(QColor(theme.text_muted))
        area = QRect(right - width, rect.top(), width, rect.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
        return right - width - 8

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """The check box takes the clicks on it, so that they do not select; Space toggles as everywhere."""
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            area = check_rect(option.rect).adjusted(-8, -8, 5, 8)
            if not area.contains(event.position().toPoint()):
                return False
            if event.type() == QEvent.Type.MouseButtonRelease:
                model.setData(index, None, Qt.ItemDataRole.CheckStateRole)
            return True
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space:
            if event.type() == QEvent.Type.KeyPress:
                model.setData(index, None, Qt.ItemDataRole.CheckStateRole)
            return True
        return False


class CategoryList(QListView):
    """With `is_filter` a click on rows chooses classes to filter by (click again to let go)."""

    hidden_changed = Signal(object)  # frozenset[CategoryId]: not drawn
    filter_changed = Signal(object)  # tuple[CategoryId, ...]
    class_wished = Signal(object, object)  # ClassVerb, the CategoryId that it is about, None = of all

    def __init__(self, *, is_filter: bool = False, has_keys: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories_model = CategoryModel(has_keys=has_keys, parent=self)
        self._empty_text = ""
        self.setModel(self._categories_model)
        self.setItemDelegate(CategoryDelegate(has_filter_mark=is_filter, has_keys=has_keys, parent=self))
        self.setSelectionMode(
            QAbstractItemView.SelectionMode.MultiSelection if is_filter else QAbstractItemView.SelectionMode.NoSelection
        )
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Classes"))
        self._categories_model.hidden_changed.connect(self.hidden_changed)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.selectionModel().selectionChanged.connect(self._announce_filter)

    @property
    def hidden(self) -> frozenset[CategoryId]:
        return self._categories_model.hidden

    def set_categories(self, categories: Sequence[Category], counts: Mapping[CategoryId, int] | None = None) -> None:
        self._categories_model.set_categories(categories, counts)

    def set_empty_text(self, text: str) -> None:
        """What stands in the list while there is no class."""
        self._empty_text = text
        self.viewport().update()

    def set_hidden(self, hidden: frozenset[CategoryId]) -> None:
        self._categories_model.set_hidden(hidden)

    def show_all(self) -> None:
        self.set_hidden(frozenset())

    def hide_all(self) -> None:
        self.set_hidden(frozenset(c.id for c in self._categories_model.categories))

    def toggle(self, row: int) -> None:
        self._categories_model.toggle(row)

    def chosen(self) -> tuple[CategoryId, ...]:
        """The classes to filter by, in the project's order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        return tuple(self._categories_model.categories[row].id for row in rows)

    def set_chosen(self, categories: Sequence[CategoryId]) -> None:
        """Select exactly these rows; announces the filter when it changes."""
        selection = self.selectionModel()
        selection.clearSelection()
        for row, category in enumerate(self._categories_model.categories):
            if category.id in categories:
                selection.select(self._categories_model.index(row), QItemSelectionModel.SelectionFlag.Select)

    def class_menu(self, row: int) -> QMenu:
        """What can be done with the class of a row; -1 = with all of them."""
        categories = self._categories_model.categories
        category = categories[row].id if 0 <= row < len(categories) else None
        return class_menu(self, category, self.class_wished.emit)

    def _show_menu(self, at: QPoint) -> None:
        menu = self.class_menu(self.indexAt(at).row())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.viewport().mapToGlobal(at))

    def _wish(self, verb: ClassVerb) -> None:
        row = self.currentIndex().row()
        if row >= 0:
            self.class_wished.emit(verb, self._categories_model.categories[row].id)

    def _announce_filter(self) -> None:
        self.filter_changed.emit(self.chosen())

    # Qt overrides

    def event(self, event: QEvent) -> bool:
        # While the list has the keyboard its keys are its own and not the page's.
        is_own = isinstance(event, QKeyEvent) and Qt.Key(event.key()) in _VERBS
        if event.type() == QEvent.Type.ShortcutOverride and is_own:
            event.accept()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._empty_text and not self._categories_model.categories:
            painter = QPainter(self.viewport())
            painter.setPen(QColor(current_theme().text_muted))
            room = self.viewport().rect().adjusted(9, 7, -9, -7)
            painter.drawText(room, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        verb = _VERBS.get(Qt.Key(event.key()))
        if verb is None:
            super().keyPressEvent(event)
        else:
            self._wish(verb)


def check_rect(row: QRect) -> QRect:
    """Where the check box of a row is."""
    return QRect(row.left() + 9, row.center().y() - BOX // 2, BOX, BOX)


def paint_check(painter: QPainter, rect: QRect, colour: QColor, is_checked: bool) -> None:
    """A box filled with the class's colour and ticked, or only outlined with it."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(visible_edge(colour), 1.6))
    painter.setBrush(colour if is_checked else Qt.BrushStyle.NoBrush)
    box = QRectF(rect).adjusted(0.8, 0.8, -0.8, -0.8)
    painter.drawRoundedRect(box, 3, 3)
    if is_checked:
        painter.setPen(QPen(contrast_colour(colour), 1.8))
        w, h = box.width(), box.height()
        points = [(0.24, 0.52), (0.43, 0.72), (0.77, 0.3)]
        tick = QPolygonF()
        for x, y in points:
            tick.append(box.topLeft() + QPointF(x * w, y * h))
        painter.drawPolyline(tick)
    painter.restore()
