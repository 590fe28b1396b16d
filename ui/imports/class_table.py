"""The classes of an import, how many annotations each has, and what becomes of it in the project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from core.domain.imports import SourceClass
from core.domain.names import one_line, shown
from ui.icons import icon
from ui.theme import current_theme
from ui.viewer.colouring import overlay_colour
from ui.widgets.formatting import count

Index = QModelIndex | QPersistentModelIndex
NAME, NUMBER, BECOMES = range(3)
LEAVE_OUT = "Leave out"
_MARK_ROOM = 34  # pixels at the end of a cell: the mark of a list, and air on both sides of the name


class ClassModel(QAbstractTableModel):
    mapping_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[SourceClass] = []
        self._known: tuple[str, ...] = ()

    def set_classes(self, classes: Sequence[SourceClass], known: Sequence[str]) -> None:
        """`known` are the classes that the project has already. Of the same classes the place in the table stays."""
        rows, self._known = list(classes), tuple(known)
        if rows and [row.name for row in rows] == [row.name for row in self._rows]:
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, BECOMES))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    @property
    def classes(self) -> tuple[SourceClass, ...]:
        return tuple(self._rows)

    def offers(self, row: int) -> list[str]:
        """What a class may become: itself, a class of the project, another class of the files."""
        own = self._rows[row].name
        return list(dict.fromkeys((own, *self._known, *(one.name for one in self._rows))))

    # Qt overrides

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else BECOMES + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Class"), self.tr("Annotations"), self.tr("Becomes"))[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == BECOMES else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        item, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (shown(item.name), count(item.n_annotations), _becomes(item))[column]
        if role == Qt.ItemDataRole.EditRole and column == BECOMES:
            return LEAVE_OUT if item.becomes is None else item.becomes
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == BECOMES:
                return self.tr("Choose another class, type a new name, or leave the class out")
            return shown(item.name)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.DecorationRole and column == NAME:
            return overlay_colour(index.row())
        if role == Qt.ItemDataRole.ForegroundRole:
            is_plain = column == BECOMES and item.becomes == item.name
            return QColor(current_theme().text_muted) if column == NUMBER or is_plain else None
        if role == Qt.ItemDataRole.AccessibleTextRole and column == BECOMES:
            return self.tr("{name} becomes {new}").format(name=shown(item.name), new=_becomes(item))
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """None leaves the class out; an empty name gives it back its own."""
        if not index.isValid() or index.column() != BECOMES or role != Qt.ItemDataRole.EditRole:
            return False
        item = self._rows[index.row()]
        becomes = None if value is None else (value if value == item.name else one_line(str(value))) or item.name
        if becomes != item.becomes:
            self._rows[index.row()] = SourceClass(item.name, item.n_annotations, becomes)
            self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), BECOMES))
            self.mapping_changed.emit()
        return True


class ClassTable(QTableView):
    mapping_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes = ClassModel(self)
        self.setModel(self._classes)
        self.setItemDelegateForColumn(BECOMES, _BecomesDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(self.tr("Classes of the files, and what becomes of them"))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(28, self.fontMetrics().height() + 11))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(NUMBER, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(BECOMES, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(lambda index: self.edit(index) if index.column() == BECOMES else None)
        self._classes.mapping_changed.connect(self.mapping_changed)

    def set_classes(self, classes: Sequence[SourceClass], known: Sequence[str]) -> None:
        """`known` are the classes that the project has already."""
        self._classes.set_classes(classes, known)

    @property
    def classes(self) -> tuple[SourceClass, ...]:
        return self._classes.classes

    def mapping(self) -> tuple[tuple[str, str | None], ...]:
        """What is to become something else than itself."""
        return tuple((one.name, one.becomes) for one in self.classes if one.becomes != one.name)


class _BecomesDelegate(QStyledItemDelegate):
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        model = index.model()
        assert isinstance(model, ClassModel)
        editor = QComboBox(parent)
        editor.setEditable(True)
        editor.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        editor.setAccessibleName(self.tr("What the class becomes"))
        for name in model.offers(index.row()):
            editor.addItem(name, name)
        editor.insertSeparator(editor.count())
        editor.addItem(icon("x"), LEAVE_OUT, None)
        editor.activated.connect(lambda: self._take(editor))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        editor.setCurrentIndex(editor.findText(str(index.data(Qt.ItemDataRole.EditRole)), Qt.MatchFlag.MatchExactly))
        line = editor.lineEdit()
        assert line is not None
        line.setText(str(index.data(Qt.ItemDataRole.EditRole)))
        line.selectAll()

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        assert isinstance(editor, QComboBox)
        text = editor.currentText()
        is_left_out = text == LEAVE_OUT and editor.itemText(editor.currentIndex()) == LEAVE_OUT
        model.setData(index, None if is_left_out else text)

    def _take(self, editor: QComboBox) -> None:
        """A choice from the list is made at once; a typed name with Enter."""
        self.commitData.emit(editor)
        self.closeEditor.emit(editor)

    # Qt overrides

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """As high as it has to be, which is a little more than the row."""
        place = QRect(option.rect)
        place.setHeight(max(place.height(), editor.sizeHint().height()))
        place.moveCenter(option.rect.center())
        place.moveTop(max(place.top(), 0))
        editor.setGeometry(place)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        room = option.rect.width() - _MARK_ROOM
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        rect: QRect = option.rect
        mark = QRect(rect.right() - 20, rect.center().y() - 6, 13, 13)
        icon("chevron-down", role="text_muted").paint(painter, mark)


def _becomes(item: SourceClass) -> str:
    return LEAVE_OUT if item.becomes is None else shown(item.becomes)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column == NUMBER else Qt.AlignmentFlag.AlignLeft
    return Qt.AlignmentFlag.AlignVCenter | side
