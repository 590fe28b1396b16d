"""The controls above the charts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QSlider, QToolButton, QWidget

from ui.charts.chart_pane import Display
from ui.charts.point_series import Axis
from ui.icons import icon
from ui.widgets.labels import ElidedLabel, label

# Weights of the past; an even scale from 0 to 1 would spend nearly all of the slider on what looks the same.
WEIGHTS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)


class ChartToolbar(QWidget):
    display_changed = Signal(object)  # Display
    reset_requested = Signal()
    picture_requested = Signal()
    table_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._axes = QButtonGroup(self)
        for index, (text, help_text) in enumerate(
            (
                (self.tr("Iterations"), self.tr("One iteration is one batch of images.")),
                (self.tr("Epochs"), self.tr("One epoch is one pass over the training images.")),
            )
        ):
            button = self._toggle(text, help_text)
            self._axes.addButton(button, index)
            row.addWidget(button)
        self._axes.button(0).setChecked(True)
        self._log = self._toggle(self.tr("Log scale"), self.tr("Logarithmic scale for losses and the learning rate."))
        row.addSpacing(8)
        row.addWidget(self._log)
        row.addSpacing(8)
        row.addLayout(self._make_smoothing())
        self._reset = QToolButton()
        self._reset.setText(self.tr("Whole run"))
        self._reset.setIcon(icon("maximize"))
        self._reset.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._reset.setToolTip(self.tr("Undo the zoom (double click into a chart does the same)"))
        self._reset.hide()
        row.addWidget(self._reset)
        self._readout = ElidedLabel()
        self._readout.setProperty("role", "muted")
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addWidget(self._readout, 1)
        row.addWidget(self._make_export())
        self._axes.idToggled.connect(self._announce)
        self._log.toggled.connect(self._announce)
        self._reset.clicked.connect(self.reset_requested)

    def display(self) -> Display:
        axis = Axis.EPOCHS if self._axes.checkedId() == 1 else Axis.STEPS
        return Display(axis, self._log.isChecked(), WEIGHTS[self._slider.value()])

    def set_display(self, display: Display) -> None:
        """As it was left; a weight that the slider does not have becomes the nearest."""
        self._axes.button(1 if display.axis is Axis.EPOCHS else 0).setChecked(True)
        self._log.setChecked(display.is_log)
        self._slider.setValue(min(range(len(WEIGHTS)), key=lambda place: abs(WEIGHTS[place] - display.smoothing)))

    def set_zoomed(self, is_zoomed: bool) -> None:
        self._reset.setVisible(is_zoomed)

    def set_readout(self, text: str) -> None:
        self._readout.setText(text)

    def _make_smoothing(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        text = label(self.tr("Smoothing"))
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, len(WEIGHTS) - 1)
        self._slider.setPageStep(1)
        self._slider.setFixedWidth(110)
        self._slider.setAccessibleName(self.tr("Smoothing"))
        self._slider.setToolTip(
            self.tr(
                "Weight of the past in a moving average of batch values. For the eye only: exports have the values."
            )
        )
        self._weight = label(self.tr("off"), "muted")
        self._weight.setMinimumWidth(self._weight.fontMetrics().horizontalAdvance("0.9999"))
        text.setBuddy(self._slider)
        row.addWidget(text)
        row.addWidget(self._slider)
        row.addWidget(self._weight)
        self._slider.valueChanged.connect(self._show_weight)
        self._slider.valueChanged.connect(self._announce)
        return row

    def _make_export(self) -> QToolButton:
        button = QToolButton()
        button.setText(self.tr("Export"))
        button.setIcon(icon("download"))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setProperty("role", "menu")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.addAction(self.tr("Picture of the charts (PNG)…"), self.picture_requested.emit)
        menu.addAction(self.tr("All points as a table (CSV)…"), self.table_requested.emit)
        button.setMenu(menu)
        return button

    def _toggle(self, text: str, help_text: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(help_text)
        button.setCheckable(True)
        return button

    def _show_weight(self, position: int) -> None:
        self._weight.setText(f"{WEIGHTS[position]:g}" if position else self.tr("off"))

    def _announce(self) -> None:
        self.display_changed.emit(self.display())
