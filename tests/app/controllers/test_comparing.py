"""From a choice of versions or runs to the page on which they stand beside each other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

sys.path += [str(Path(__file__).parents[2] / "core" / folder) for folder in ("evaluations", "training")]

from evaluation_site import EvaluationSite

from app.controllers.comparing import ComparingController
from app.jobs import JobRunner
from core.comparing.service import ComparingService
from core.domain.changes import Changes
from core.domain.ids import VersionId
from core.domain.messages import UserMessage
from core.domain.snapshots import Split
from ui.comparing.compare_page import ComparePage


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationSite]:
    site = EvaluationSite(tmp_path_factory.mktemp("comparing"))
    yield site
    site.close()


@pytest.fixture(scope="module")
def second(site: EvaluationSite) -> VersionId:
    return site.train("Slow", n_steps=2)


@pytest.fixture
def page(qtbot: QtBot) -> ComparePage:
    page = ComparePage()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def controller(site: EvaluationSite, browse_jobs: JobRunner, page: ComparePage) -> ComparingController:
    comparing = ComparingService(site.shop.models, site.shop.runs, site.studies)
    return ComparingController(comparing=comparing, jobs=browse_jobs, make_page=lambda: page)


def test_versions_are_shown_and_their_differences_follow(
    qtbot: QtBot, site: EvaluationSite, second: VersionId, controller: ComparingController, page: ComparePage
) -> None:
    with qtbot.waitSignal(controller.compared):
        controller.compare_versions((site.quick, second))
    assert page.comparison is not None
    assert [item.version for item in page.comparison.items] == [site.quick, second]
    assert page.shown_split is Split.TEST
    qtbot.waitUntil(lambda: page._pairs.count() == 1 and "Working out" not in _text_of(page))
    assert "95 % interval" in _text_of(page) or "no clear difference" in _text_of(page)


def test_runs_are_compared_and_the_way_back_leads_to_their_list(
    qtbot: QtBot, site: EvaluationSite, second: VersionId, controller: ComparingController, page: ComparePage
) -> None:
    runs = [site.shop.models.get_version(version).run for version in (site.quick, second)]
    with qtbot.waitSignal(controller.compared):
        controller.compare_runs([run for run in runs if run is not None])
    with qtbot.waitSignal(controller.left) as told:
        page.back_requested.emit()
    assert told.args == [False]


def test_a_wrong_choice_is_told_and_shows_nothing(
    qtbot: QtBot, site: EvaluationSite, controller: ComparingController, page: ComparePage
) -> None:
    told: list[UserMessage] = []
    controller.message_raised.connect(told.append)
    controller.compare_versions((site.quick,))
    qtbot.waitUntil(lambda: bool(told))
    assert "2 to 6" in told[0].text
    assert page.comparison is None


def test_a_rename_is_shown_at_once(
    qtbot: QtBot, site: EvaluationSite, second: VersionId, controller: ComparingController, page: ComparePage
) -> None:
    with qtbot.waitSignal(controller.compared):
        controller.compare_versions((site.quick, second))
    page.show()
    site.shop.models.rename_version(second, "tidy")
    controller.refresh(Changes.of(versions=[second]))
    qtbot.waitUntil(lambda: page.comparison is not None and "tidy" in page.comparison.items[1].title)
    site.shop.models.rename_version(second, "")


def _text_of(page: ComparePage) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel))
