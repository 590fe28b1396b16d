"""The lists of the wizard while it is on the screen, on the real services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from pytestqt.qtbot import QtBot

from app.controllers.wizard_lists import WizardLists
from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.data_offers import DataOffers
from core.domain.ids import ProjectId, RunId, TaskId
from core.domain.projects import Project
from core.domain.training import TrainingDraft
from core.models.service import ModelService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.training.draft.configurations import ConfigurationService
from core.workers.catalog import WorkerCatalog
from ui.training.wizard import TrainingWizard


@dataclass
class Desk:
    lists: WizardLists
    wizard: TrainingWizard
    models: ModelService
    configurations: ConfigurationService
    projects: ProjectService
    project: Project
    jobs: JobRunner
    qtbot: QtBot
    reviews: list[None]

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.jobs.n_busy == 0)

    def title(self) -> str:
        return self.wizard.frame.header._subtitle.text()

    def model_names(self) -> list[str]:
        return [model.name for model in self.wizard.pages.model._models]


@pytest.fixture
def desk(
    qtbot: QtBot,
    tmp_path: Path,
    browse_registry: Registry,
    browse_projects: ProjectService,
    browse_project: Project,
    browse_jobs: JobRunner,
) -> Iterator[Desk]:
    models = ModelService(browse_registry, tmp_path / "home" / "models")
    configurations = ConfigurationService(browse_registry, WorkerCatalog())
    wizard = TrainingWizard()
    wizard.set_project(browse_project)
    wizard.set_workers(WorkerCatalog().list_workers(include_hidden=True))
    wizard.set_draft(TrainingDraft(browse_project.id, worker="fake"))
    wizard.show()
    lists = WizardLists(
        projects=browse_projects,
        models=models,
        configurations=configurations,
        offer_tasks=lambda _project: (),
        offer_data=lambda _project: DataOffers(),
        jobs=browse_jobs,
        wizard=wizard,
    )
    browse_jobs.changed.connect(lists.refresh)
    reviews: list[None] = []
    lists.refreshed.connect(lambda: reviews.append(None))
    lists.begin()
    yield Desk(lists, wizard, models, configurations, browse_projects, browse_project, browse_jobs, qtbot, reviews)
    wizard.close()
    wizard.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_each_list_that_changed_comes_anew_and_the_draft_is_reviewed(desk: Desk) -> None:
    here = desk.project.id
    desk.jobs.run(lambda: desk.projects.rename_project(here, "Prints"))
    desk.settle()
    assert desk.title() == "Prints"
    assert len(desk.reviews) == 1
    desk.jobs.run(lambda: desk.models.create_model(here, "Mine", TaskId("detection"), ["text"]))
    desk.settle()
    assert desk.model_names() == ["Mine"]
    desk.jobs.run(lambda: desk.configurations.create_configuration("fake", "quick", {"n_steps": 3}))
    desk.settle()
    assert "quick" in [one.name for one in desk.wizard.pages.configuration._stored]
    desk.lists.refresh(Changes.of(folders=[here], categories=[here]))
    desk.settle()
    assert {folder.path for folder in desk.wizard.pages.data._folders} == {"", "train", "val"}
    assert [category.name for category in desk.wizard.pages.data._categories] == ["text", "zone"]
    assert len(desk.reviews) == 4


def test_what_it_does_not_show_reads_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for verb in ("get_project", "list_folders", "list_categories"):
        monkeypatch.setattr(desk.projects, verb, lambda *_, **__: pytest.fail("it was read"))
    other = Changes.whole_project(ProjectId("other"))
    desk.lists.refresh(other.merged(Changes.of(runs=[RunId("r")], image_lists=[ProjectId("other")])))
    desk.settle()
    assert desk.reviews == []


def test_a_wizard_that_was_left_or_is_hidden_stays_as_it_is(desk: Desk) -> None:
    change = Changes.of(projects=[desk.project.id])
    desk.projects.rename_project(desk.project.id, "Prints")
    desk.lists.refresh(change)
    desk.lists.end()  # before the answer is there
    desk.settle()
    desk.lists.refresh(change)
    desk.settle()
    assert desk.title() == "Pages"
    desk.lists.begin()
    desk.wizard.hide()
    desk.lists.refresh(change)
    desk.settle()
    assert desk.title() == "Pages"
    assert desk.reviews == []
