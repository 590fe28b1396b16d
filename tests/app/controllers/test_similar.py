"""Similar images with their controller: told to be old after a change, and never outlived by a process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.changes import ChangeDispatcher
from app.controllers.similar import SimilarController
from app.jobs import JobRunner
from core.domain.ids import ProjectId
from core.domain.projects import ImageFilter
from core.similar.service import SimilarService
from tests.core.checks.leaky_project import LeakyProject


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator[LeakyProject]:
    made = LeakyProject(tmp_path)
    yield made
    made.close()


@pytest.fixture
def jobs(leaky: LeakyProject) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    made.shutdown()


def controller_of(leaky: LeakyProject, jobs: JobRunner, qtbot: QtBot, similar: SimilarService) -> SimilarController:
    services = leaky.services
    made = SimilarController(similar=similar, projects=services.projects, thumbnails=services.thumbnails, jobs=jobs)
    qtbot.addWidget(made.page)
    made.page.show()
    made.show_project(services.projects.get_project(leaky.project))
    return made


def test_what_was_found_is_said_to_be_old_after_a_change(leaky: LeakyProject, jobs: JobRunner, qtbot: QtBot) -> None:
    services, changes = leaky.services, ChangeDispatcher()
    home = services.home
    similar = SimilarService(
        services.registry, services.fingerprints, home.fingerprints, home.root, uses_network=lambda: False
    )
    controller = controller_of(leaky, jobs, qtbot, similar)
    page = controller.page
    jobs.changed.connect(changes.tell)
    changes.changed.connect(controller.refresh)
    page._empty._button.click()
    qtbot.waitUntil(lambda: len(page.board.ids) > 0 and not jobs.n_busy, timeout=20_000)
    assert not page._outdated.isVisible()
    proposed = page.board.ids[0]
    (annotated,) = services.projects.get_annotated([proposed])
    seen = {proposed: annotated.image.revision}
    jobs.run(lambda: services.labelling.set_without_concept([proposed], seen=seen, author=""), pool="registry")
    qtbot.waitUntil(page._outdated.isVisible)
    page._again.click()
    qtbot.waitUntil(lambda: not page._outdated.isVisible() and not jobs.n_busy, timeout=20_000)
    assert proposed not in page.board.ids


def test_pictures_of_the_project_before_are_not_shown(leaky: LeakyProject, jobs: JobRunner, qtbot: QtBot) -> None:
    controller = controller_of(leaky, jobs, qtbot, leaky.services.similar)
    projects = leaky.services.projects
    images = projects.list_image_ids(ImageFilter(leaky.project))
    controller.page.pictures_requested.emit(images)
    controller.show_project(replace(projects.get_project(leaky.project), id=ProjectId("another")))
    qtbot.waitUntil(lambda: not jobs.n_busy)
    assert len(controller.page.board.ids) == 0


@pytest.mark.parametrize("how", ["stop", "another project", "the window closes"])
def test_the_process_ends_with_the_wish(leaky: LeakyProject, jobs: JobRunner, qtbot: QtBot, how: str) -> None:
    controller = controller_of(leaky, jobs, qtbot, leaky.services.similar)
    before = set(psutil.Process().children(recursive=True))

    def started() -> list[psutil.Process]:
        return [one for one in psutil.Process().children(recursive=True) if one not in before]

    controller.page._empty._button.click()
    qtbot.waitUntil(lambda: bool(started()), timeout=20_000)
    children = started()
    if how == "stop":
        controller.page._cancel.click()
    elif how == "another project":
        project = leaky.services.projects.get_project(leaky.project)
        controller.show_project(replace(project, id=ProjectId("another")))
    else:
        assert jobs.shutdown()
        assert not any(one.is_running() for one in children), "the window waits for the end"
    qtbot.waitUntil(lambda: not any(one.is_running() for one in children), timeout=10_000)
    qtbot.waitUntil(lambda: not list(leaky.services.home.root.rglob("try-*")), timeout=10_000)
