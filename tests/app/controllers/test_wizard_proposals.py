"""What was asked for a draft is not taken once the wizard has another one."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.wizard_proposals import WizardProposals
from app.jobs import JobRunner
from core.domain.filters import Group
from core.domain.ids import ProjectId
from core.domain.training import Proposal, TrainingDraft

A, B = TrainingDraft(ProjectId("a"), worker="yolo-detect"), TrainingDraft(ProjectId("b"), worker="doc-ufcn")


class Training:
    def __init__(self) -> None:
        self.gate = threading.Event()

    def default_name(self, draft: TrainingDraft) -> str:
        self.gate.wait(10)
        return f"of {draft.project}"

    def propose_configuration(self, draft: TrainingDraft, *, is_new_method: bool) -> Proposal:
        self.gate.wait(10)
        return Proposal(draft)

    def look_into_filter(self, project: ProjectId, filter: Group) -> tuple[str, int]:
        self.gate.wait(10)
        return f"of {project}", 1


class Wizard:
    follows_configuration = True
    is_new_method = False

    def __init__(self) -> None:
        self.present = A
        self.told: list[object] = []

    def draft(self) -> TrainingDraft:
        return self.present

    def set_default_name(self, name: str) -> None:
        self.told.append(name)

    def set_proposed_configuration(self, proposal: Proposal) -> None:
        self.told.append(proposal.draft.project)

    def set_filter_found(self, filter: Group, text: str, n_images: int) -> None:
        self.told.append((text, n_images))


@pytest.mark.parametrize("then", [A, B], ids=["the same draft", "another project's"])
def test_an_answer_is_taken_for_the_draft_that_it_was_asked_for(qtbot: QtBot, then: TrainingDraft) -> None:
    training, wizard, jobs = Training(), Wizard(), JobRunner()
    proposals = WizardProposals(cast(Any, training), jobs, cast(Any, wizard))
    proposals.follow(A, replace(A, worker=""))
    proposals.look_into_filter(Group())
    wizard.present = then
    training.gate.set()
    qtbot.waitUntil(lambda: jobs.n_busy == 0)
    assert set(wizard.told) == ({"of a", ProjectId("a"), ("of a", 1)} if then is A else set())
    jobs.shutdown()
