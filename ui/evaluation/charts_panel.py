"""The side tab of charts: hands a study's curves to them, and makes choices of objects from what is brushed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.domain.outcomes import PredictionState
from core.domain.predictions import Booleans, ObjectTable
from core.domain.study_lists import ChosenObjects, StudyAnswer, StudyCurves
from ui.evaluation.definitions_window import explain
from ui.evaluation.study_charts import StudyCharts
from ui.evaluation.study_panel import StudyPanel


class ChartsPanel(StudyPanel):
    title = "Charts"
    icon_name = "chart-spline"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table: ObjectTable | None = None
        self._answer: StudyAnswer | None = None
        self._again: Callable[[], None] | None = None  # chooses what is brushed, at the present thresholds
        self.charts = StudyCharts()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.charts)
        self.charts.confidence_requested.connect(self.confidence_chosen)
        self.charts.confidences_brushed.connect(lambda low, high: self._brush(self._choose_confidences, low, high))
        self.charts.ious_brushed.connect(lambda low, high: self._brush(self._choose_ious, low, high))
        self.charts.brush_cleared.connect(self._end_brush)
        self.charts.definition_requested.connect(lambda name: explain(self, name))

    # Of a StudyPanel

    def set_table(self, table: ObjectTable | None) -> None:
        self._table, self._answer, self._again = table, None, None
        self.charts.set_labels(
            labels=table is not None and table.labels, is_exclusive=table is not None and table.is_exclusive
        )
        self.charts.set_categories(() if table is None else table.categories)
        self.charts.set_curves(None, None)
        self.charts.set_histograms(None, None)
        self.charts.set_errors(())
        self.charts.set_calibration(None)
        self.charts.set_coco(None)
        self.charts.clear_brushes()

    def set_answer(self, answer: StudyAnswer) -> None:
        before, self._answer = self._answer, answer
        is_moved = before is not None and before.question.thresholds != answer.question.thresholds
        if self._again is not None and is_moved:
            self._again()  # at other thresholds other objects lie in the range
        self.charts.set_confidence(answer.question.thresholds.confidence)

    def set_curves(self, curves: StudyCurves) -> None:
        has_truth = self._table is not None and self._table.n_truths > 0
        self.charts.set_curves(curves.thresholds if has_truth else None, curves.precision_recall if has_truth else None)
        self.charts.set_histograms(curves.score_histogram, curves.iou_histogram)
        self.charts.set_errors(curves.errors if has_truth else ())
        self.charts.set_calibration(curves.calibration if has_truth else None)
        self.charts.set_coco(curves.coco if has_truth else None)

    def clear_choice(self) -> None:
        self._again = None
        self.charts.clear_brushes()

    # Inside

    def _brush(self, choose: Callable[[float, float], None], low: float, high: float) -> None:
        self._again = lambda: choose(low, high)
        self._again()

    def _end_brush(self) -> None:
        self._again = None
        self.objects_chosen.emit(None, False)

    def _choose_confidences(self, low: float, high: float) -> None:
        if self._table is not None and self._answer is not None:
            counts = self._answer.outcomes.prediction_states != PredictionState.BELOW
            is_in = counts & (self._table.confidences >= low) & (self._table.confidences <= high)
            self._choose(is_in, f"confidence {low:.2f} to {high:.2f}")

    def _choose_ious(self, low: float, high: float) -> None:
        if self._answer is not None:
            outcomes = self._answer.outcomes
            is_found = outcomes.prediction_states == PredictionState.TP
            is_in = is_found & (outcomes.prediction_ious >= low) & (outcomes.prediction_ious <= high)
            self._choose(is_in, f"found with an IoU of {low:.2f} to {high:.2f}")

    def _choose(self, is_in: Booleans, text: str) -> None:
        none = np.zeros(0, dtype=np.int64)
        self.objects_chosen.emit(ChosenObjects(np.flatnonzero(is_in), none, text), False)
