"""Taking a set of predictions out: in which form, from which confidence, where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from core.domain.names import shown
from core.domain.prediction_exports import FORMS, PredictionExport, PredictionExportReport
from core.domain.predictions import PredictionSet
from ui.forms.field_editors import QuietComboBox
from ui.forms.number_field import NumberField
from ui.icons import icon
from ui.widgets.form_rows import FormRows
from ui.widgets.formatting import counted
from ui.widgets.labels import label, set_role
from ui.widgets.last_folders import EXPORTS
from ui.widgets.path_field import PathField
from ui.widgets.progress_line import ProgressLine
from ui.widgets.save_dialog import safe_file_name

USUAL_CONFIDENCE = 0.25


class ExportPredictionsDialog(QDialog):
    """Stays open until the files are there, and says what is wrong. Setters: `set_progress`, `show_report`,
    `show_problem`."""

    submitted = Signal(object)  # PredictionExport
    cancel_requested = Signal()
    folder_open_requested = Signal(object)  # Path

    def __init__(self, item: PredictionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export predictions"))
        self.setMinimumWidth(620)
        self._item = item
        self._report: PredictionExportReport | None = None
        self._is_busy = False
        self._form = QuietComboBox()
        for form in FORMS:
            self._form.addItem(form.title, form)
        self._holds = label("", "muted", wrap=True)
        self._confidence = NumberField(is_whole=False, minimum=0.0, maximum=1, step=0.05)
        threshold = item.settings.get("threshold")
        self._confidence.set_number(round(threshold, 4) if isinstance(threshold, float) else USUAL_CONFIDENCE)
        self._target = PathField(
            self.tr("Folder of the export"),
            placeholder=self.tr("A new or an empty folder"),
            kind=EXPORTS,
            on_chosen=lambda folder: folder / safe_file_name(item.title),
        )
        self._progress = ProgressLine()
        self._text = label("", "muted", wrap=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._export = QPushButton(icon("download", role="on_accent"), self.tr("&Export"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._build()
        self._form.currentIndexChanged.connect(lambda _row: self._refresh())
        self._confidence.number_edited.connect(self._refresh)
        self._target.path_changed.connect(self._refresh)
        self._export.clicked.connect(self._go_on)
        self._cancel.clicked.connect(self.reject)
        self._refresh()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def export_button(self) -> QPushButton:
        return self._export

    def fill(self, form: str, target: Path) -> None:
        """As a person would."""
        self._form.setCurrentIndex(next(i for i, one in enumerate(FORMS) if one.slug == form))
        self._target.set_path(target)

    def set_progress(self, done: float, total: float, text: str) -> None:
        self._progress.set_progress(done, total, text)

    def show_report(self, report: PredictionExportReport) -> None:
        self._report = report
        self._set_busy(is_busy=False)
        below = ""
        if report.n_below:
            below = self.tr(" {n} below the confidence stayed here.").format(n=counted(report.n_below, "object"))
        text = self.tr("{objects} on {images} written to {folder}.").format(
            objects=counted(report.n_objects, "object"),
            images=counted(report.n_images, "image"),
            folder=shown(report.target),
        )
        self._say(text + below, "")

    def show_problem(self, text: str) -> None:
        """Nothing was written: why."""
        self._set_busy(is_busy=False)
        self._say(text, "error")

    def _build(self) -> None:
        form = FormRows()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setVerticalSpacing(10)
        for title, control in (
            (self.tr("&Form"), self._form),
            (self.tr("&Confidence from"), self._confidence),
            (self.tr("F&older"), self._target),
        ):
            control.setAccessibleName(title.replace("&", ""))
            form.add_field(title, control)
        set_role(self._export, "primary")
        self._export.setDefault(True)
        self._cancel.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._export)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Export “{name}”").format(name=shown(self._item.title)), "title", wrap=True))
        column.addLayout(form)
        column.addWidget(self._holds)
        column.addWidget(self._progress)
        column.addWidget(self._text)
        column.addLayout(buttons)

    def _refresh(self) -> None:
        form = self._form.currentData()
        self._holds.setText(f"{form.holds} {form.loses}".strip())
        refusal = self._refusal()
        self._export.setEnabled(not refusal and not self._is_busy)
        self._export.setToolTip(refusal)

    def _refusal(self) -> str:
        confidence = self._confidence.number()
        if isinstance(confidence, str) or not 0 <= confidence <= 1:
            return self.tr("The confidence is a number from 0 to 1.")
        return "" if self._target.path() is not None else self.tr("Choose a folder.")

    def _go_on(self) -> None:
        if self._report is not None:
            self.folder_open_requested.emit(self._report.target)
            return
        target = self._target.path()
        if target is None or self._refusal():
            return
        self._set_busy(is_busy=True)
        form = self._form.currentData()
        confidence = float(self._confidence.number())
        threshold = self._item.settings.get("threshold")
        by_category = self._item.settings.get("thresholds") or {}
        is_own = isinstance(threshold, float) and round(threshold, 4) == confidence
        confidence = float(threshold) if is_own and isinstance(threshold, float) else confidence
        wish = PredictionExport(self._item.id, form.slug, target, confidence, dict(by_category) if is_own else {})
        self.submitted.emit(wish)

    def _set_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        if is_busy:
            self._text.setText("")
            self._progress.start(self.tr("Writing…"))
        else:
            self._progress.hide()
        for field in (self._form, self._confidence, self._target):
            field.setEnabled(not is_busy and self._report is None)
        self._export.setText(self.tr("&Open folder") if self._report is not None else self.tr("&Export"))
        self._cancel.setText(
            self.tr("&Stop") if is_busy else self.tr("Close") if self._report is not None else self.tr("Cancel")
        )
        self._refresh()

    def _say(self, text: str, role: str) -> None:
        self._text.setText(text)
        set_role(self._text, role)

    # Qt overrides

    def reject(self) -> None:
        """While it is written, it is stopped, and the dialog stays to say how that ended."""
        if self._is_busy:
            self.cancel_requested.emit()
        else:
            super().reject()
