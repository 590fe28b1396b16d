"""Finding by typing: the window's commands, what the page can do, projects, runs and models, in one list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRegularExpression,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QDialog, QListView, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from ui.theme import current_theme
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

ENTRY_ROLE = Qt.ItemDataRole.UserRole
NOTE_ROLE = Qt.ItemDataRole.UserRole + 1
SEARCH_ROLE = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """`note` says what it is, or its key; `refusal` why it cannot be chosen now, "" when it can."""

    text: str
    note: str
    do: Callable[[], object]
    icon: QIcon = field(default_factory=QIcon)
    refusal: str = ""


class _EntryDelegate(QStyledItemDelegate):
    """The note in grey at the right end."""

    # Qt overrides

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(80, max(28, option.fontMetrics.height() + 10))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        note = option.fontMetrics.elidedText(
            str(index.data(NOTE_ROLE)), Qt.TextElideMode.ElideMiddle, option.rect.width() // 2
        )
        width = option.fontMetrics.horizontalAdvance(note)
        narrow = QStyleOptionViewItem(option)
        narrow.rect = option.rect.adjusted(0, 0, -(width + 20), 0)
        self.initStyleOption(option, index)
        if option.state & option.state.State_Selected:
            painter.fillRect(option.rect, QColor(current_theme().selection))
        super().paint(painter, narrow, index)
        painter.save()
        painter.setPen(QColor(current_theme().text_muted))
        area = QRect(option.rect.right() - width - 10, option.rect.top(), width, option.rect.height())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), note)
        painter.restore()


class CommandPalette(QDialog):
    """Type to narrow, arrows to choose, Enter to do. What cannot be done is listed with its reason."""

    chosen = Signal(object)  # PaletteEntry

    def __init__(self, entries: Sequence[PaletteEntry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find"))
        self.resize(640, 460)
        self._model = QStandardItemModel(self)
        self._filtered = QSortFilterProxyModel(self)
        self._filtered.setFilterRole(SEARCH_ROLE)
        self._filtered.setSourceModel(self._model)
        self._field = SearchField(self.tr("Type a command, or the name of a project, run or model"))
        self._field.textChanged.connect(self._narrow)
        self._field.returnPressed.connect(self._choose_current)
        self._list = QListView()
        self._list.setModel(self._filtered)
        self._list.setItemDelegate(_EntryDelegate(self._list))
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setUniformItemSizes(True)
        self._list.setIconSize(QSize(18, 18))
        self._list.setAccessibleName(self.tr("What was found"))
        self._list.activated.connect(self._choose)
        self._nothing = label(self.tr("Nothing is called that."), "muted")
        self._nothing.hide()
        column = QVBoxLayout(self)
        column.addWidget(self._field)
        column.addWidget(self._list, 1)
        column.addWidget(self._nothing)
        self.add_entries(entries)

    def add_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Below those that there are; what was typed and chosen stays."""
        for entry in entries:
            self._model.appendRow(self._item(entry))
        self._narrow(self._field.text(), keeps_current=True)

    def _item(self, entry: PaletteEntry) -> QStandardItem:
        item = QStandardItem(entry.icon, entry.text)
        item.setEnabled(not entry.refusal)
        item.setToolTip(entry.refusal)
        item.setData(entry, ENTRY_ROLE)
        item.setData(entry.refusal or entry.note, NOTE_ROLE)
        item.setData(f"{entry.text} {entry.note}", SEARCH_ROLE)
        return item

    def _narrow(self, text: str, *, keeps_current: bool = False) -> None:
        # Every word that was typed is in the entry's text or note, in any order.
        words = (QRegularExpression.escape(word) for word in text.split())
        pattern = "".join(f"(?=.*{word})" for word in words)
        option = QRegularExpression.PatternOption.CaseInsensitiveOption
        self._filtered.setFilterRegularExpression(QRegularExpression(pattern, option))
        self._nothing.setVisible(self._filtered.rowCount() == 0)
        if keeps_current and self._list.currentIndex().isValid():
            return
        for row in range(self._filtered.rowCount()):
            index = self._filtered.index(row, 0)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                self._list.setCurrentIndex(index)
                return

    def _choose_current(self) -> None:
        self._choose(self._list.currentIndex())

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            entry = index.data(ENTRY_ROLE)
            self.accept()
            self.chosen.emit(entry)

    # Qt overrides

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            row = self._list.currentIndex().row() + step
            if 0 <= row < self._filtered.rowCount():
                self._list.setCurrentIndex(self._filtered.index(row, 0))
            return
        super().keyPressEvent(event)
