"""Where a version is to be measured: images of a project as they are now, or a frozen dataset. It only asks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.domain.datasets import Dataset, SetRole
from core.domain.evaluating import EvaluationChoices, EvaluationDraft, EvaluationSurvey, EvaluationWish
from core.domain.ids import ProjectId, SnapshotId, VersionId
from core.domain.models import ModelVersion
from core.domain.names import shown
from core.domain.projects import Project
from core.domain.snapshots import SnapshotInfo, Split
from ui.widgets.form_rows import FormRows
from ui.widgets.formatting import counted
from ui.widgets.labels import label, set_role

SHOWN = "shown"
DATASET = "dataset:"  # before its id
SET_WORDS = {Split.TRAIN: "training set", Split.VAL: "validation set", Split.TEST: "test set"}


class EvaluateDialog(QDialog):
    """Setters: `set_projects`, `set_choices`, `set_survey`, `show_problem`."""

    project_chosen = Signal(object)  # ProjectId: its choices are wanted
    draft_changed = Signal(object)  # EvaluationDraft: a survey of it is wanted
    submitted = Signal(object)  # EvaluationDraft

    def __init__(self, wish: EvaluationWish, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._wish = wish
        self._choices = EvaluationChoices((), ())
        self._has_survey = False
        self._is_waiting = False
        self._is_closed = False
        self.setWindowTitle(self.tr("Evaluate a version"))
        self.setMinimumWidth(560)
        self._version = QComboBox()
        self._project = QComboBox()
        self._what = QComboBox()
        self._part = QComboBox()
        self._name = QLineEdit()
        self._note = QPlainTextEdit()
        self._survey = label("", "muted", wrap=True)
        self._problem = label("", "error", wrap=True)
        self._go = QPushButton(self.tr("Evaluate"))
        self._make_layout()
        self._version.currentIndexChanged.connect(lambda _row: self._on_change())
        self._project.currentIndexChanged.connect(lambda _row: self._on_project())
        self._what.currentIndexChanged.connect(lambda _row: self._on_what())
        self._part.currentIndexChanged.connect(lambda _row: self._on_change())
        self._refresh()

    # Setters

    def set_offer(self, versions: Sequence[ModelVersion], projects: Sequence[Project]) -> None:
        """What there is to choose from; what was wished for is chosen, else the first. Of a version that was wished for
        without a project it is the version's own."""
        if self._is_closed:
            return
        self._version.blockSignals(True)
        for version in versions:
            self._version.addItem(f"{shown(version.model_name)} {shown(version.label)}", version.id)
        row = next((row for row, version in enumerate(versions) if version.id == self._wish.version), 0)
        self._version.setCurrentIndex(row if versions else -1)
        self._version.blockSignals(False)
        if not versions:
            self.show_problem(self.tr("There is no version that could be evaluated. Train one first, or import one."))
        own = versions[row].project if versions else None
        self._set_projects(projects, self._wish.project or own)

    def _set_projects(self, projects: Sequence[Project], chosen: ProjectId | None) -> None:
        self._project.blockSignals(True)
        self._project.clear()
        for project in projects:
            self._project.addItem(shown(project.name), project.id)
        row = next((row for row, project in enumerate(projects) if project.id == chosen), 0)
        self._project.setCurrentIndex(row if projects else -1)
        self._project.blockSignals(False)
        self._on_project()

    def set_choices(self, project: ProjectId, choices: EvaluationChoices) -> None:
        """An answer about another project than the chosen one is ignored."""
        if self._is_closed or project != self._project.currentData():
            return
        self._choices = choices
        self._what.blockSignals(True)
        self._what.clear()
        if self._wish.shown and self._wish.project == project:
            text = self.tr("The {images} that are shown, with their labels of today")
            self._what.addItem(text.format(images=counted(len(self._wish.shown), "image")), SHOWN)
        self._what.addItem(self.tr("Images of the project, with their labels of today"), None)
        for dataset in choices.datasets:
            images = counted(dataset.n_images, "image")
            text = self.tr("Dataset {label} ({images})").format(label=shown(dataset.label), images=images)
            self._what.addItem(text, f"{DATASET}{dataset.id}")
        for snapshot in choices.snapshots:
            n_images = sum(n for _, n in snapshot.n_images)
            text = self.tr("Frozen dataset {label} ({images})")
            if snapshot.dataset:
                text = self.tr("Used of {label} ({images})")
            label = shown(snapshot.dataset) or snapshot.label
            self._what.addItem(text.format(label=label, images=counted(n_images, "image")), snapshot.id)
        self._what.blockSignals(False)
        self._on_what()

    def set_survey(self, draft: EvaluationDraft, survey: EvaluationSurvey) -> None:
        """An answer about another draft than the present one is ignored."""
        if self._is_closed or draft != self._question():
            return
        self._has_survey = True
        text = self.tr("{images} with {objects}.").format(
            images=counted(survey.n_images, "image"), objects=counted(survey.n_objects, "object")
        )
        self._survey.setText(" ".join((text, *survey.warnings)))
        self._problem.hide()
        self._refresh()

    def show_problem(self, text: str, draft: EvaluationDraft | None = None) -> None:
        """Why it cannot be measured so, or was not started. Ignored when it speaks of another draft."""
        if self._is_closed or (draft is not None and draft != self._question()):
            return
        self._is_waiting = False
        self._survey.setText("")
        self._problem.setText(text)
        self._problem.show()
        self._refresh()

    @property
    def refusal(self) -> str:
        """The problem that is shown; "" without one."""
        return self._problem.text() if self._problem.isVisibleTo(self) else ""

    @property
    def survey_text(self) -> str:
        return self._survey.text()

    @property
    def draft(self) -> EvaluationDraft | None:
        """As it is filled in; None while there is nothing to choose from."""
        question = self._question()
        if question is None:
            return None
        return EvaluationDraft(
            question.version,
            question.project,
            folders=question.folders,
            images=question.images,
            snapshot=question.snapshot,
            split=question.split,
            dataset=question.dataset,
            set_name=question.set_name,
            name=self._name.text().strip(),
            note=self._note.toPlainText().strip(),
        )

    # Inside

    def _question(self) -> EvaluationDraft | None:
        """Without what makes no difference to what is measured."""
        project: ProjectId | None = self._project.currentData()
        version: VersionId | None = self._version.currentData()
        if project is None or version is None or not self._what.count():
            return None
        what, part = self._what.currentData(), self._part.currentData()
        if what == SHOWN:
            return EvaluationDraft(version, project, images=self._wish.shown)
        if what is None:
            return EvaluationDraft(version, project, folders=(part,) if part else ())
        dataset = self._dataset()
        if dataset is not None:
            return EvaluationDraft(version, project, dataset=dataset.id, set_name=part or "")
        return EvaluationDraft(version, project, snapshot=SnapshotId(what), split=Split(part) if part else None)

    def _on_project(self) -> None:
        project = self._project.currentData()
        self._what.blockSignals(True)
        self._what.clear()
        self._part.blockSignals(True)
        self._part.clear()
        self._part.blockSignals(False)
        self._what.blockSignals(False)
        self._has_survey = False
        self._refresh()
        if project is not None:
            self.project_chosen.emit(project)

    def _on_what(self) -> None:
        snapshot, dataset = self._snapshot(), self._dataset()
        self._part.blockSignals(True)
        self._part.clear()
        self._part.setEnabled(self._what.currentData() != SHOWN)
        if self._what.currentData() == SHOWN:
            self._part.addItem(self.tr("all of them"), "")
        elif dataset is not None:
            self._offer_sets(dataset)
        elif snapshot is None:
            self._part.addItem(self.tr("all folders"), "")
            for folder in self._choices.folders:
                if folder:
                    self._part.addItem(shown(folder), folder)
            is_own = self._wish.project == self._project.currentData()
            self._part.setCurrentIndex(max(0, self._part.findData(self._wish.folder)) if is_own else 0)
        else:
            filled = [(split, n) for split, n in snapshot.n_images if n]
            for split, n_images in sorted(filled, key=lambda item: list(Split).index(item[0]), reverse=True):
                self._part.addItem(f"{SET_WORDS[split]} ({counted(n_images, 'image')})", split.value)
            if len(filled) > 1:
                self._part.addItem(self.tr("all sets"), "")
        self._part.blockSignals(False)
        self._on_change()

    def _offer_sets(self, dataset: Dataset) -> None:
        """The first one that tests is chosen."""
        for item in dataset.sets:
            self._part.addItem(f"{shown(item.name)} ({counted(item.n_images, 'image')})", item.name)
        self._part.addItem(self.tr("all sets"), "")
        tests = (row for row, item in enumerate(dataset.sets) if item.role is SetRole.TEST)
        self._part.setCurrentIndex(next(tests, 0))

    def _dataset(self) -> Dataset | None:
        chosen = self._what.currentData()
        return next((item for item in self._choices.datasets if f"{DATASET}{item.id}" == chosen), None)

    def _snapshot(self) -> SnapshotInfo | None:
        chosen = self._what.currentData()
        return next((item for item in self._choices.snapshots if item.id == chosen), None)

    def _on_change(self) -> None:
        self._has_survey = False
        self._problem.hide()
        question = self._question()
        self._survey.setText(self.tr("Counting…") if question is not None else "")
        self._refresh()
        if question is not None:
            self.draft_changed.emit(question)

    def _refresh(self) -> None:
        self._go.setEnabled(self._has_survey and not self._is_waiting and not self._problem.isVisibleTo(self))

    def _submit(self) -> None:
        draft = self.draft
        if draft is not None and self._go.isEnabled():
            self._is_waiting = True
            self._refresh()
            self.submitted.emit(draft)

    def _make_layout(self) -> None:
        self._version.setAccessibleName(self.tr("Version"))
        self._project.setAccessibleName(self.tr("Project"))
        self._what.setAccessibleName(self.tr("Images"))
        self._part.setAccessibleName(self.tr("Which of them"))
        self._name.setPlaceholderText(self.tr("as the images are called"))
        for choice in (self._version, self._project, self._what, self._part):
            choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._note.setTabChangesFocus(True)
        self._note.setMaximumHeight(72)
        self._problem.hide()
        form = FormRows()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.add_field(self.tr("&Version"), self._version)
        form.add_field(self.tr("&Project"), self._project)
        form.add_field(self.tr("&Images"), self._what)
        form.add_field(self.tr("&Which of them"), self._part)
        form.add_field(self.tr("&Name"), self._name)
        form.add_field(self.tr("N&ote"), self._note)
        set_role(self._go, "primary")
        self._go.setDefault(True)
        cancel = QPushButton(self.tr("Cancel"))
        buttons = QDialogButtonBox()
        buttons.addButton(self._go, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._submit)
        buttons.rejected.connect(self.reject)
        text = self.tr(
            "The version predicts the images once more and is measured against their ground truth. Its classes are "
            "matched by name."
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(label(self.tr("Evaluate a version"), "title", wrap=True))
        column.addWidget(label(text, "muted", wrap=True))
        column.addLayout(form)
        column.addWidget(self._survey)
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
