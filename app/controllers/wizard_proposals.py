"""What is asked in the background for the draft of the wizard; an answer is dropped once the draft is another one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.controllers.draft_changes import what_configures, what_names
from app.jobs import JobRunner
from core.domain.filters import Group
from core.domain.messages import UserMessage
from core.domain.training import TrainingDraft
from ui.training.wizard import TrainingWizard

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.training.service import TrainingService


class WizardProposals:
    """The wizard may be filled for another project, or begun anew, before an answer is there."""

    def __init__(self, training: TrainingService, jobs: JobRunner, wizard: TrainingWizard) -> None:
        self._training = training
        self._jobs = jobs
        self._wizard = wizard

    def follow(self, draft: TrainingDraft, asked: TrainingDraft) -> None:
        """`asked` is the draft before; what depends on the change is proposed anew."""
        if what_names(draft) != what_names(asked):
            self._propose_name(draft)
        if self._wizard.follows_configuration and what_configures(draft) != what_configures(asked):
            self._propose_configuration(draft)

    def look_into_filter(self, filter: Group) -> None:
        project = self._wizard.draft().project

        def failed(message: UserMessage) -> None:
            if self._wizard.draft().project == project:
                self._wizard.set_filter_failed(filter, message)

        self._jobs.run(
            lambda: self._training.look_into_filter(project, filter),
            then=lambda found: (
                self._wizard.set_filter_found(filter, *found) if self._wizard.draft().project == project else None
            ),
            on_error=failed,
            key="training-filter",
        )

    def _propose_name(self, draft: TrainingDraft) -> None:
        self._jobs.run(
            lambda: self._training.default_name(draft),
            then=self._while_equal(what_names, draft, self._wizard.set_default_name),
            on_error=lambda _message: None,  # the review says what is wrong with the draft
            key="training-name",
        )

    def _propose_configuration(self, draft: TrainingDraft) -> None:
        is_new = self._wizard.is_new_method
        self._jobs.run(
            lambda: self._training.propose_configuration(draft, is_new_method=is_new),
            then=self._while_equal(what_configures, draft, self._wizard.set_proposed_configuration),
            on_error=lambda _message: None,  # the review says what is wrong with the draft
            pool="registry",
            key="training-propose-configuration",
        )

    def _while_equal(
        self, part: Callable[[TrainingDraft], object], asked: TrainingDraft, take: Callable[[Any], None]
    ) -> Callable[[Any], None]:
        """`take` for an answer that is still wanted: that part of the draft is what it was."""

        def took(answer: object) -> None:
            if part(self._wizard.draft()) == part(asked):
                take(answer)

        return took
