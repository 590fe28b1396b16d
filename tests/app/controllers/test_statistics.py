"""Statistics with their controller: counted when shown, told to be old after a change, also one while counting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from app.changes import ChangeDispatcher
from app.controllers.statistics import StatisticsController
from app.jobs import JobRunner
from core.domain.ids import ProjectId
from core.domain.project_statistics import Part, ProjectStatistics
from core.domain.snapshots import Split
from core.statistics.service import StatisticsService, Told
from tests.core.checks.leaky_project import LeakyProject


class HeldStatistics(StatisticsService):
    """Answers when it may."""

    def __init__(self, leaky: LeakyProject) -> None:
        super().__init__(leaky.services.registry)
        self.may_answer = Event()
        self.has_counted = Event()

    def count(self, project: ProjectId, told: Told = lambda done, total: None) -> ProjectStatistics:
        found = super().count(project, told)
        self.has_counted.set()
        assert self.may_answer.wait(20)
        return found


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


def test_a_change_while_it_is_counted_is_not_missed(leaky: LeakyProject, jobs: JobRunner, qtbot: QtBot) -> None:
    services, changes, held = leaky.services, ChangeDispatcher(), HeldStatistics(leaky)
    controller = StatisticsController(statistics=held, jobs=jobs)
    page = controller.page
    qtbot.addWidget(page)
    page.show()
    jobs.changed.connect(changes.tell)
    changes.changed.connect(controller.refresh)
    controller.show_project(services.projects.get_project(leaky.project))
    qtbot.waitUntil(held.has_counted.is_set)
    image = leaky.id_of("val/book0_p016.jpg")
    with qtbot.waitSignal(jobs.changed):
        jobs.run(lambda: services.tags.add([image], "test"), pool="registry")
    held.may_answer.set()
    qtbot.waitUntil(lambda: page.statistics is not None)
    assert page._outdated.isVisible()
    page._again.click()
    qtbot.waitUntil(lambda: not page._outdated.isVisible())
    assert page.statistics is not None
    assert page.statistics.images_by_set[2] == 6
    with qtbot.waitSignal(controller.images_requested) as asked:
        page.part_opened.emit(Part(split=Split.TEST), "of the set test")
    assert asked.args is not None
    assert image in asked.args[0]
