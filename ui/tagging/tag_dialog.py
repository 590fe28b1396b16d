"""Which tags the chosen images are to have: all of them, none, or as it is."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.judgements import MAX_TAG
from core.domain.names import shown
from ui.icons import icon
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label, set_role

SIZE = (460, 480)
_TAG = Qt.ItemDataRole.UserRole
_BEFORE = Qt.ItemDataRole.UserRole + 1
_AS_IT_IS, _NONE, _ALL = Qt.CheckState.PartiallyChecked, Qt.CheckState.Unchecked, Qt.CheckState.Checked


class TagDialog(QDialog):
    edited = Signal(object, object)  # tuple[str, ...] to be given, tuple[str, ...] to be taken off

    def __init__(self, n_images: int, counts: Mapping[str, int], parent: QWidget | None = None) -> None:
        """`counts` says how many of the images have which of the tags that there are."""
        super().__init__(parent)
        self._n = n_images
        self.setWindowTitle(self.tr("Tags of {images}").format(images=counted(n_images, "image")))
        self.resize(*SIZE)
        self.model = QStandardItemModel(self)
        for tag, number in counts.items():
            self._add(tag, number)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setSpacing(2)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName(self.tr("Tags"))
        self.own = QLineEdit()
        self.own.setMaxLength(MAX_TAG)
        self.own.setPlaceholderText(self.tr("Another tag"))
        self.own.setAccessibleName(self.tr("Another tag"))
        self.add = QPushButton(icon("plus"), self.tr("Add"))
        self.told = label("", "muted", wrap=True)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._build()
        self.model.itemChanged.connect(lambda _: self._tell())
        self.own.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.own.returnPressed.connect(self.add_own)
        self.add.clicked.connect(self.add_own)
        self._buttons.accepted.connect(self._take)
        self._buttons.rejected.connect(self.reject)
        self._tell()

    def _build(self) -> None:
        self.add.setEnabled(False)
        self.add.setAutoDefault(False)
        ready = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ready.setText(self.tr("Apply"))
        set_role(ready, "primary")
        line = QHBoxLayout()
        line.addWidget(self.own, 1)
        line.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(10)
        text = self.tr("A tick gives the tag to all of them, an empty box takes it off all, a dash leaves it as it is.")
        column.addWidget(label(text, "muted", wrap=True))
        column.addWidget(self.list, 1)
        column.addLayout(line)
        column.addWidget(self.told)
        column.addWidget(self._buttons)

    def changes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is to be given, and what taken off."""
        give, take = [], []
        for item in map(self.model.item, range(self.model.rowCount())):
            tag, before, now = str(item.data(_TAG)), int(item.data(_BEFORE)), item.checkState()
            if now is _ALL and before < self._n:
                give.append(tag)
            elif now is _NONE and before:
                take.append(tag)
        return tuple(give), tuple(take)

    def add_own(self) -> None:
        """The tag that is written, for all; one that is listed is ticked."""
        tag = " ".join(self.own.text().split())
        self.own.clear()
        if not tag:
            return
        for item in map(self.model.item, range(self.model.rowCount())):
            if item.data(_TAG) == tag:
                item.setCheckState(_ALL)
                self.list.setCurrentIndex(self.model.indexFromItem(item))
                return
        self._add(tag, 0).setCheckState(_ALL)
        self.list.scrollToBottom()

    def item_of(self, tag: str) -> QStandardItem | None:
        found = self.model.match(QModelIndex(self.model.index(0, 0)), _TAG, tag, 1, Qt.MatchFlag.MatchExactly)
        return self.model.itemFromIndex(found[0]) if found else None

    def _add(self, tag: str, number: int) -> QStandardItem:
        part = self.tr("{n} of {all}").format(n=count(number), all=count(self._n))
        item = QStandardItem(f"{shown(tag)}   ({part})" if number else shown(tag))
        item.setData(tag, _TAG)
        item.setData(number, _BEFORE)
        item.setCheckable(True)
        item.setUserTristate(0 < number < self._n)
        item.setCheckState(_ALL if number >= self._n else _AS_IT_IS if number else _NONE)
        self.model.appendRow(item)
        return item

    def _tell(self) -> None:
        give, take = self.changes()
        words = [self.tr("gives {tags}").format(tags=_quoted(give))] if give else []
        words += [self.tr("takes off {tags}").format(tags=_quoted(take))] if take else []
        text = ", ".join(words)
        self.told.setText(f"{text[:1].upper()}{text[1:]}." if words else self.tr("Nothing is changed."))
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(words))

    def _take(self) -> None:
        self.edited.emit(*self.changes())
        self.accept()


def _quoted(tags: tuple[str, ...]) -> str:
    return ", ".join(f'"{shown(tag)}"' for tag in tags)
