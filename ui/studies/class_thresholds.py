"""A confidence of its own for single classes, beside the one that holds for all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.widgets.labels import label

MOST_HEIGHT = 420  # of the list, before it scrolls


class ClassThresholds(QDialog):
    """Announces at every change, so that the page shows what it does."""

    changed = Signal(object)  # Mapping[int, float]: classes by index that have one of their own

    def __init__(
        self,
        categories: Sequence[str],
        confidence: float,
        by_category: Mapping[int, float],
        best: Mapping[int, float],
        parent: QWidget | None = None,
    ) -> None:
        """`best` is where F1 of a class is highest, of those where it is known."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("A confidence for each class"))
        self._best = dict(best)
        self._checks: list[QCheckBox] = []
        self._values: list[QDoubleSpinBox] = []
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(4, 4, 4, 4)
        grid.setHorizontalSpacing(12)
        for place, name in enumerate(categories):
            check, value = QCheckBox(name), QDoubleSpinBox()
            check.setChecked(place in by_category)
            check.setAccessibleName(self.tr("{0} has a confidence of its own").format(name))
            value.setRange(0.0, 1.0)
            value.setDecimals(2)
            value.setSingleStep(0.01)
            value.setKeyboardTracking(False)
            value.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
            value.setValue(by_category.get(place, best.get(place, confidence)))
            value.setEnabled(check.isChecked())
            value.setAccessibleName(self.tr("Confidence of {0}").format(name))
            check.toggled.connect(value.setEnabled)
            check.toggled.connect(lambda _: self._announce())
            value.valueChanged.connect(lambda _: self._announce())
            self._checks.append(check)
            self._values.append(value)
            grid.addWidget(check, place, 0)
            grid.addWidget(value, place, 1)
            text = self.tr("highest F1 at {0:.2f}").format(best[place]) if place in best else ""
            grid.addWidget(label(text, "muted"), place, 2)
        grid.setColumnStretch(2, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(rows)
        area.setMinimumHeight(min(rows.sizeHint().height() + 4, MOST_HEIGHT))
        area.setMinimumWidth(rows.sizeHint().width() + 30)
        text = self.tr("All other classes count from {0:.2f} up.").format(confidence)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        optimal = QPushButton(self.tr("Each at its highest F1"))
        none = QPushButton(self.tr("None of its own"))
        optimal.setEnabled(bool(best))
        buttons.addButton(optimal, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(none, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        optimal.clicked.connect(self.choose_best)
        none.clicked.connect(self.choose_none)
        column = QVBoxLayout(self)
        column.addWidget(label(text, "muted", wrap=True))
        column.addWidget(area, 1)
        column.addWidget(buttons)

    def values(self) -> dict[int, float]:
        pairs = zip(self._checks, self._values, strict=True)
        return {place: value.value() for place, (check, value) in enumerate(pairs) if check.isChecked()}

    def choose_best(self) -> None:
        self._set(self._best)

    def choose_none(self) -> None:
        self._set({})

    def _set(self, wanted: Mapping[int, float]) -> None:
        self.blockSignals(True)
        for place, (check, value) in enumerate(zip(self._checks, self._values, strict=True)):
            check.setChecked(place in wanted)
            if place in wanted:
                value.setValue(wanted[place])
        self.blockSignals(False)
        self._announce()

    def _announce(self) -> None:
        self.changed.emit(self.values())
