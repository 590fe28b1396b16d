"""Which images come into a set: by folder, tag, saved filter or another set, as an import stated, or all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from core.domain.datasets import Dataset, DatasetSet
from core.domain.filters import Group, SavedFilter
from core.domain.names import shown
from core.domain.projects import Folder
from core.domain.set_filters import filter_of_set
from core.domain.snapshots import Split
from ui.widgets.formatting import count, counted
from ui.widgets.labels import label, set_role

_SET_WORDS = {Split.TRAIN: "training", Split.VAL: "validation", Split.TEST: "test"}


@dataclass(frozen=True, slots=True)
class FillOffers:
    """What there is to choose from."""

    folders: tuple[Folder, ...] = ()
    tags: tuple[tuple[str, int], ...] = ()
    filters: tuple[SavedFilter, ...] = ()
    stated: tuple[tuple[Split, int], ...] = ()
    n_images: int = 0
    sets: tuple[tuple[Dataset, DatasetSet], ...] = ()  # others that have images


@dataclass(frozen=True, slots=True)
class FillWish:
    """One of these says which images; none = all. `moves`: out of other sets, where an image is in one only."""

    folders: tuple[str, ...] = ()
    tag: str = ""
    where: Group | None = None
    stated: Split | None = None
    moves: bool = False


class FillDialog(QDialog):
    submitted = Signal(object)  # FillWish

    def __init__(self, set_name: str, offers: FillOffers, *, is_unique: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr('Fill "{name}"').format(name=shown(set_name)))
        self.setMinimumWidth(520)
        self._offers = offers
        self._folders = QListWidget()
        self._folders.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self._folders.setAccessibleName(self.tr("Folders"))
        self._folders.setMinimumHeight(160)
        for folder in offers.folders:
            if folder.path:
                item = QListWidgetItem(f"{shown(folder.path)} ({count(folder.n_images)})")
                item.setData(Qt.ItemDataRole.UserRole, folder.path)
                self._folders.addItem(item)
        self._tag = self._combo(self.tr("Tag"), [(f"{shown(tag)} ({count(n)})", tag) for tag, n in offers.tags])
        usable = [one for one in offers.filters if not one.problem]
        self._filter = self._combo(self.tr("Filter"), [(shown(one.name), index) for index, one in enumerate(usable)])
        self._usable = usable
        self._stated = self._combo(
            self.tr("Stated set"), [(f"{_SET_WORDS[split]} ({count(n)})", split.value) for split, n in offers.stated]
        )
        others = [
            (f"{shown(own.label)} / {shown(item.name)} ({count(item.n_images)})", n)
            for n, (own, item) in enumerate(offers.sets)
        ]
        self._set = self._combo(self.tr("Set of a dataset"), others)
        self._by_folder = QRadioButton(self.tr("From &folders, and what is below them"))
        self._by_tag = QRadioButton(self.tr("With the &tag"))
        self._by_filter = QRadioButton(self.tr("That pass the fi&lter"))
        self._by_set = QRadioButton(self.tr("Of another &set"))
        self._by_stated = QRadioButton(self.tr("As an &import stated them"))
        self._all = QRadioButton(self.tr("&All of the project ({n})").format(n=counted(offers.n_images, "image")))
        self._moves = QCheckBox(self.tr("Take them &out of the other sets"))
        self._moves.setVisible(is_unique)
        self._problem = label("", "error", wrap=True)
        self._problem.hide()
        self._save = QPushButton(self.tr("Fill"))
        set_role(self._save, "primary")
        self._save.setDefault(True)
        self._build()
        self._choose_first()

    def _combo(self, name: str, entries: Sequence[tuple[str, object]]) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(name)
        for text, data in entries:
            made.addItem(text, data)
        made.setEnabled(bool(entries))
        return made

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(12)
        grid.addWidget(self._by_folder, 0, 0, 1, 2)
        grid.addWidget(self._folders, 1, 0, 1, 2)
        rows = (
            (self._by_tag, self._tag),
            (self._by_filter, self._filter),
            (self._by_set, self._set),
            (self._by_stated, self._stated),
        )
        for row, (button, combo) in enumerate(rows, start=2):
            grid.addWidget(button, row, 0)
            grid.addWidget(combo, row, 1)
            button.setEnabled(combo.count() > 0)
            combo.activated.connect(lambda _, button=button: button.setChecked(True))
        grid.addWidget(self._all, 6, 0, 1, 2)
        self._by_folder.setEnabled(self._folders.count() > 0)
        self._folders.setVisible(self._folders.count() > 0)
        self._folders.itemSelectionChanged.connect(lambda: self._by_folder.setChecked(True))
        buttons = QDialogButtonBox()
        buttons.addButton(self._save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QPushButton(self.tr("Cancel")), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(grid)
        column.addWidget(self._moves)
        column.addWidget(self._problem)
        column.addWidget(buttons)

    def _choose_first(self) -> None:
        ways = (self._by_folder, self._by_tag, self._by_filter, self._by_set, self._by_stated, self._all)
        first = next(button for button in ways if button.isEnabled())
        first.setChecked(True)
        (self._folders if first is self._by_folder else first).setFocus()

    def show_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.show()
        self._save.setEnabled(True)

    def _submit(self) -> None:
        wish = self._wish()
        if wish is None:
            self.show_problem(self.tr("Choose one folder or more."))
            return
        self._problem.hide()
        self._save.setEnabled(False)  # until there is an answer
        self.submitted.emit(wish)

    def _wish(self) -> FillWish | None:
        moves = self._moves.isChecked()
        if self._by_folder.isChecked():
            folders = tuple(item.data(Qt.ItemDataRole.UserRole) for item in self._folders.selectedItems())
            return FillWish(folders=folders, moves=moves) if folders else None
        if self._by_tag.isChecked():
            return FillWish(tag=str(self._tag.currentData()), moves=moves)
        if self._by_filter.isChecked():
            return FillWish(where=self._usable[int(self._filter.currentData())].filter, moves=moves)
        if self._by_set.isChecked():
            where = filter_of_set(*self._offers.sets[int(self._set.currentData())])
            return FillWish(where=where, moves=moves)
        if self._by_stated.isChecked():
            return FillWish(stated=Split(self._stated.currentData()), moves=moves)
        return FillWish(moves=moves)
