"""What narrows the list of runs: words, statuses, projects, models, workers, and when they were made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from core.domain.runs import RunFilter, RunStatus
from ui.icons import icon
from ui.runs.filter_button import FilterButton
from ui.runs.run_matching import FilterChoices, created_since
from ui.widgets.search_field import SearchField

DAYS = (("Any time", None), ("Today", 0), ("Last 7 days", 6), ("Last 30 days", 29))


class RunsFilterBar(QWidget):
    filter_changed = Signal(object)  # RunFilter

    def __init__(self, now: Callable[[], datetime], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self.search = SearchField(self.tr("Search by name, model or ID"))
        self.statuses = FilterButton(self.tr("Status"))
        self.projects = FilterButton(self.tr("Project"))
        self.models = FilterButton(self.tr("Model"))
        self.workers = FilterButton(self.tr("Method"))
        self.dates = QComboBox()
        self.dates.setAccessibleName(self.tr("Created"))
        for text, days in DAYS:
            self.dates.addItem(text, days)
        self._clear = QPushButton(icon("x"), self.tr("Clear filters"))
        self._clear.hide()
        self.statuses.set_choices([(status, str(status)) for status in RunStatus])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        for button in self._buttons():
            row.addWidget(button)
            button.changed.connect(self._announce)
        row.addWidget(self.dates)
        row.addWidget(self._clear)
        self.search.search_changed.connect(self._announce)
        self.dates.currentIndexChanged.connect(self._announce)
        self._clear.clicked.connect(self.clear)

    def filter(self) -> RunFilter:
        return RunFilter(
            text=self.search.text().strip(),
            statuses=self.statuses.chosen(),
            projects=self.projects.chosen(),
            models=self.models.chosen(),
            workers=self.workers.chosen(),
            created_after=created_since(self.dates.currentData(), self._now()),
        )

    def set_choices(self, choices: FilterChoices) -> None:
        self.projects.set_choices(choices.projects)
        self.models.set_choices(choices.models)
        self.workers.set_choices(choices.workers)

    def clear(self) -> None:
        self.search.clear()
        for button in self._buttons():
            button.clear()
        self.dates.setCurrentIndex(0)

    def _buttons(self) -> tuple[FilterButton, ...]:
        return self.statuses, self.projects, self.models, self.workers

    def _announce(self) -> None:
        filter = self.filter()
        self._clear.setVisible(filter != RunFilter())
        self.filter_changed.emit(filter)
