"""The confusion matrix with what can be set about it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from core.domain.outcomes import ConfusionMatrix, Thresholds
from core.domain.predictions import ObjectTable
from core.domain.study_lists import ChosenObjects, StudyAnswer
from ui.evaluation.definitions_window import explain
from ui.evaluation.matrix_files import as_svg, csv_rows
from ui.evaluation.matrix_grid import RIGHT, WRONG, MatrixGrid
from ui.evaluation.matrix_layout import CHOICE_WORDS, OBJECT_WORDS, TAG_WORDS, Cell, Order, Share, arrange
from ui.evaluation.study_panel import StudyPanel
from ui.icons import icon
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.empty_state import EmptyState
from ui.widgets.labels import label

CSV_NAME, SVG_NAME = "confusion_matrix.csv", "confusion_matrix.svg"


class MatrixPanel(StudyPanel):
    """Choosing cells shows the images behind them; with Ctrl several cells are chosen together."""

    save_requested = Signal(str, str)  # the file's usual name, its text

    title = "Matrix"
    icon_name = "table"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._matrix: ConfusionMatrix | None = None
        self._words = OBJECT_WORDS
        self._told_at: Thresholds | None = None  # what was chosen was told at these
        self.grid = MatrixGrid()
        self._share = ElidedCombo(self.tr("What a cell's number is"))
        for share in Share:
            self._share.addItem(share.value, share)
        self._order = ElidedCombo(self.tr("Order of the classes"))
        for order in Order:
            self._order.addItem(order.value, order)
        self._background = QCheckBox(self.tr("Background"))
        self._background.setToolTip(self.tr("The row of predictions on nothing, and the column of what was not found"))
        self._background.setChecked(True)
        self._reached = label("", "muted", wrap=True)
        self._reached.setMinimumHeight(2 * self.fontMetrics().height())
        self._reached.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._reached.setContentsMargins(8, 0, 8, 2)
        self._empty = EmptyState(
            "table", self.tr("No matrix"), self.tr("There is no ground truth to compare the predictions with.")
        )
        self._make_layout()
        self._share.currentIndexChanged.connect(self._arrange)
        self._order.currentIndexChanged.connect(self._arrange)
        self._background.toggled.connect(self._arrange)
        self.grid.cells_chosen.connect(self._announce)
        self.grid.cell_reached.connect(self._reached.setText)
        self.set_matrix(None)

    # Of a StudyPanel

    def set_table(self, table: ObjectTable | None) -> None:
        self._words = OBJECT_WORDS
        if table is not None and table.labels:
            self._words = CHOICE_WORDS if table.is_exclusive else TAG_WORDS
        self._background.setText(self._words.switch)
        self.set_matrix(None)

    def set_answer(self, answer: StudyAnswer) -> None:
        self.set_matrix(answer.matrix if answer.matrix.counts.any() else None)
        if self.grid.chosen and self._told_at != answer.matrix.thresholds:
            self._announce(self.grid.chosen)  # at other thresholds other objects lie in the cells

    def clear_choice(self) -> None:
        self.grid.forget_choice()

    def set_matrix(self, matrix: ConfusionMatrix | None) -> None:
        """At the present thresholds; None where nothing can be compared."""
        self._matrix = matrix
        for widget in (self.grid, self._tools, self._reached):
            widget.setVisible(matrix is not None)
        self._empty.setVisible(matrix is None)
        self._arrange()

    def _arrange(self) -> None:
        if self._matrix is None:
            self.grid.set_layout(None)
            return
        layout = arrange(
            self._matrix,
            share=self._share.currentData(),
            order=self._order.currentData(),
            has_background=self._background.isChecked(),
            words=self._words,
        )
        self.grid.set_layout(layout)

    def _announce(self, cells: frozenset[Cell]) -> None:
        shown = self.grid.shown
        if shown is None or not cells:
            self.objects_chosen.emit(None, False)
            return
        self._told_at = shown.matrix.thresholds
        size = len(shown.matrix.categories) + 1
        numbers = np.array([row * size + column for row, column in cells])
        predictions = np.flatnonzero(np.isin(shown.matrix.prediction_cells, numbers))
        truths = np.flatnonzero(np.isin(shown.matrix.truth_cells, numbers))
        text = "; ".join(shown.short_sentence(cell) for cell in sorted(cells))
        self.objects_chosen.emit(ChosenObjects(predictions, truths, text), False)

    def _save_csv(self) -> None:
        if self.grid.shown is not None:
            self.save_requested.emit(CSV_NAME, "".join(csv_rows(self.grid.shown)))

    def _save_svg(self) -> None:
        if self.grid.shown is not None:
            self.save_requested.emit(SVG_NAME, as_svg(self.grid.shown, right=RIGHT[False], wrong=WRONG[False]))

    def _make_layout(self) -> None:
        self._tools = QWidget()
        # Two rows: beside an image there is no room for one.
        rows = QVBoxLayout(self._tools)
        rows.setContentsMargins(8, 6, 8, 0)
        rows.setSpacing(4)
        first, row = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(6)
        row.setSpacing(2)
        first.addWidget(self._share, 1)
        first.addWidget(self._order, 1)
        row.addWidget(self._background)
        row.addStretch()
        rows.addLayout(first)
        rows.addLayout(row)
        for name, text, steps in (
            ("zoom-out", self.tr("Smaller cells (-)"), -1),
            ("maximize", self.tr("Fit all cells (0)"), 0),
            ("zoom-in", self.tr("Larger cells (+)"), 1),
        ):
            row.addWidget(self._make_zoom(name, text, steps))
        row.addWidget(self._make_help_button())
        row.addWidget(self._make_save_button())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._tools)
        column.addWidget(self.grid, 1)
        column.addWidget(self._reached)
        column.addWidget(self._empty, 1)

    def _make_zoom(self, name: str, text: str, steps: int) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.clicked.connect(lambda: self.grid.zoom(steps))
        return button

    def _make_help_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("circle-help"))
        button.setToolTip(self.tr("What this means"))
        button.setAccessibleName(button.toolTip())
        button.clicked.connect(lambda: explain(self, "confusion_matrix"))
        return button

    def _make_save_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("download"))
        button.setToolTip(self.tr("Save the matrix"))
        button.setAccessibleName(button.toolTip())
        button.setProperty("role", "icon-menu")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction(self.tr("Save as CSV…"), self._save_csv)
        menu.addAction(self.tr("Save as SVG…"), self._save_svg)
        button.setMenu(menu)
        return button
