"""The left of a study: what is listed, the grid, and how many images that makes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QStackedWidget, QVBoxLayout, QWidget

from core.domain.predictions import ObjectTable
from core.domain.study_lists import StudyAnswer
from ui.grids.cell_grid import MAX_SIDE, MIN_SIDE
from ui.icons import icon
from ui.studies.changes_bar import ChangesBar
from ui.studies.list_bar import ListBar
from ui.studies.outcome_grid import OutcomeGrid
from ui.widgets.empty_state import EmptyState
from ui.widgets.formatting import count, counted
from ui.widgets.labels import ElidedLabel

USUAL_SIDE = 132  # of a thumbnail: two columns beside the image on a small screen


class ListColumn(QWidget):
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = ListBar()
        self.changes = ChangesBar()
        self.grid = OutcomeGrid()
        self.grid.setFrameShape(OutcomeGrid.Shape.NoFrame)
        self.grid.set_side(USUAL_SIDE)
        self._empty = EmptyState("funnel", "", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.grid)
        self._stack.addWidget(self._empty)
        self._status = ElidedLabel()
        self._status.setProperty("role", "muted")
        self._status.setAccessibleName(self.tr("How many are listed"))
        self._clear = QPushButton(icon("x"), self.tr("Clear"))
        self._clear.setToolTip(self.tr("Clear filters"))
        self._clear.setAccessibleName(self.tr("Clear filters"))
        self._side = QSlider(Qt.Orientation.Horizontal)
        self._side.setRange(MIN_SIDE, MAX_SIDE)
        self._side.setValue(USUAL_SIDE)
        self._side.setFixedWidth(70)
        self._side.setAccessibleName(self.tr("Size of the thumbnails"))
        self._side.setToolTip(self.tr("Size of the thumbnails"))
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 8, 5)
        foot.addWidget(self._status, 1)
        foot.addWidget(self._clear)
        foot.addWidget(self._side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.changes)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self._side.valueChanged.connect(self.grid.set_side)
        self._clear.clicked.connect(self.clear_requested)
        self._empty.action_requested.connect(self.clear_requested)
        self._clear.hide()

    def set_table(self, table: ObjectTable | None, *, seen: frozenset[int] = frozenset()) -> None:
        self.grid.set_table(table, has_outcomes=table is None or table.n_truths > 0, seen=seen)
        self.changes.set_second(None)
        self._status.setText("")
        self._clear.hide()
        self._stack.setCurrentWidget(self.grid)

    def set_answer(self, answer: StudyAnswer, total: int) -> None:
        """`total` images there are in the study."""
        self.grid.set_answer(answer)
        self.changes.set_second(answer.second)
        words = self.bar.words()
        shown = counted(len(answer.images), "image")
        if len(answer.images) != total:
            shown = self.tr("{n} of {all}").format(n=count(len(answer.images)), all=counted(total, "image"))
        if answer.patches is not None:
            shown = counted(len(answer.patches), "patch", "patches") + "  ·  " + shown
        self._status.setText(f"{shown}  ·  {words}" if words else shown)
        self._clear.setVisible(bool(words))
        if self.grid.n_rows:
            self._stack.setCurrentWidget(self.grid)
            return
        if words:
            self._empty.set_content("funnel", self.tr("Nothing passes the filters"), words, self.tr("Clear filters"))
        elif total:
            text = self.tr("No prediction reaches the confidence, and nothing is annotated.")
            self._empty.set_content("crosshair", self.tr("No patches"), text)
        else:
            self._empty.set_content("images", self.tr("There are no images"), self.tr("The set is empty."))
        self._stack.setCurrentWidget(self._empty)
