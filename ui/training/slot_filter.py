"""By which filter the images of a set are chosen: those with its tag, those of a dataset's set, or a saved filter."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.datasets import Dataset, DatasetSet
from core.domain.filter_words import in_words
from core.domain.filters import Group, SavedFilter
from core.domain.names import shown
from core.domain.set_filters import filter_of_set, set_in
from core.domain.snapshots import Split
from core.domain.tagging import TAG_OF, tag_filter
from core.domain.training import SplitFilter
from ui.icons import icon
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.formatting import counted
from ui.widgets.labels import label

OWN = -1  # a filter that is none of the saved ones


class SlotKind(StrEnum):
    FOLDERS = "folders"
    TAG = "tag"
    SET = "set"
    FILTER = "filter"


def kind_of(chosen: SplitFilter | None) -> SlotKind:
    """A filter that asks for the tag of the set, however it came to be, is "Tagged images" (DL-08); one without a name
    that asks for a dataset's set is "Set of a dataset"."""
    if chosen is None:
        return SlotKind.FOLDERS
    if chosen.filter == tag_filter(chosen.split):
        return SlotKind.TAG
    return SlotKind.SET if not chosen.name and set_in(chosen.filter) else SlotKind.FILTER


class SlotFilter(QWidget):
    changed = Signal()
    show_requested = Signal(object)  # Group: what it finds is to be shown

    def __init__(self, split: Split, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._split = split
        self._saved: tuple[SavedFilter, ...] = ()
        self._sets: tuple[tuple[Dataset, DatasetSet], ...] = ()
        self._n_tagged = 0
        self._chosen: SplitFilter | None = None
        self._kind = SlotKind.FOLDERS
        self.saved = ElidedCombo(self.tr("Saved filter for {set}").format(set=title), least=20)
        self.sets = ElidedCombo(self.tr("Set of a dataset for {set}").format(set=title), least=34)
        self._words = label("", "muted", wrap=True)
        self.show_filter = QPushButton(icon("eye"), self.tr("Show filter"))
        self.show_filter.setAccessibleName(self.tr("Show the filter of {set}").format(set=title))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.saved, 1)
        row.addWidget(self.sets, 1)
        row.addWidget(self._words, 2)
        row.addWidget(self.show_filter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        self.saved.activated.connect(self._take)
        self.sets.activated.connect(self._take_set)
        self.show_filter.clicked.connect(self._ask)
        self._refresh()

    # From outside

    def set_offers(self, saved: Sequence[SavedFilter], n_tagged: int, datasets: Sequence[Dataset]) -> None:
        """The project's saved filters and datasets, and how many images have the tag of the set."""
        self._saved, self._n_tagged = tuple(saved), n_tagged
        self._sets = tuple((dataset, item) for dataset in datasets for item in dataset.sets)
        self._refresh()

    def set_choice(self, chosen: SplitFilter | None) -> None:
        """Nothing is announced."""
        self._chosen, self._kind = chosen, kind_of(chosen)
        self._refresh()

    def choice(self) -> SplitFilter | None:
        return self._chosen

    def kind(self) -> SlotKind:
        return self._kind

    def n_tagged(self) -> int:
        return self._n_tagged

    # What the person does

    def take_kind(self, kind: SlotKind) -> None:
        """Of saved filters the first is chosen, of sets the first that is for this; there may be none."""
        if kind is self._kind:
            return
        self._kind = kind
        if kind is SlotKind.TAG:
            self._chosen = SplitFilter(self._split, tag_filter(self._split))
        elif kind is SlotKind.SET:
            fitting = [pair for pair in self._sets if pair[1].role.as_split is self._split]
            first = next(iter([*fitting, *self._sets]), None)
            self._chosen = None if first is None else SplitFilter(self._split, filter_of_set(*first))
        else:
            usable = next((saved for saved in self._saved if not saved.problem), None)
            is_filter = kind is SlotKind.FILTER and usable is not None
            self._chosen = self._of(usable) if is_filter and usable is not None else None
        self._refresh()
        self.changed.emit()

    def _take(self, index: int) -> None:
        place = self.saved.itemData(index)
        if isinstance(place, int) and place != OWN:
            self._chosen = self._of(self._saved[place])
            self._refresh()
            self.changed.emit()

    def _take_set(self, index: int) -> None:
        place = self.sets.itemData(index)
        if isinstance(place, int) and place != OWN:
            self._chosen = SplitFilter(self._split, filter_of_set(*self._sets[place]))
            self._refresh()
            self.changed.emit()

    def _ask(self) -> None:
        if self._chosen is not None:
            self.show_requested.emit(self._chosen.filter)

    # How it is shown

    def _of(self, saved: SavedFilter) -> SplitFilter:
        return SplitFilter(self._split, saved.filter, saved.name)

    def _refresh(self) -> None:
        self.setVisible(self._kind is not SlotKind.FOLDERS)
        self.saved.setVisible(self._kind is SlotKind.FILTER and (bool(self._saved) or self._chosen is not None))
        self.show_filter.setVisible(self._chosen is not None)
        self.saved.clear()
        current = OWN
        for place, saved in enumerate(self._saved):
            self.saved.addItem(icon("triangle-alert" if saved.problem else "funnel"), shown(saved.name), place)
            if saved.problem:
                self._disable(place, saved.problem)
            elif self._chosen is not None and self._chosen.filter == saved.filter:
                current = place if current == OWN or saved.name == self._chosen.name else current
        if current == OWN and self._chosen is not None and self._kind is SlotKind.FILTER:
            self.saved.addItem(icon("funnel"), self._own_title(), OWN)
        index = self.saved.findData(current)
        self.saved.setCurrentIndex(index)
        self._refresh_sets()
        self._words.setText(self._text())

    def _refresh_sets(self) -> None:
        is_by_set = self._kind is SlotKind.SET
        self.sets.setVisible(is_by_set and (bool(self._sets) or self._chosen is not None))
        self.sets.clear()
        current = OWN
        for place, (dataset, item) in enumerate(self._sets):
            images = counted(item.n_images, "image")
            self.sets.addItem(icon("database"), f"{shown(dataset.label)} / {shown(item.name)}: {images}", place)
            if self._chosen is not None and self._chosen.filter == filter_of_set(dataset, item):
                current = place
        if current == OWN and is_by_set and self._chosen is not None:  # the review says that it is gone
            self.sets.addItem(icon("triangle-alert"), shown(set_in(self._chosen.filter)), OWN)
        self.sets.setCurrentIndex(self.sets.findData(current))

    def _disable(self, place: int, why: str) -> None:
        self.saved.setItemData(place, why, Qt.ItemDataRole.ToolTipRole)
        model = self.saved.model()
        if isinstance(model, QStandardItemModel):
            model.item(place).setEnabled(False)

    def _own_title(self) -> str:
        name = self._chosen.name if self._chosen is not None else ""
        return self.tr("{name}, as it was").format(name=shown(name)) if name else self.tr("A filter of this training")

    def _text(self) -> str:
        if self._kind is SlotKind.TAG:
            images = counted(self._n_tagged, "image")
            return self.tr("Images tagged “{tag}”: {images}").format(tag=TAG_OF[self._split], images=images)
        if self._kind is SlotKind.SET:
            none = self.tr("This project has no dataset. Make one on its page “Datasets”.")
            return none if self._chosen is None else self.tr("With the annotations that the project has now")
        if self._chosen is None:
            return self.tr("This project has no saved filter. Save one above the images of the project.")
        return words_of(self._chosen.filter)


def words_of(group: Group) -> str:
    """The filter as a sentence without its full stop."""
    words = in_words(group)
    return words[:1].upper() + words[1:]
