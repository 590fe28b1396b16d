"""The export dialog on real services and a really published version of the fake worker."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

sys.path += [str(Path(__file__).parents[2] / "core" / name) for name in ("conversions", "training")]

from conversion_site import ConversionSite

from app.controllers.conversions import ConversionsController
from app.jobs import JobRunner
from core.domain.runs import RunStatus
from core.runs.testing import run_to_its_end


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConversionSite]:
    made = ConversionSite(tmp_path_factory.mktemp("conversions"))
    yield made
    made.close()


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    assert runner.shutdown()


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def controller(site: ConversionSite, jobs: JobRunner, window: QWidget) -> ConversionsController:
    return ConversionsController(conversions=lambda: site.conversions, jobs=jobs, window=window)


def asked_place(window: QWidget) -> QFileDialog:
    return window.findChildren(QFileDialog)[-1]


def test_what_is_chosen_becomes_a_run_and_the_run_a_package(
    site: ConversionSite, controller: ConversionsController, window: QWidget, qtbot: QtBot
) -> None:
    dialog = controller.ask(site.shop.models.get_version(site.quick))
    qtbot.waitUntil(dialog._go.isEnabled)
    assert dialog.choice.format == "copy"
    assert not dialog._formats.button("absent").isEnabled()
    dialog._go.click()
    target = site.target(".zip")
    with qtbot.waitSignal(controller.run_submitted) as submitted:
        asked_place(window).fileSelected.emit(str(target))
    assert dialog.is_closed
    state = run_to_its_end(site.service, submitted.args[0]).state
    assert state is not None and state.status is RunStatus.SUCCESS
    assert target.is_file()


def test_a_place_that_will_not_do_is_said_in_the_dialog(
    site: ConversionSite, controller: ConversionsController, window: QWidget, qtbot: QtBot
) -> None:
    target = site.target(".zip")
    target.write_text("mine")
    dialog = controller.ask(site.shop.models.get_version(site.quick))
    qtbot.waitUntil(dialog._go.isEnabled)
    dialog._go.click()
    asked_place(window).fileSelected.emit(str(target))
    qtbot.waitUntil(lambda: bool(dialog.problem))
    assert "exists already" in dialog.problem and not dialog.is_closed
    assert target.read_text() == "mine"
    dialog.reject()


def test_a_package_of_calques_own_is_no_run(
    site: ConversionSite, controller: ConversionsController, window: QWidget, qtbot: QtBot
) -> None:
    version = site.shop.models.get_version(site.quick)
    dialog = controller.ask(version)
    qtbot.waitUntil(dialog._go.isEnabled)
    dialog._formats.button("calque").click()
    dialog._as_folder.click()
    with qtbot.waitSignal(controller.copy_requested) as wish:
        dialog._go.click()
    assert wish.args == [version, False] and dialog.is_closed
