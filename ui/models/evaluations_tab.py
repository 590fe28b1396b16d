"""What was measured on a version, by its training and later; its threshold; and the way to see and to measure more."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QPushButton, QTableView, QVBoxLayout, QWidget

from core.domain.models import VersionDetails
from core.domain.studies import StudyEntry, StudySource
from core.domain.thresholds import VersionThreshold
from ui.icons import icon
from ui.models.evaluations_model import EvaluationsModel
from ui.models.version_words import refusal
from ui.widgets.column_room import ColumnRoom
from ui.widgets.labels import label


class EvaluationsTab(QWidget):
    evaluate_requested = Signal()
    see_requested = Signal(object)  # StudyEntry
    title_requested = Signal(object)  # StudyEntry
    deletion_requested = Signal(object)  # StudyEntry
    threshold_requested = Signal()
    sureness_requested = Signal(object)  # StudyEntry: how sure its numbers are is wanted
    report_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = EvaluationsModel(self)
        self._threshold = label("", "", wrap=True)
        self._change = QPushButton(icon("sliders-horizontal"), self.tr("Threshold…"))
        self._change.setToolTip(self.tr("From which confidence on this version's predictions count"))
        self._evaluate = QPushButton(icon("target"), self.tr("Evaluate on…"))
        self._report = QPushButton(icon("file-text"), self.tr("Report…"))
        self._report.setToolTip(self.tr("Write all there is to say of this version into one HTML file"))
        self._see = QPushButton(icon("eye"), self.tr("See"))
        self._title = QPushButton(icon("pencil"), self.tr("Name and note…"))
        self._delete = QPushButton(icon("trash-2"), self.tr("Delete…"))
        self._table = QTableView()
        self._room = ColumnRoom(self._table, self._table.horizontalHeader(), weights={0: 3, 1: 4})
        self._note = label("", "muted", wrap=True)
        self._refusal = ""
        self._sure: dict[StudySource, str] = {}
        self._set_up_table()
        self._make_layout()
        self._connect()
        self.set_entries(())

    @property
    def model(self) -> EvaluationsModel:
        return self._model

    @property
    def threshold_text(self) -> str:
        return self._threshold.text()

    def set_details(self, details: VersionDetails) -> None:
        """The threshold, and what can be done with the version."""
        self._sure.clear()  # it may be another threshold
        self._threshold.setText(threshold_text(details.threshold))
        self._refusal = details.model.task_problem or refusal(details.version, deed="evaluated")
        self._evaluate.setEnabled(not self._refusal)
        self._evaluate.setToolTip(self._refusal or self.tr("Measure this version on other images with ground truth"))
        self._change.setEnabled(not refusal(details.version, deed="given a threshold"))

    def set_entries(self, entries: Sequence[StudyEntry]) -> None:
        """Keeps what is selected, where it is still there."""
        selected = self.selected()
        self._model.set_entries(entries)
        sources = [entry.info.source for entry in self._model.entries]
        row = sources.index(selected.info.source) if selected and selected.info.source in sources else 0
        if entries:
            self._table.selectRow(row)
        self._room.share()
        self._refresh()

    def set_sureness(self, source: StudySource, text: str) -> None:
        """What is said of this entry when it is selected."""
        self._sure[source] = text
        self._show_note(self.selected())

    def selected(self) -> StudyEntry | None:
        indexes = self._table.selectionModel().selectedRows()
        return self._model.entry(indexes[0].row()) if indexes else None

    def _refresh(self) -> None:
        entry = self.selected()
        is_there = entry is not None and entry.has_predictions
        self._see.setEnabled(is_there)
        self._see.setToolTip("" if is_there or entry is None else self.tr("Its predictions were deleted."))
        can_change = entry is not None and entry.can_be_deleted
        why = "" if can_change or entry is None else self.tr("What the training measured belongs to the version.")
        for button in (self._title, self._delete):
            button.setEnabled(can_change)
            button.setToolTip(why)
        self._show_note(entry)
        self._ask_how_sure()

    def _ask_how_sure(self) -> None:
        """Only where somebody looks: it is a thousand resamples."""
        entry = self.selected()
        if self.isVisible() and entry is not None and entry.evaluation and entry.info.source not in self._sure:
            self.sureness_requested.emit(entry)

    def _show_note(self, entry: StudyEntry | None) -> None:
        """What the person wrote of it, and how sure its numbers are."""
        parts = []
        if not self._model.rowCount():
            parts.append(self.tr("Nothing that it predicted was kept. Evaluate it on images to see its predictions."))
        if entry is not None and entry.evaluation is not None:
            parts += [self._sure.get(entry.info.source, ""), entry.evaluation.note]
        text = "\n".join(part for part in parts if part)
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _set_up_table(self) -> None:
        table = self._table
        table.setModel(self._model)
        table.setAccessibleName(self.tr("Evaluations"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(32)

    def _make_layout(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(8)
        above.addWidget(self._threshold, 1)
        above.addWidget(self._change, 0, Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._evaluate)
        row.addWidget(self._report)
        row.addStretch()
        for button in (self._see, self._title, self._delete):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(above)
        column.addLayout(row)
        column.addWidget(self._table, 1)
        column.addWidget(self._note)

    def _connect(self) -> None:
        self._table.selectionModel().selectionChanged.connect(lambda _new, _old: self._refresh())
        self._table.doubleClicked.connect(self._open)
        self._table.activated.connect(self._open)
        self._evaluate.clicked.connect(self.evaluate_requested)
        self._report.clicked.connect(self.report_requested)
        self._change.clicked.connect(self.threshold_requested)
        self._see.clicked.connect(lambda: self._wish(self.see_requested.emit))
        self._title.clicked.connect(lambda: self._wish(self.title_requested.emit))
        self._delete.clicked.connect(lambda: self._wish(self.deletion_requested.emit))

    def _open(self, index: QModelIndex) -> None:
        entry = self._model.entry(index.row())
        if entry is not None and entry.has_predictions:
            self.see_requested.emit(entry)

    def _wish(self, emit: object) -> None:
        entry = self.selected()
        if entry is not None and callable(emit):
            emit(entry)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask_how_sure()


def threshold_text(threshold: VersionThreshold | None) -> str:
    """ "Predictions count from confidence 0.312 on. F1 is highest there ..." """
    if threshold is None:
        return ""
    return f"Predictions count from confidence {threshold.confidence:.3f} on. {threshold.about}"
