"""The charts of a study, linked with the thresholds and with the grid: what is brushed there is shown here alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from core.domain.analysis import Calibration, CocoSummary, ErrorCost, Histogram, PrecisionRecall, ThresholdCurves
from core.domain.predictions import Floats
from ui.evaluation.coco_card import CocoCard
from ui.evaluation.study_plot import BLUE, GREEN, PURPLE, VERMILLION, Bars, Line, StudyPlot
from ui.widgets.elided_combo import ElidedCombo
from ui.widgets.formatting import counted, measure
from ui.widgets.labels import label

NOTHING_THERE = "There is no ground truth to compare with."
NO_PREDICTIONS = "Nothing was predicted."
WIDE = 620  # from this width on, two charts stand side by side
ERROR_NAMES = {"cls": "class", "loc": "place", "both": "both", "dupe": "twice", "bkg": "nothing", "miss": "missed"}
LOWEST = 230  # pixels of a chart's height


class StudyCharts(QScrollArea):
    """Setters take None where nothing was measured, and say so in place of a curve."""

    confidence_requested = Signal(float)  # a click in the curves over confidence
    confidences_brushed = Signal(float, float)
    ious_brushed = Signal(float, float)
    brush_cleared = Signal()
    definition_requested = Signal(str)  # name of a measure

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Charts"))
        self._curves: ThresholdCurves | None = None
        self._precision_recall: PrecisionRecall | None = None
        self._categories: tuple[str, ...] = ()
        self._hidden: set[QWidget] = set()
        self._labels = False
        self.over_confidence = StudyPlot(
            self.tr("Precision, recall and F1"), self.tr("confidence"), "", explains="threshold_curves"
        )
        self.precision_recall = StudyPlot(
            self.tr("Precision over recall"), self.tr("recall"), self.tr("precision"), explains="precision_recall"
        )
        self.scores = StudyPlot(
            self.tr("Confidence of the predictions"),
            self.tr("confidence"),
            self.tr("predictions"),
            explains="score_histogram",
            can_brush=True,
        )
        self.ious = StudyPlot(
            self.tr("How well found objects are placed"),
            "IoU",
            self.tr("objects"),
            explains="iou_histogram",
            can_brush=True,
        )
        self.errors = StudyPlot(self.tr("What the errors cost"), "", self.tr("AP50 lost"), explains="error_cost")
        self.calibration = StudyPlot(
            self.tr("Is the confidence right?"),
            self.tr("confidence"),
            self.tr("share that is right"),
            explains="calibration",
        )
        self.coco = CocoCard()
        self._category = ElidedCombo(self.tr("Class of the curves"))
        self._about = label("", "muted", wrap=True)
        self._make_layout()
        self._connect()

    # Setters

    def set_categories(self, categories: Sequence[str]) -> None:
        if tuple(categories) == self._categories and self._category.count():
            return
        self._categories = tuple(categories)
        self._category.blockSignals(True)
        self._category.clear()
        self._category.addItem(self.tr("All classes"))
        self._category.addItems(list(categories))
        self._category.blockSignals(False)

    def set_labels(self, *, labels: bool, is_exclusive: bool) -> None:
        """Of labels nothing is shown that needs a place or an overlap; where one class excludes the others, no ranking
        of a single one."""
        hidden: set[QWidget] = {self.ious, self.errors, self.coco} if labels else set()
        if is_exclusive:
            hidden.add(self.precision_recall)
        if hidden != self._hidden:
            self._hidden = hidden
            self._labels = labels
            self._grid.setProperty("columns", 0)
            self._arrange()

    def set_curves(self, curves: ThresholdCurves | None, precision_recall: PrecisionRecall | None) -> None:
        self._curves, self._precision_recall = curves, precision_recall
        self._show_curves()

    def set_confidence(self, confidence: float) -> None:
        """Moves the cursor; nothing is drawn anew."""
        for plot in (self.over_confidence, self.scores):
            plot.set_cursor(confidence)

    def set_histograms(self, scores: Histogram | None, ious: Histogram | None) -> None:
        _show_histogram(self.scores, scores, {"TP": GREEN, "FP": VERMILLION}, NO_PREDICTIONS)
        _show_histogram(self.ious, ious, {}, self.tr("No object was found."))

    def set_errors(self, errors: Sequence[ErrorCost]) -> None:
        costs = np.array([np.nan if cost.ap_cost is None else cost.ap_cost for cost in errors])
        if not len(costs) or not np.isfinite(costs).any():
            self.errors.show_nothing(self.tr(NOTHING_THERE))
            self.errors.set_description("")
            return
        tops = np.nan_to_num(costs)
        names = [
            (index + 0.5, f"{ERROR_NAMES.get(cost.kind, cost.kind)}\n{cost.n}") for index, cost in enumerate(errors)
        ]
        highest = max(0.01, float(tops.max()))
        bars = [
            Bars("", np.array([index + 0.15, index + 0.85]), top.reshape(1), np.zeros(1), VERMILLION)
            for index, top in enumerate(tops)
        ]
        self.errors.show_bars(bars, (0.0, float(len(costs))), (0.0, highest), names=names)
        told = (f"{cost.title}: {counted(cost.n, 'error')}, {measure(cost.ap_cost)} of AP50" for cost in errors)
        self.errors.set_description("; ".join(told))

    def set_calibration(self, calibration: Calibration | None) -> None:
        if calibration is None or calibration.error is None:
            self.calibration.show_nothing(self.tr(NO_PREDICTIONS))
            self.calibration.set_description("")
            return
        whole = np.array([0.0, 1.0])
        right = calibration.accuracy
        self.calibration.show_bars(
            [Bars("", calibration.edges, np.nan_to_num(right), np.zeros(len(right)), BLUE)],
            (0.0, 1.0),
            (0.0, 1.0),
            lines=[Line(self.tr("as it should be"), whole, whole, PURPLE, 1)],
        )
        text = self.tr("Expected calibration error {error}").format(error=measure(calibration.error))
        self.calibration.set_description(text)

    def set_coco(self, summary: CocoSummary | None) -> None:
        self.coco.set_summary(summary, self._categories)

    def clear_brushes(self) -> None:
        self.scores.clear_brush()
        self.ious.clear_brush()

    # Inside

    def _show_curves(self) -> None:
        row = max(0, self._category.currentIndex())
        curves, precision_recall = self._curves, self._precision_recall
        if curves is None or not np.isfinite(curves.recall[row]).any():
            self.over_confidence.show_nothing(self._why_nothing(row))
            self._about.setText("")
        else:
            x = curves.confidences
            lines = [
                Line(self.tr("precision"), x, curves.precision[row], BLUE, 1),
                Line(self.tr("recall"), x, curves.recall[row], VERMILLION, 2),
                Line("F1", x, curves.f1[row], GREEN, 0),
            ]
            self.over_confidence.show_lines(lines, (0.0, 1.0), (0.0, 1.0))
            self._about.setText(self._best_text(curves, row))
        self.over_confidence.set_description(self._about.text())
        if precision_recall is None or not np.isfinite(precision_recall.precision[row]).any():
            self.precision_recall.show_nothing(self._why_nothing(row))
            self.precision_recall.set_description("")
        else:
            line = Line("", precision_recall.recall, precision_recall.precision[row], BLUE)
            self.precision_recall.show_lines([line], (0.0, 1.0), (0.0, 1.0))
            self.precision_recall.set_description(
                self.tr("Average precision {ap}").format(ap=_number(precision_recall.ap[row]))
                + self._at(precision_recall.iou, " at IoU {0:.2f}")
            )

    def _best_text(self, curves: ThresholdCurves, row: int) -> str:
        best = float(curves.best[row])
        if not np.isfinite(best):
            return ""
        lowered = np.floor(best * 1000) / 1000  # rounded up, the prediction that it is of would not count
        told = self.tr("F1 is highest ({f1}) at confidence {best:.3f}").format(
            f1=_number(float(curves.best_f1[row])), best=lowered
        )
        return f"{told}{self._at(curves.iou, ', IoU {0:.2f}')}."

    def _at(self, iou: float, words: str) -> str:
        """Labels do not overlap."""
        return "" if self._labels else words.format(iou)

    def _why_nothing(self, row: int) -> str:
        if row and self._curves is not None:
            return self.tr("This class has no object in this set: not measured.")
        return self.tr(NOTHING_THERE)

    def _choose(self, index: int) -> None:
        self._show_curves()
        self.coco.choose(index - 1 if index > 0 else None)

    def _connect(self) -> None:
        self._category.currentIndexChanged.connect(self._choose)
        self.over_confidence.place_chosen.connect(lambda x: self.confidence_requested.emit(min(max(x, 0.0), 1.0)))
        self.scores.range_brushed.connect(self.confidences_brushed)
        self.ious.range_brushed.connect(self.ious_brushed)
        self.scores.range_brushed.connect(self.ious.clear_brush)
        self.ious.range_brushed.connect(self.scores.clear_brush)
        self.coco.help_requested.connect(self.definition_requested)
        for plot in self._plots:
            plot.brush_cleared.connect(self.brush_cleared)
            plot.help_requested.connect(self.definition_requested)

    @property
    def _plots(self) -> tuple[StudyPlot, ...]:
        return (
            self.over_confidence,
            self.precision_recall,
            self.scores,
            self.ious,
            self.errors,
            self.calibration,
        )

    def _make_layout(self) -> None:
        content = QWidget()
        head = QVBoxLayout()
        head.addWidget(self._category)
        head.addWidget(self._about)
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        column = QVBoxLayout(content)
        column.setContentsMargins(8, 8, 8, 8)
        column.addLayout(head)
        column.addLayout(self._grid, 1)
        for plot in self._plots:
            plot.setMinimumHeight(LOWEST)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self._arrange()

    def _arrange(self) -> None:
        n_columns = 2 if self.width() >= WIDE else 1
        if self._grid.count() and self._grid.property("columns") == n_columns:
            return
        self._grid.setProperty("columns", n_columns)
        cards: tuple[QWidget, ...] = (*self._plots, self.coco)
        for card in cards:
            self._grid.removeWidget(card)
        for card in self._hidden:
            card.hide()
        # First its place, then its showing: without a parent it would be a window for a moment.
        for index, card in enumerate(card for card in cards if card not in self._hidden):
            self._grid.addWidget(card, index // n_columns, index % n_columns)
            card.show()
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if n_columns == 2 else 0)

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()  # first: the height of what is scrolled is that of the new arrangement
        super().resizeEvent(event)


def _show_histogram(plot: StudyPlot, histogram: Histogram | None, colours: dict[str, int], why_none: str) -> None:
    """Its parts on top of each other; the first lies at the bottom."""
    if histogram is None or not any(part.any() for part in histogram.parts.values()):
        plot.show_nothing(why_none)
        plot.set_description("")
        return
    bottom: Floats = np.zeros(len(histogram.edges) - 1)
    bars = []
    for name, part in histogram.parts.items():
        top = bottom + part
        bars.append(Bars(name, histogram.edges, top, bottom, colours.get(name, BLUE), is_hatched=name == "FP"))
        bottom = top
    plot.show_bars(bars, (float(histogram.edges[0]), float(histogram.edges[-1])), (0.0, max(1.0, float(bottom.max()))))
    plot.set_description("; ".join(f"{name}: {int(part.sum())}" for name, part in histogram.parts.items()))


def _number(value: float) -> str:
    return measure(float(value) if np.isfinite(value) else None)
