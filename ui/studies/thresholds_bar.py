"""Where predictions begin to count, and what that costs: two sliders with precision, recall and F1 beside them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from core.domain.outcomes import Counts, Thresholds
from ui.icons import icon
from ui.theme import current_theme
from ui.widgets.formatting import measure
from ui.widgets.labels import label

STEPS = 100  # of the confidence
IOU_STEP = 0.05
LEAST_IOU, MOST_IOU = 0.10, 0.95
USUAL_IOU = 0.50


class MarkedSlider(QSlider):
    """A slider with a small triangle below the place that is proposed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._mark: float | None = None

    def set_mark(self, value: float | None) -> None:
        """In the slider's own steps; None = no mark."""
        self._mark = value
        self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._mark is None:
            return
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, option, self)
        share = (self._mark - self.minimum()) / max(self.maximum() - self.minimum(), 1)
        x = handle / 2 + share * (self.width() - handle)
        bottom = float(self.height())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current_theme().accent))
        painter.drawPolygon(QPolygonF([QPointF(x, bottom - 6), QPointF(x - 4, bottom), QPointF(x + 4, bottom)]))
        painter.end()


class ThresholdsBar(QFrame):
    """`optimum` is the confidence of the highest F1; it is marked on the slider, and one button leads back to it."""

    thresholds_changed = Signal(object)  # Thresholds
    default_requested = Signal(object)  # Thresholds: they are to be those of the version; None = the training's again
    by_class_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "header")
        self._confidence = 0.25
        self._optimum: float | None = None
        self._by_category: Mapping[int, float] = {}
        self._optimal_by_category: dict[int, float] = {}
        self._is_setting = False
        self._slider = MarkedSlider()
        self._slider.setRange(0, STEPS)
        self._value = _spin(0.0, 1.0, 0.01)
        self._iou_slider = QSlider(Qt.Orientation.Horizontal)
        self._iou_slider.setRange(round(LEAST_IOU / IOU_STEP), round(MOST_IOU / IOU_STEP))
        self._iou_value = _spin(LEAST_IOU, MOST_IOU, IOU_STEP)
        self._iou_value.setValue(USUAL_IOU)
        self._iou_slider.setValue(round(USUAL_IOU / IOU_STEP))
        self._precision, self._recall, self._f1 = (label("–", "strong") for _ in range(3))
        self._iou_part = QWidget()
        self._numbers = QWidget()
        self._optimal = QPushButton(self.tr("Back to optimal"))
        self._more = QToolButton()
        self._build()
        self._slider.valueChanged.connect(lambda step: self._set_confidence(step / STEPS))
        self._value.valueChanged.connect(self._set_confidence)
        self._iou_slider.valueChanged.connect(lambda step: self._set_iou(round(step * IOU_STEP, 2)))
        self._iou_value.valueChanged.connect(self._set_iou)
        self._optimal.clicked.connect(self.go_to_optimum)

    def _build(self) -> None:
        confidence_tip = self.tr("Predictions from this confidence up count. The triangle marks the highest F1.")
        iou_tip = self.tr(
            "How much a prediction has to overlap its object (IoU) to be right.\n"
            "The IoU of the suppression (NMS) is not offered live: predictions are stored after it."
        )
        for widget, name, tip in (
            (self._slider, self.tr("Confidence threshold"), confidence_tip),
            (self._value, self.tr("Confidence threshold, as a number"), confidence_tip),
            (self._iou_slider, self.tr("IoU threshold"), iou_tip),
            (self._iou_value, self.tr("IoU threshold, as a number"), iou_tip),
        ):
            widget.setAccessibleName(name)
            widget.setToolTip(tip)
            widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._slider.setMinimumWidth(110)
        self._iou_slider.setMinimumWidth(70)
        self._optimal.setToolTip(self.tr("The confidence of the highest F1"))
        self._more.setIcon(icon("ellipsis-vertical"))
        self._more.setToolTip(self.tr("More about thresholds"))
        self._more.setAccessibleName(self.tr("More about thresholds"))
        self._more.setProperty("role", "icon-menu")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self._more)
        menu.addAction(self.tr("A confidence for each class…"), self.by_class_requested.emit)
        self._default = menu.addAction(self.tr("Set as default of this version"), self._request_default)
        self._reset = menu.addAction(self.tr("Take the default back: the training's own again"))
        self._reset.triggered.connect(lambda: self.default_requested.emit(None))
        menu.addSeparator()
        self._about_nms = menu.addAction(self.tr("NMS IoU is not offered live: predictions are stored after NMS"))
        self._about_nms.setEnabled(False)
        self._more.setMenu(menu)
        iou = QHBoxLayout(self._iou_part)
        iou.setContentsMargins(0, 0, 0, 0)
        iou.addWidget(label(self.tr("IoU"), "muted"))
        iou.addWidget(self._iou_slider, 1)
        iou.addWidget(self._iou_value)
        numbers = QHBoxLayout(self._numbers)
        numbers.setContentsMargins(6, 0, 6, 0)
        for short, long, number in (
            ("P", self.tr("Precision"), self._precision),
            ("R", self.tr("Recall"), self._recall),
            ("F1", "F1", self._f1),
        ):
            heading = label(short, "muted")
            heading.setToolTip(long)
            number.setToolTip(long)
            number.setAccessibleName(long)
            number.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.0000"))
            numbers.addWidget(heading)
            numbers.addWidget(number)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.setSpacing(8)
        row.addWidget(label(self.tr("Confidence"), "muted"))
        row.addWidget(self._slider, 3)
        row.addWidget(self._value)
        row.addSpacing(6)
        row.addWidget(self._iou_part, 2)
        row.addWidget(self._numbers)
        row.addWidget(self._optimal)
        row.addWidget(self._more)

    # Setters

    def set_study(self, *, has_truth: bool, has_version: bool, labels: bool = False) -> None:
        """What there is to set: without ground truth, and of labels, the confidence alone."""
        self._iou_part.setVisible(has_truth and not labels)
        self._about_nms.setVisible(not labels)
        self._numbers.setVisible(has_truth)
        self._optimal.setVisible(has_truth)
        self._default.setEnabled(has_version)
        self._reset.setEnabled(has_version)

    def set_thresholds(self, thresholds: Thresholds) -> None:
        """Without announcing it."""
        self._by_category = dict(thresholds.by_category)
        self._show(thresholds.confidence, thresholds.iou)

    def set_optimum(self, confidence: float | None, by_category: Mapping[int, float] | None = None) -> None:
        """None where there is none. `by_category`: of single classes, where each has its own."""
        self._optimal_by_category = dict(by_category or {})
        known = confidence is not None and not math.isnan(confidence)
        self._optimum = confidence if known else None
        self._slider.set_mark(None if self._optimum is None else self._optimum * STEPS)
        self._refresh_optimal()

    def set_counts(self, counts: Counts) -> None:
        for widget, value in (
            (self._precision, counts.precision),
            (self._recall, counts.recall),
            (self._f1, counts.f1),
        ):
            widget.setText(measure(value))

    # What is set

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(self._confidence, iou=round(self._iou_value.value(), 2), by_category=self._by_category)

    @property
    def optimum(self) -> float | None:
        return self._optimum

    def set_by_category(self, by_category: Mapping[int, float]) -> None:
        """Confidences of single classes, which replace the one of all; announced."""
        self._by_category = dict(by_category)
        self._announce()

    def go_to(self, confidence: float) -> None:
        """As if the person had moved the slider there."""
        self._set_confidence(confidence)

    def go_to_optimum(self) -> None:
        if self._optimum is not None:
            self._by_category = dict(self._optimal_by_category)
            self._confidence = -1.0  # announced even where the rounded number is the same
            self._set_confidence(self._optimum)

    # Inside

    def _set_confidence(self, confidence: float) -> None:
        if not self._is_setting and confidence != self._confidence:
            self._show(confidence, self._iou_value.value())
            self._announce()

    def _set_iou(self, iou: float) -> None:
        if not self._is_setting:
            self._show(self._confidence, iou)
            self._announce()

    def _show(self, confidence: float, iou: float) -> None:
        self._is_setting = True
        self._confidence = confidence
        self._slider.setValue(round(confidence * STEPS))
        self._value.setValue(confidence)
        self._iou_value.setValue(iou)
        self._iou_slider.setValue(round(iou / IOU_STEP))
        self._is_setting = False
        self._refresh_optimal()

    def _refresh_optimal(self) -> None:
        is_there = self._optimum is not None and self._confidence == self._optimum
        is_there = is_there and self._by_category == self._optimal_by_category
        self._optimal.setEnabled(self._optimum is not None and not is_there)

    def _announce(self) -> None:
        self._refresh_optimal()
        self.thresholds_changed.emit(self.thresholds)

    def _request_default(self) -> None:
        self.default_requested.emit(self.thresholds)


def _spin(least: float, most: float, step: float) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(least, most)
    spin.setDecimals(2)
    spin.setSingleStep(step)
    spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    spin.setFixedWidth(54)
    spin.setKeyboardTracking(False)
    return spin
