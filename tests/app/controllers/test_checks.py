"""The checks page with its controller: run, shown, repaired at one click, undone, and known to be old."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.changes import ChangeDispatcher
from app.controllers.checks import ChecksController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.checks import CheckId, CheckWish
from core.domain.messages import UserMessage
from tests.core.checks.leaky_project import LeakyProject
from ui.checks.finding_card import FindingCard


@dataclass
class Desk:
    leaky: LeakyProject
    controller: ChecksController
    undo: UndoHistory
    jobs: JobRunner
    messages: list[UserMessage]
    qtbot: QtBot

    def wait(self, is_so: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(is_so()) and not self.jobs.n_busy, timeout=20_000)

    def card(self, check: CheckId) -> FindingCard | None:
        return next((card for card in self.controller.page.cards if card.finding.check is check), None)

    def run(self) -> None:
        self.controller.page._run.click()
        self.wait(lambda: self.controller.page.report is not None)


@pytest.fixture
def desk(tmp_path: Path, qtbot: QtBot) -> Iterator[Desk]:
    leaky, jobs = LeakyProject(tmp_path), JobRunner()
    undo, changes, messages = UndoHistory(jobs), ChangeDispatcher(), []
    services = leaky.services
    controller = ChecksController(services=services, thumbnails=services.thumbnails, jobs=jobs, undo=undo)
    controller.message_raised.connect(messages.append)
    undo.message_raised.connect(messages.append)
    jobs.changed.connect(changes.tell)
    changes.changed.connect(controller.refresh)
    qtbot.addWidget(controller.page)
    controller.page.resize(1280, 720)
    controller.page.show()
    undo.show_project(leaky.project)
    made = Desk(leaky, controller, undo, jobs, messages, qtbot)
    controller.show_project(services.projects.get_project(leaky.project))
    made.wait(lambda: True)
    yield made
    jobs.shutdown()
    leaky.close()


def test_a_leak_is_found_repaired_at_one_click_and_undone(desk: Desk) -> None:
    assert desk.controller.page.report is None
    desk.run()
    card = desk.card(CheckId.ALIKE_ACROSS_SETS)
    assert card is not None
    assert len(card.groups) == 2
    assert all(len(group._thumbnails) == 2 for group in card.groups)
    before = desk.controller.page.report
    repair = card.findChild(QPushButton, "repair")
    assert repair is not None
    repair.click()
    desk.wait(lambda: desk.controller.page.report is not before)
    assert desk.card(CheckId.ALIKE_ACROSS_SETS) is None
    assert not desk.controller.page._old.isVisible()
    assert desk.undo.undo_text.startswith("the repair of")
    assert desk.controller.page._undo.isVisible()
    repaired = desk.controller.page.report
    desk.controller.page._undo.click()
    desk.wait(lambda: desk.controller.page.report is not repaired)
    assert desk.card(CheckId.ALIKE_ACROSS_SETS) is not None
    assert not desk.controller.page._undo.isVisible()
    desk.undo.redo()
    desk.wait(lambda: desk.card(CheckId.ALIKE_ACROSS_SETS) is None)
    assert desk.messages == []


def test_a_result_is_said_to_be_old_and_comes_back_with_the_project(desk: Desk) -> None:
    desk.run()
    tags = desk.leaky.services.tags
    desk.jobs.run(lambda: tags.add([desk.leaky.id_of("test/smaller.png")], "hard case"), pool="registry")
    desk.wait(desk.controller.page._old.isVisible)
    project = desk.leaky.services.projects.get_project(desk.leaky.project)
    desk.controller._project = None
    desk.controller.show_project(project)
    desk.wait(lambda: desk.controller.page.report is not None)
    assert desk.controller.page._old.isVisible()
    assert desk.card(CheckId.COPIES_ACROSS_SETS) is not None


def test_the_images_of_a_group_and_of_a_finding_are_asked_for(desk: Desk) -> None:
    desk.run()
    card = desk.card(CheckId.ALIKE_ACROSS_SETS)
    assert card is not None
    with desk.qtbot.waitSignal(desk.controller.images_requested) as asked:
        card.groups[1].click()
    assert asked.args is not None
    assert desk.leaky.paths(asked.args[0]) == {"train/book0_p002.jpg", "test/smaller.png"}
    assert asked.args[1] == 'found by "Pictures that look the same in more than one set"'
    button = next(one for one in card.findChildren(QPushButton) if one.text().startswith("Show"))
    with desk.qtbot.waitSignal(desk.controller.images_requested) as asked:
        button.click()
    assert asked.args is not None
    assert len(asked.args[0]) == 4


def test_a_refused_repair_says_why_and_changes_nothing(desk: Desk) -> None:
    desk.run()
    services, report = desk.leaky.services, desk.controller.page.report
    assert report is not None
    finding = report.find(CheckId.DOUBLE)
    assert finding is not None
    services.checks.repair(report, finding)  # in another window
    desk.controller.repair(finding)
    desk.wait(lambda: desk.messages)
    assert "nothing to be repaired" in desk.messages[0].text
    assert desk.undo.undo_text == ""


def test_stopping_leaves_the_page_as_it_was(desk: Desk) -> None:
    desk.controller.run(CheckWish())
    assert desk.controller.page._stop.isVisible()
    desk.controller.page._stop.click()
    desk.wait(lambda: True)
    assert desk.controller.page._run.isVisible()
    assert desk.controller.page.report is None
