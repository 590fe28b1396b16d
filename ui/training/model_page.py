"""Which model gets the new version, and where its weights start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget

from core.domain.ids import ModelId, ProjectId
from core.domain.models import Model, ModelVersion
from core.domain.starts import StartOffers
from core.domain.training import TrainingDraft
from core.domain.workers import WorkerInfo
from ui.forms.choice_list import ChoiceList
from ui.forms.labelled_field import LabelledField
from ui.forms.problem_label import ProblemLabel
from ui.forms.radio_group import RadioGroup
from ui.training.markdown_field import MarkdownField
from ui.training.model_texts import choice_fits, model_choices
from ui.training.start_section import SEARCH_FROM, PretrainedPlace, StartSection
from ui.training.wizard_page import WizardPage, card
from ui.widgets.labels import label
from ui.widgets.search_field import SearchField

NEW = "new"
EXISTING = "existing"


class ModelPage(WizardPage):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Model"),
            self.tr("A model has one task and one list of classes. Each training adds a version to it."),
            parent,
        )
        self._models: tuple[Model, ...] = ()
        self._worker: WorkerInfo | None = None
        self._model: ModelId | None = None
        self._last_model: ModelId | None = None
        self._proposal = ""
        self._data_classes: tuple[str, ...] = ()
        self._project: ProjectId | None = None
        self._radio = RadioGroup()
        self._name_line = QLineEdit()
        self._propose = QPushButton(self.tr("Use the proposed name"))
        self._name = LabelledField(
            self.tr("Name of the m&odel"),
            self._name_line,
            help_text=self.tr("Technology, data and what is looked at, for example “YOLO | Charters (page)”."),
            trailing=self._propose,
        )
        self._description = MarkdownField()
        self._list = ChoiceList(max_rows=5)
        self._list.setAccessibleName(self.tr("Models to add a version to"))
        self._search = SearchField(self.tr("Search the models"))
        self._model_problem = ProblemLabel()
        self._version_line = QLineEdit()
        self._version = LabelledField(
            self.tr("&Name of the version (optional)"),
            self._version_line,
            help_text=self.tr("Versions are numbered V001, V002 …; a name helps to tell them apart."),
        )
        self._start = StartSection()
        self._lay_out()
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        new = QWidget()
        column = QVBoxLayout(new)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._name)
        column.addWidget(LabelledField(self.tr("Descri&ption (optional)"), self._description))
        existing = QWidget()
        column = QVBoxLayout(existing)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self._search)
        column.addWidget(self._list)
        self._radio.add(NEW, self.tr("Create a new model"), "", new)
        self._radio.add(EXISTING, self.tr("Add a version to a model"), " ", existing)
        target, column = card()
        column.addWidget(label(self.tr("Model that gets the version"), "heading"))
        column.addWidget(self._model_problem)
        column.addWidget(self._radio)
        column.addWidget(self._version)
        start, column = card()
        column.addWidget(self._start)
        self.column.addWidget(target)
        self.column.addWidget(start)
        self.column.addStretch(1)

    def _connect(self) -> None:
        self.add_spot("new_model_name", self._name)
        self.add_spot("model", self._model_problem)
        self.add_spot("version_name", self._version)
        self.add_spot("start", self._start)
        self._radio.chosen.connect(self._choose_kind)
        self._list.chosen.connect(self._choose_model)
        self._search.search_changed.connect(self._list.set_search)
        self._name_line.textEdited.connect(lambda _text: self._edited())
        self._version_line.textEdited.connect(lambda _text: self.changed.emit())
        self._description.text_edited.connect(self.changed)
        self._propose.clicked.connect(self._take_proposal)
        self._start.changed.connect(self.changed)

    # From outside

    def set_proposal(self, name: str) -> None:
        """A name for a new model, that a button offers when something else is written."""
        self._proposal = name
        self._refresh_proposal()

    def set_worker(self, worker: WorkerInfo | None) -> None:
        self._worker = worker
        self._start.set_worker(worker)
        self._refresh()

    def set_models(self, models: Sequence[Model]) -> None:
        self._models = tuple(models)
        self._refresh()

    def set_versions(self, versions: Sequence[ModelVersion]) -> None:
        self._start.set_versions(versions)

    def set_offers(self, offers: StartOffers) -> None:
        self._start.set_offers(offers)

    def set_run_classes(self, classes: Sequence[str], in_data: Sequence[str] | None = None) -> None:
        """Those that will be trained, as far as that is known, and those of them that the data show (None = all): a
        chosen model adds its own, and would else be like the data whatever they show."""
        self._data_classes = tuple(classes if in_data is None else in_data)
        self._refresh()
        self._start.set_run_classes(classes)

    def set_pretrained(self, place: PretrainedPlace | None) -> None:
        self._start.set_pretrained(place)

    def show_draft(self, draft: TrainingDraft) -> None:
        self._model, self._project = draft.model, draft.project
        if draft.new_model_name != self._name_line.text().strip():
            self._name_line.setText(draft.new_model_name)
        self._description.set_text(draft.new_model_description)
        if draft.version_name != self._version_line.text().strip():
            self._version_line.setText(draft.version_name)
        self._start.set_start(draft.start)
        self._refresh()

    def apply(self, draft: TrainingDraft) -> TrainingDraft:
        return replace(
            draft,
            model=self._model,
            new_model_name=self._name_line.text().strip(),
            new_model_description=self._description.text(),
            version_name=self._version_line.text().strip(),
            start=self._start.start(),
        )

    def focus_first(self) -> None:
        self._radio.button(self._radio.key() or NEW).setFocus()

    # What the person does

    def _choose_kind(self, key: str) -> None:
        if key == NEW:
            self._last_model, self._model = self._model, None
        else:
            choices = model_choices(self._models, self._worker, self._data_classes, self._project)
            fitting = [ModelId(choice.key) for choice in choices if choice.is_enabled]
            self._model = self._last_model or (fitting[0] if fitting else None)
        self._refresh(kind=key)
        self.changed.emit()

    def _choose_model(self, key: str) -> None:
        self._model = ModelId(key)
        self.changed.emit()

    def _edited(self) -> None:
        self._refresh_proposal()
        self.changed.emit()

    def _take_proposal(self) -> None:
        self._name_line.setText(self._proposal)
        self._edited()

    # How it is shown

    def _refresh(self, kind: str = "") -> None:
        self._list.set_choices(model_choices(self._models, self._worker, self._data_classes, self._project))
        self._list.set_current_key(self._model or "")
        self._search.setVisible(len(self._models) >= SEARCH_FROM)
        has_models = any(choice_fits(model, self._worker) for model in self._models)
        self._radio.set_key(kind or (EXISTING if self._model else NEW))
        self._radio.set_available(EXISTING, has_models)
        nothing = self.tr("There is no model yet.")
        other = self.tr("No model is of this method's task.")
        self._radio.set_help(EXISTING, "" if has_models else other if self._models else nothing)
        self._refresh_proposal()

    def _refresh_proposal(self) -> None:
        self._propose.setVisible(bool(self._proposal) and self._name_line.text().strip() != self._proposal)
