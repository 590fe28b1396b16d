"""From which confidence on a version's predictions count: its default, and that of single classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from core.domain.thresholds import ChosenThreshold, VersionThreshold
from ui.icons import icon
from ui.widgets.formatting import NOTHING
from ui.widgets.labels import label, set_role

Index = QModelIndex | QPersistentModelIndex
OWN = 2


class ClassThresholds(QAbstractTableModel):
    """A class a row: where its F1 is highest, and a threshold of its own, which may be empty."""

    def __init__(self, categories: Sequence[str], threshold: VersionThreshold, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._categories = tuple(categories)
        self._best = threshold.best_by_category
        self.own = dict(threshold.by_category)

    def clear(self) -> None:
        self.beginResetModel()
        self.own.clear()
        self.endResetModel()

    # Qt overrides

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._categories)

    def columnCount(self, parent: Index | None = None) -> int:
        return 3

    def flags(self, index: Index) -> Qt.ItemFlag:
        editable = Qt.ItemFlag.ItemIsEditable if index.column() == OWN else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | editable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        name = self._categories[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column():
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None
        if index.column() == 0:
            return name
        found = (self._best if index.column() == 1 else self.own).get(name)
        nothing = "" if role == Qt.ItemDataRole.EditRole or index.column() == OWN else NOTHING
        return nothing if found is None else f"{found:.3f}"

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Empty text takes it off; what is no confidence is not taken."""
        name, text = self._categories[index.row()], str(value).strip().replace(",", ".")
        if not text:
            self.own.pop(name, None)
        else:
            try:
                confidence = float(text)
            except ValueError:
                return False
            if not 0.0 <= confidence <= 1.0:
                return False
            self.own[name] = confidence
        self.dataChanged.emit(index, index)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("Class"), self.tr("F1 is highest at"), self.tr("Its own"))[section]


class ThresholdDialog(QDialog):
    submitted = Signal(object)  # ChosenThreshold

    def __init__(
        self, title: str, categories: Sequence[str], threshold: VersionThreshold, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Threshold of {title}").format(title=title))
        self.setMinimumSize(520, 420)
        self._is_closed = False
        self._threshold = threshold
        self._confidence = QDoubleSpinBox()
        self._classes = ClassThresholds(categories, threshold, self)
        self._back = QPushButton(icon("rotate-ccw"), self._back_text())
        self._problem = label("", "error", wrap=True)
        self._make_layout(title)

    @property
    def classes(self) -> ClassThresholds:
        return self._classes

    @property
    def confidence(self) -> QDoubleSpinBox:
        return self._confidence

    def show_problem(self, text: str) -> None:
        if self._is_closed:
            return
        self._problem.setText(text)
        self._problem.show()

    @property
    def chosen(self) -> ChosenThreshold:
        """The default only where it is another than the training's."""
        value = round(self._confidence.value(), 3)
        is_training = self._threshold.best is not None and abs(value - round(self._threshold.best, 3)) < 5e-4
        is_unchanged = not self._threshold.is_chosen and value == round(self._threshold.confidence, 3)
        return ChosenThreshold(None if is_training or is_unchanged else value, dict(self._classes.own))

    def _back_text(self) -> str:
        best = self._threshold.best
        return self.tr("Back to the best") if best is None else self.tr("Back to {0:.3f}").format(best)

    def _go_back(self) -> None:
        if self._threshold.best is not None:
            self._confidence.setValue(self._threshold.best)
        self._classes.clear()

    def _make_layout(self, title: str) -> None:
        self._confidence.setRange(0.0, 1.0)
        self._confidence.setSingleStep(0.01)
        self._confidence.setDecimals(3)
        self._confidence.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        self._confidence.setValue(self._threshold.confidence)
        self._confidence.setAccessibleName(self.tr("Confidence"))
        self._back.setEnabled(self._threshold.best is not None)
        self._back.setToolTip(self.tr("What the validation images chose, and no class of its own"))
        self._back.clicked.connect(self._go_back)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label(self.tr("Predictions count from confidence")))
        row.addWidget(self._confidence)
        row.addWidget(self._back)
        row.addStretch()
        table = QTableView()
        table.setModel(self._classes)
        table.setAccessibleName(self.tr("Thresholds of single classes"))
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setColumnWidth(1, 130)
        save = QPushButton(self.tr("Save"))
        set_role(save, "primary")
        save.setDefault(True)
        cancel = QPushButton(self.tr("Cancel"))
        buttons = QDialogButtonBox()
        buttons.addButton(save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(lambda: self.submitted.emit(self.chosen))
        buttons.rejected.connect(self.reject)
        self._problem.hide()
        hint = self.tr("It holds wherever the version predicts, is exported or served. Classes may have their own.")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Threshold of {title}").format(title=title), "title", wrap=True))
        column.addWidget(label(f"{self._threshold.about} {hint}", "muted", wrap=True))
        column.addLayout(row)
        column.addWidget(table, 1)
        column.addWidget(self._problem)
        column.addWidget(buttons)

    @property
    def is_closed(self) -> bool:
        """Then it must not be spoken to any more."""
        return self._is_closed

    # Qt overrides

    def done(self, result: int) -> None:
        """An answer that comes later finds nobody."""
        self._is_closed = True
        super().done(result)
