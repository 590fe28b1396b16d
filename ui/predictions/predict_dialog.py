""" "Predict on...": which version looks at which images, and how. It only shows and wishes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from core.domain.devices import DeviceReport
from core.domain.ids import ProjectId
from core.domain.models import ModelVersion
from core.domain.names import shown
from core.domain.predicting import PredictionDraft, PredictionSurvey
from core.domain.projects import Project
from ui.forms.field_editors import QuietComboBox
from ui.icons import icon
from ui.predictions.predict_options import PredictOptions
from ui.predictions.wish import PredictWish
from ui.widgets.form_rows import FormRows
from ui.widgets.formatting import counted, duration
from ui.widgets.labels import label, set_role
from ui.widgets.last_folders import IMPORTS
from ui.widgets.path_field import PathField

DISK = "disk"
SHOWN = "shown"


class PredictDialog(QDialog):
    """Setters: `set_folders`, `set_devices`, `set_survey`, `show_problem`."""

    folders_requested = Signal(object)  # ProjectId
    survey_requested = Signal(object)  # PredictionDraft
    submitted = Signal(object)  # PredictionDraft

    def __init__(
        self,
        versions: Sequence[ModelVersion],
        projects: Sequence[Project],
        wish: PredictWish,
        parent: QWidget | None = None,
    ) -> None:
        """`versions` are those that can predict, newest first."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Predict on images"))
        self.setMinimumWidth(640)
        self._wish = wish
        self._is_busy = False
        self._surveyed: PredictionDraft | None = None
        self._version = QuietComboBox()
        self._images = QuietComboBox()
        self._folder = QuietComboBox()
        self._path = PathField(
            self.tr("Images on the disk"),
            placeholder=self.tr("A folder or a file; drop it here"),
            may_be_file=True,
            kind=IMPORTS,
        )
        self._amount = label("", "muted")
        self._options = PredictOptions()
        self._problem = label("", "error", wrap=True)
        self._problem.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._start = QPushButton(icon("play", role="on_accent"), self.tr("&Predict"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._fill(versions, projects)
        self._build()
        self._version.activated.connect(lambda _row: self._ask())
        self._images.currentIndexChanged.connect(lambda _row: self._choose_images())
        self._folder.activated.connect(lambda _row: self._ask())
        self._path.path_changed.connect(self._ask)
        self._options.changed.connect(self._ask)
        self._options.reshaped.connect(lambda: self.resize(self.width(), self.sizeHint().height()))
        self._start.clicked.connect(self._submit)
        self._cancel.clicked.connect(self.reject)

    def begin(self) -> None:
        """Ask for what the first choice needs; to be called when the dialog's wishes are heard."""
        self._choose_images()

    # Setters

    @property
    def options(self) -> PredictOptions:
        return self._options

    @property
    def amount(self) -> str:
        return self._amount.text()

    @property
    def refusal(self) -> str:
        return self._problem.text()

    @property
    def start_button(self) -> QPushButton:
        return self._start

    def set_folders(self, project: ProjectId, folders: Sequence[str]) -> None:
        """Of the project that is chosen; an answer about another is ignored."""
        if self._images.currentData() != project:
            return
        self._folder.clear()
        self._folder.addItem(self.tr("All folders"), "")
        for folder in folders:
            if folder:
                self._folder.addItem(shown(folder), folder)
        chosen = self._wish.folder if project == self._wish.project else ""
        self._folder.setCurrentIndex(max(0, self._folder.findData(chosen)))
        self._folder.setVisible(self._folder.count() > 1)
        self._ask()

    def set_devices(self, report: DeviceReport | None) -> None:
        self._options.set_devices(report)

    def set_survey(self, draft: PredictionDraft, survey: PredictionSurvey) -> None:
        """An answer about another draft than the present one is ignored."""
        if draft != self._draft():
            return
        self._surveyed = draft
        self._options.set_threshold(survey.threshold)
        parts = [counted(survey.n_images, "image")]
        if survey.seconds is not None:
            parts.append(self.tr("about {time}, as the last time").format(time=duration(max(1.0, survey.seconds))))
        if survey.imgsz is not None and draft.tiling is None:
            parts.append(self.tr("each is looked at in {px} pixels").format(px=survey.imgsz))
        self._amount.setText(" · ".join(parts))
        self._show_refusal("")

    def show_problem(self, text: str, draft: PredictionDraft | None = None) -> None:
        """Why it cannot be done; with `draft` only if that is still what is chosen."""
        if draft is not None and draft != self._draft():
            return
        self._is_busy = False
        self._surveyed = None
        self._amount.setText("")
        self._show_refusal(text)

    # Inside

    def _fill(self, versions: Sequence[ModelVersion], projects: Sequence[Project]) -> None:
        for version in versions:
            self._version.addItem(f"{shown(version.model_name)} · {shown(version.label)}", version.id)
        chosen = self._version.findData(self._wish.version) if self._wish.version is not None else 0
        self._version.setCurrentIndex(max(0, chosen))
        self._version.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if self._wish.shown:
            text = self.tr("The {images} that are shown").format(images=counted(len(self._wish.shown), "image"))
            self._images.addItem(icon("funnel"), text, SHOWN)
        for project in projects:
            self._images.addItem(icon("images"), self.tr("Project “{name}”").format(name=project.name), project.id)
        self._images.addItem(icon("folder-open"), self.tr("Files or a folder of the disk"), DISK)
        if (not self._wish.shown or self._wish.folder) and self._wish.project is not None:
            self._images.setCurrentIndex(max(0, self._images.findData(self._wish.project)))

    def _build(self) -> None:
        form = FormRows()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(16)
        where = QHBoxLayout()
        where.setContentsMargins(0, 0, 0, 0)
        where.setSpacing(8)
        where.addWidget(self._images, 3)
        where.addWidget(self._folder, 2)
        for title, control, field in (
            (self.tr("&Version"), self._version, self._version),
            (self.tr("&Images"), self._images, where),
            (self.tr("&Path"), self._path, self._path),
        ):
            name = label(title)
            name.setBuddy(control)
            control.setAccessibleName(title.replace("&", ""))
            form.add_field(name, field)
        self._folder.setAccessibleName(self.tr("Folder"))
        self._form = form
        buttons = QHBoxLayout()
        buttons.addWidget(self._problem, 1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._start)
        set_role(self._start, "primary")
        self._start.setDefault(True)
        self._cancel.setAutoDefault(False)
        note = self.tr(
            "What is found is kept beside the ground truth, never in it. It runs like a training: in the list of runs, "
            "when its device is free."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(14)
        column.addWidget(label(self.tr("Predict on images"), "title"))
        column.addWidget(label(note, "muted", wrap=True))
        column.addLayout(form)
        column.addWidget(self._amount)
        column.addWidget(self._options)
        column.addStretch(1)
        column.addLayout(buttons)

    def _draft(self) -> PredictionDraft | None:
        """None while something is missing."""
        version, where = self._version.currentData(), self._images.currentData()
        if version is None or where is None:
            return None
        if where == DISK:
            path = self._path.path()
            return None if path is None else self._options.apply(PredictionDraft(version, paths=(path,)))
        if where == SHOWN:
            return self._options.apply(PredictionDraft(version, self._wish.project, images=self._wish.shown))
        folder = self._folder.currentData() or ""
        return self._options.apply(PredictionDraft(version, where, folders=(folder,) if folder else ()))

    def _choose_images(self) -> None:
        where = self._images.currentData()
        is_project = where not in (DISK, SHOWN, None)
        self._form.setRowVisible(self._path, where == DISK)
        self._folder.clear()
        self._folder.hide()
        self.resize(self.width(), self.sizeHint().height())
        if is_project:
            self._surveyed = None
            self._show_refusal("" if self._version.currentData() is not None else self._missing(), is_fault=False)
            self.folders_requested.emit(where)
        else:
            self._ask()

    def _ask(self) -> None:
        """What the present choice would do is not known yet."""
        self._surveyed = None
        problem = self._options.problem()
        draft = None if problem else self._draft()
        self._amount.setText(self.tr("Counting…") if draft is not None else "")
        self._show_refusal(problem or ("" if draft is not None else self._missing()), is_fault=bool(problem))
        if draft is not None:
            self.survey_requested.emit(draft)

    def _missing(self) -> str:
        if self._version.currentData() is None:
            return self.tr("There is no version that could predict. Train a model first.")
        return self.tr("Choose a folder or a file.")

    def _show_refusal(self, text: str, *, is_fault: bool = True) -> None:
        self._problem.setText(text)
        set_role(self._problem, "error" if is_fault else "muted")
        self._start.setEnabled(not text and not self._is_busy and self._surveyed is not None)
        self._start.setToolTip(text)

    def _submit(self) -> None:
        draft = self._draft()
        if draft is not None and draft == self._surveyed and not self._is_busy:
            self._is_busy = True
            self._start.setEnabled(False)
            self.submitted.emit(draft)
