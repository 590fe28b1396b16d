"""What of a study is listed and in which order: search, sorting, filters; images or patches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from core.domain.snapshots import Split
from core.domain.study_lists import (
    CHANGE_TITLES,
    ORDER_TITLES,
    OUTCOME_TITLES,
    SIZE_TITLES,
    ChosenObjects,
    ImageChange,
    ListFilter,
    ListOrder,
    ObjectOutcome,
    ObjectSize,
)
from ui.icons import icon
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.search_field import SearchField

Kind = TypeVar("Kind", bound=StrEnum)

WITHOUT_TRUTH = {ListOrder.ERRORS: "Most predictions", ListOrder.NEAREST_THRESHOLD: "Nearest the threshold"}

CHOICE_TITLES = {
    ObjectOutcome.TP: "Right",
    ObjectOutcome.FP: "Wrong",
    ObjectOutcome.FN: "Wrong or unsure",
}
TAG_TITLES = {
    ObjectOutcome.TP: "Right tags",
    ObjectOutcome.FP: "Tags too many",
    ObjectOutcome.FN: "Missing tags",
}
LABEL_ORDERS = {
    ListOrder.HIGHEST_FALSE_POSITIVE: "Surest mistake",
    ListOrder.ERRORS: "Most errors",
    ListOrder.NEAREST_THRESHOLD: "Nearest the threshold",
    ListOrder.DISAGREEMENT: ORDER_TITLES[ListOrder.DISAGREEMENT],
    ListOrder.NAME: "Name",
}
"""Of labels, what a mistake is surest of comes first."""


class ListBar(QWidget):
    filter_changed = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = ListFilter()
        self._is_resetting = False
        self._has_truth = True
        self._labels = False
        self._search = SearchField(self.tr("Search by name"))
        self._images = self._mode(self.tr("Images"), "images", self.tr("One cell an image"))
        self._patches = self._mode(self.tr("Patches"), "crosshair", self.tr("One cell for each right, wrong or missed"))
        self._images.setChecked(True)
        group = QButtonGroup(self)
        for button in (self._images, self._patches):
            group.addButton(button)
        self._order = ElidedCombo(self.tr("Order"))
        self._outcome = ElidedCombo(self.tr("Outcome"))
        self._category = ElidedCombo(self.tr("Class"))
        self._size = ElidedCombo(self.tr("Size of the objects"))
        self._split = ElidedCombo(self.tr("Set"))
        self._tag = ElidedCombo(self.tr("Tag"))
        self._unused: set[ElidedCombo] = set()
        self._fill(self._outcome, self.tr("All outcomes"), OUTCOME_TITLES)
        self._fill(self._size, self.tr("All sizes"), SIZE_TITLES)
        self._build()
        self.set_study((), has_truth=True, splits=())
        self.set_comparing(False)
        self._search.search_changed.connect(lambda text: self._change(name=text))
        self._order.currentIndexChanged.connect(self._announce)
        self._patches.toggled.connect(self._announce)
        self._outcome.currentIndexChanged.connect(lambda: self._change(outcome=_chosen(self._outcome, ObjectOutcome)))
        self._category.currentIndexChanged.connect(lambda: self._change(category=self._category.currentData()))
        self._size.currentIndexChanged.connect(lambda: self._change(size=_chosen(self._size, ObjectSize)))
        self._split.currentIndexChanged.connect(lambda: self._change(split=_chosen(self._split, Split)))
        self._tag.currentIndexChanged.connect(lambda: self._change(tag=self._tag.currentData() or ""))

    def _mode(self, text: str, icon_name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setIcon(icon(icon_name))
        button.setIconSize(QSize(16, 16))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setCheckable(True)
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tip)
        return button

    def _build(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(4)
        first.addWidget(self._search, 1)
        first.addWidget(self._images)
        first.addWidget(self._patches)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._arrange()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 6)
        column.setSpacing(6)
        column.addLayout(first)
        column.addLayout(self._grid)

    # What is asked for

    @property
    def filter(self) -> ListFilter:
        return self._filter

    @property
    def order(self) -> ListOrder:
        return ListOrder(self._order.currentData())

    @property
    def wants_patches(self) -> bool:
        return self._patches.isChecked()

    def set_study(
        self,
        categories: Sequence[str],
        *,
        has_truth: bool,
        splits: Sequence[Split],
        labels: bool = False,
        is_exclusive: bool = False,
    ) -> None:
        """Another study: nothing restricts, and the order is the usual one of what can be known of it."""
        self._has_truth = has_truth
        self.reset()
        self._is_resetting = True
        if labels != self._labels:
            self._order.clear()  # the usual one of the other kind is not that of this one
        self._labels = labels
        outcomes = (CHOICE_TITLES if is_exclusive else TAG_TITLES) if labels else OUTCOME_TITLES
        self._fill(self._outcome, self.tr("All outcomes"), outcomes)
        self._use(self._size, is_used=not labels)
        self._fill(self._category, self.tr("All classes"), dict(enumerate(categories)))
        self._fill(self._split, self.tr("All sets"), {split: split.value for split in splits})
        self._use(self._split, is_used=len(splits) > 1)
        self._use(self._category, is_used=len(categories) > 1)
        self._use(self._outcome, is_used=has_truth)
        self._fill_orders(is_comparing=False)
        self._is_resetting = False
        self.set_tags(())

    def set_comparing(self, is_comparing: bool) -> None:
        """Whether there is a second set of predictions."""
        self._is_resetting = True
        self._fill_orders(is_comparing=is_comparing)
        self._is_resetting = False
        if not is_comparing and self._filter.change is not None:
            self._filter = replace(self._filter, change=None)

    def set_tags(self, tags: Sequence[str]) -> None:
        """The tags that images of this study have."""
        known = self._tag.currentData()
        self._is_resetting = True
        self._fill(self._tag, self.tr("All tags"), {tag: tag for tag in tags})
        self._tag.setCurrentIndex(max(self._tag.findData(known), 0))
        self._use(self._tag, is_used=bool(tags))
        self._arrange()
        self._is_resetting = False

    def show_patches(self) -> None:
        """As if the person had chosen them."""
        self._patches.setChecked(True)

    def choose(self, chosen: ChosenObjects | None) -> None:
        """What was picked in a chart; None = nothing any more."""
        self._change(chosen=chosen)

    def choose_change(self, change: ImageChange | None) -> None:
        self._change(change=change)

    def reset(self) -> None:
        """Nothing restricts any more; not announced."""
        self._is_resetting = True
        self._search.clear()
        for combo in (self._outcome, self._category, self._size, self._split, self._tag):
            combo.setCurrentIndex(0)
        self._filter = ListFilter()
        self._is_resetting = False

    def words(self) -> str:
        """What restricts, in words; "" when nothing does."""
        wanted = self._filter
        combos = ((self._outcome, wanted.outcome), (self._category, wanted.category), (self._size, wanted.size))
        words = [combo.currentText() for combo, value in combos if value is not None]
        if wanted.chosen is not None:
            words.append(wanted.chosen.text)
        if wanted.split is not None:
            words.append(wanted.split.value)
        if wanted.change is not None:
            words.append(CHANGE_TITLES[wanted.change].lower())
        if wanted.tag:
            words.append(self.tr("tagged {0}").format(wanted.tag))
        if wanted.name:
            words.append(self.tr('named "{0}"').format(wanted.name))
        return ", ".join(words)

    # Inside

    def _use(self, combo: ElidedCombo, *, is_used: bool) -> None:
        """Whether there is anything to choose."""
        combo.setVisible(is_used)
        (self._unused.discard if is_used else self._unused.add)(combo)

    def _arrange(self) -> None:
        """The lists that are of use, two in a row."""
        combos = (self._order, self._outcome, self._category, self._size, self._split, self._tag)
        for combo in combos:
            self._grid.removeWidget(combo)
        for number, combo in enumerate(combo for combo in combos if combo not in self._unused):
            self._grid.addWidget(combo, number // 2, number % 2)

    def _fill_orders(self, *, is_comparing: bool) -> None:
        known = self._order.currentData()
        self._order.clear()
        for order, title in (LABEL_ORDERS if self._labels else ORDER_TITLES).items():
            if order is ListOrder.DISAGREEMENT and not is_comparing:
                continue
            if not self._has_truth and order not in (*WITHOUT_TRUTH, ListOrder.NAME):
                continue
            self._order.addItem(title if self._has_truth else WITHOUT_TRUTH.get(order, title), order)
        self._order.setCurrentIndex(max(self._order.findData(known), 0))

    def _fill(self, combo: QComboBox, all_text: str, entries: Mapping[Any, str]) -> None:
        was, self._is_resetting = self._is_resetting, True
        combo.clear()
        combo.addItem(all_text, None)
        for value, title in entries.items():
            indent = "   " if isinstance(value, ObjectOutcome) and value not in _OUTER else ""
            combo.addItem(indent + title, value)
        self._is_resetting = was

    def _change(self, **changes: Any) -> None:
        if self._is_resetting:
            return
        fresh = replace(self._filter, **changes)
        if fresh != self._filter:
            self._filter = fresh
            self.filter_changed.emit()

    def _announce(self) -> None:
        if not self._is_resetting:
            self.filter_changed.emit()


_OUTER = (ObjectOutcome.TP, ObjectOutcome.FP, ObjectOutcome.FN)


def _chosen(combo: QComboBox, kind: type[Kind]) -> Kind | None:
    """Qt keeps of such a value the text alone."""
    value = combo.currentData()
    return None if value is None else kind(value)
