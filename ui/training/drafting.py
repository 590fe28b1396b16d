"""The draft a wizard works on: what a person chose stays, what was proposed follows what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.domain.ids import ConfigurationId, ProjectId
from core.domain.proposed_names import proposed_model_name
from core.domain.training import Proposal, StartFrom, StartKind, TrainingDraft
from core.domain.workers import ConfigValue
from ui.training import steps
from ui.training.known import Known
from ui.training.model_texts import choice_fits

ChosenValues = tuple[ConfigurationId | None, str, Mapping[str, ConfigValue]]


class Drafting:
    """`reasons` say by step where an answer comes from that was proposed and not changed since."""

    def __init__(self) -> None:
        self.draft = TrainingDraft(ProjectId(""))
        self.known = Known()
        self.reasons: dict[str, str] = {}
        self.is_touched = False  # by the person
        self.follows_configuration = False  # it is a proposal, which may change with the data and the device
        self.is_new_method = False  # chosen since: what it begins with is still to be proposed
        self._has_chosen_start = False  # the person, that is
        self._remembered: dict[str, ChosenValues] = {}  # by worker, so that changing one's mind loses nothing

    def begin(
        self, draft: TrainingDraft, reasons: Mapping[str, str], *, has_input: bool, follows_configuration: bool
    ) -> None:
        """With another draft; only a model without a name gets one."""
        self.draft = draft
        self.reasons = dict(reasons)
        self.is_touched = has_input
        self.follows_configuration = follows_configuration
        self.is_new_method = self._has_chosen_start = False
        self._remembered.clear()
        self.known = replace(self.known, model_name=self._model_name())
        if draft.model is None and not draft.new_model_name:
            self.draft = replace(draft, new_model_name=self.known.model_name)

    def learn(self, **parts: object) -> bool:
        """What is known now. Returns whether the draft follows it."""
        before = self.draft
        name = self.known.run_name
        self.known = replace(self.known, **parts)  # type: ignore[arg-type]
        if self.draft.name in ("", name) and self.known.run_name:
            self.draft = replace(self.draft, name=self.known.run_name)
        self._follow_model_name()
        return self.draft != before

    def replace(self, **parts: object) -> None:
        """A part of the draft that nobody entered."""
        self.draft = replace(self.draft, **parts)  # type: ignore[arg-type]

    def follow(self, proposal: Proposal) -> bool:
        """A configuration for data, device or a worker that were chosen since; not taken when the person chose one."""
        if self.follows_configuration:
            made = proposal.draft
            self.reasons.update(proposal.reasons)
            self.replace(
                configuration=made.configuration, configuration_name=made.configuration_name, values=made.values
            )
            if self.is_new_method:
                self.is_new_method = False
                self.replace(start=made.start, crop_of=self.draft.crop_of or made.crop_of)
        return self.follows_configuration

    def take(self, draft: TrainingDraft, step: str) -> None:
        """What the person entered on a step's page."""
        old, self.draft = self.draft, draft
        self.is_touched = True
        self.reasons.pop(step, None)
        if draft.start != old.start:
            self.reasons.pop(steps.START, None)
            self.is_new_method, self._has_chosen_start = False, True
        if step == steps.CONFIGURATION:
            self.follows_configuration = False
        if draft.worker != old.worker:
            self._change_worker(old)
        elif draft.crop_of != old.crop_of:
            self._follow_model_name()

    def _change_worker(self, old: TrainingDraft) -> None:
        """Another worker has other options, and trains other models; what was chosen for it before comes back."""
        if not self.follows_configuration:
            self._remembered[old.worker] = (old.configuration, old.configuration_name, old.values)
        chosen = self._remembered.get(self.draft.worker)
        self.follows_configuration = chosen is None
        self.reasons.pop(steps.CONFIGURATION, None)
        identifier, name, values = chosen or (None, "", {})
        self.replace(configuration=identifier, configuration_name=name, values=values)
        model = self.known.model(self.draft.model)
        if model is not None and not choice_fits(model, self.known.worker(self.draft.worker)):
            self.reasons.pop(steps.MODEL, None)
            self.replace(model=None, new_model_name="")
        self.is_new_method = self._follow_start() and self.follows_configuration
        self._follow_model_name()

    def _follow_start(self) -> bool:
        """A start that the person did not choose, and a starter in any case, is of one worker: the new one gets the
        starter for the same images, else begins from scratch until a better start is proposed. Returns whether it may
        be."""
        start, starters = self.draft.start, self.known.offers.starters
        if self._has_chosen_start and start.kind is not StartKind.STARTER:
            return False
        self.reasons.pop(steps.START, None)
        suits = {starter.suits for starter in starters if starter.name == start.starter}
        fitting = [s for s in starters if s.worker == self.draft.worker and s.suits in suits and not s.problem]
        kind = StartKind.STARTER if fitting else StartKind.SCRATCH
        self.replace(start=StartFrom(kind, starter=fitting[0].name if fitting else ""))
        if fitting:
            self.reasons[steps.START] = f"The starter {fitting[0].title} is for the same images."
        return True

    def _follow_model_name(self) -> None:
        """A name that nobody wrote follows the worker, the project and the names that are taken."""
        old, new = self.known.model_name, self._model_name()
        self.known = replace(self.known, model_name=new)
        if new != old and self.draft.model is None and self.draft.new_model_name in ("", old):
            self.replace(new_model_name=new)

    def _model_name(self) -> str:
        project, worker = self.known.project, self.known.worker(self.draft.worker)
        if project is None:
            return ""
        taken = [model.name for model in self.known.models]
        return proposed_model_name(worker.title if worker else "", project.name, taken, crops=self.draft.crop_of)
