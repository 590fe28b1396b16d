"""The datasets of a project: a list, and the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from core.domain.datasets import Dataset, DatasetDetails
from core.domain.ids import DatasetId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.splitting import ProposedSet
from ui.datasets.dataset_list import DatasetList
from ui.datasets.dataset_view import DatasetView
from ui.icons import icon
from ui.messages import MessageBanner
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import counted

MIN_LIST_WIDTH = 210


class DatasetsPage(QWidget):
    dataset_chosen = Signal(object)  # DatasetId
    create_requested = Signal()
    proposed_requested = Signal()  # a dataset as the folders tell it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._current: DatasetId | None = None
        self.banner = MessageBanner()
        self.view = DatasetView()
        self._list = DatasetList()
        self._create = QPushButton(icon("plus"), self.tr("Ne&w dataset…"))
        self._proposed = QPushButton(icon("folder-tree"), self.tr("From the &project's sets"))
        self._empty = EmptyState("database", "", "")
        self._by_hand = QPushButton(self.tr("Make one &by hand…"))
        self._by_hand.hide()
        self._stack = QStackedWidget()
        self._has_proposal = False
        self._build()
        self._list.chosen.connect(self._choose)
        for button in (self._create, self._by_hand):
            button.clicked.connect(self.create_requested)
        self._proposed.clicked.connect(self.proposed_requested)
        self._empty.action_requested.connect(self._take_action)
        self.show_loading()

    def _build(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        side.setMinimumWidth(MIN_LIST_WIDTH)
        column.setContentsMargins(8, 12, 8, 8)
        column.addWidget(self._create)
        column.addWidget(self._proposed)
        column.addWidget(self._list, 1)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(side)
        splitter.addWidget(self.view)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([280, 900])
        self._empty.add_below(self._by_hand)
        self._stack.addWidget(splitter)
        self._stack.addWidget(self._empty)
        notices = QHBoxLayout()
        notices.setContentsMargins(12, 0, 12, 0)
        notices.addWidget(self.banner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addLayout(notices)
        outer.addWidget(self._stack, 1)

    @property
    def current(self) -> DatasetId | None:
        return self._current

    def shown(self) -> Dataset | None:
        """The one that is shown, as it was read last."""
        dataset = self.view.dataset
        return dataset if dataset is not None and dataset.id == self._current else None

    def is_shown(self, id: DatasetId) -> bool:
        """Whether what was asked of it is still of interest."""
        dataset = self.shown()
        return dataset is not None and dataset.id == id

    def show_loading(self) -> None:
        """Those of another project: what is still to come of the one before is not shown."""
        self._current = None
        self._by_hand.hide()
        self._empty.set_content("loader", self.tr("Loading the datasets…"), "")
        self._stack.setCurrentIndex(1)

    def show_problem(self, text: str, hint: str) -> None:
        self._by_hand.hide()
        self._empty.set_content("triangle-alert", text, hint)
        self._stack.setCurrentIndex(1)

    def set_datasets(self, datasets: Sequence[Dataset], proposed: Sequence[ProposedSet]) -> DatasetId | None:
        """Which is shown: the same as before where it is still there."""
        self._has_proposal = bool(proposed)
        self._proposed.setVisible(bool(proposed))
        told = ", ".join(f"{item.name} ({counted(item.n_images, 'image')})" for item in proposed)
        self._proposed.setToolTip(
            self.tr("A dataset with the sets that the project tells of: {sets}").format(sets=told)
        )
        self._current = self._list.set_datasets(datasets, self._current)
        if datasets:
            self._stack.setCurrentIndex(0)
            return self._current
        text = self.tr(
            "A dataset is a choice of images in sets, for training, validation and test. Frozen, it never changes: "
            "you always know what a model was trained on."
        )
        if proposed:
            text += " " + self.tr("This project tells of sets: {sets}.").format(sets=told)
        action = self.tr("Make these sets a dataset") if proposed else self.tr("New dataset…")
        self._by_hand.setVisible(bool(proposed))
        self._empty.set_content("database", self.tr("No dataset yet"), text, action)
        self._stack.setCurrentIndex(1)
        return None

    def choose(self, id: DatasetId) -> None:
        """Show this one from the next list on."""
        self._leave_news(id)
        self._current = id
        self._list.choose(id)

    def show_details(self, details: DatasetDetails) -> None:
        if details.dataset.id == self._current:
            self.view.show_details(details)

    def show_message(self, message: UserMessage) -> None:
        self.banner.show_message(message)

    def _leave_news(self, id: DatasetId) -> None:
        """What was told of one dataset does not stay above another; what went wrong does."""
        if id != self._current and self.banner.property("severity") == str(Severity.INFO):
            self.banner.hide()

    def _choose(self, id: DatasetId) -> None:
        self._leave_news(id)
        self._current = id
        self.dataset_chosen.emit(id)

    def _take_action(self) -> None:
        if self._has_proposal:
            self.proposed_requested.emit()
        else:
            self.create_requested.emit()
