from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from core.domain.devices import Device, DeviceReport
from ui.training import steps
from ui.training.device_page import LIMITED, UNLIMITED, DevicePage, device_text
from ui.training.wizard import TrainingWizard


@pytest.fixture
def page(wizard: TrainingWizard) -> DevicePage:
    wizard.open_step(steps.DEVICE)
    return wizard.pages.device


def test_while_a_gpu_is_looked_for(page: DevicePage) -> None:
    assert page._state.text() == "Looking for a GPU…"
    assert not page.gpu_switch().isEnabled()
    assert not page.gpu_switch().isChecked()


def test_without_a_gpu_the_switch_is_off_with_the_reason(
    qtbot: QtBot, wizard: TrainingWizard, page: DevicePage, no_gpu_report: DeviceReport
) -> None:
    wizard.set_devices(no_gpu_report)
    assert not page.gpu_switch().isEnabled()
    assert page._state.text() == "No NVIDIA driver was found."
    assert wizard.draft().device == "cpu"
    with qtbot.waitSignal(wizard.probe_requested):
        page._again.click()


def test_a_gpu_is_named_with_its_free_memory(
    wizard: TrainingWizard, page: DevicePage, gpu_report: DeviceReport
) -> None:
    wizard.set_devices(gpu_report)
    assert page.gpu_switch().isEnabled()
    assert page._state.text() == "NVIDIA H100 · 81.6 GB free of 85.9 GB"
    page.gpu_switch().click()
    assert wizard.draft().device == "cuda:0"
    assert wizard.pages.overview.rows[steps.DEVICE].texts()[0] == "NVIDIA H100, at most 60 minutes"
    page.gpu_switch().click()
    assert wizard.draft().device == "cpu"


def test_one_of_several_gpus(wizard: TrainingWizard, page: DevicePage, gpu_report: DeviceReport) -> None:
    wizard.set_devices(DeviceReport((*gpu_report.devices, Device("cuda:1", "Small GPU")), ""))
    page.gpu_switch().click()
    assert page._gpus.isVisibleTo(page)
    page._gpus.activated.emit(1)
    assert wizard.draft().device == "cuda:1"
    assert page._gpus.currentText() == "Small GPU"


def test_a_worker_that_uses_no_gpu(wizard: TrainingWizard, page: DevicePage, gpu_report: DeviceReport) -> None:
    wizard.set_devices(gpu_report)
    wizard.pages.worker._take("slow")
    assert not page.gpu_switch().isEnabled()
    assert page._state.text() == '"CPU worker" does not use a GPU; it will run on the CPU.'


def test_a_gpu_that_a_draft_forces_can_be_switched_off(
    wizard: TrainingWizard, page: DevicePage, no_gpu_report: DeviceReport
) -> None:
    wizard.set_devices(no_gpu_report)
    wizard.set_draft(replace(wizard.draft(), device="cuda:3"))
    assert page.gpu_switch().isChecked()
    assert page.gpu_switch().isEnabled()
    page.gpu_switch().click()
    assert wizard.draft().device == "cpu"
    assert not page.gpu_switch().isEnabled()


def test_limits(qtbot: QtBot, wizard: TrainingWizard, page: DevicePage) -> None:
    assert wizard.draft().max_minutes == 60.0
    page._limit_field.selectAll()
    qtbot.keyClicks(page._limit_field, "3")
    assert wizard.draft().max_minutes == 3.0  # the review refuses it, the field does not change it
    page._limit.button(UNLIMITED).click()
    assert wizard.draft().max_minutes is None
    assert wizard.pages.overview.rows[steps.DEVICE].texts()[0] == "CPU, no limit of time"
    page._limit.button(LIMITED).click()
    assert wizard.draft().max_minutes == 3.0


def test_a_limit_that_is_no_number_is_told(qtbot: QtBot, wizard: TrainingWizard, page: DevicePage) -> None:
    page._limit_field.selectAll()
    qtbot.keyClicks(page._limit_field, "soon")
    assert [(issue.code, issue.page) for issue in wizard.issues()] == [("E-450", "limits")]
    assert page._limit_problem.text() == "E-450: Between 6 and 6000 minutes, or no limit."
    page._limit.button(UNLIMITED).click()
    assert wizard.issues() == ()


def test_memory_that_is_not_known_is_not_invented() -> None:
    assert device_text(Device("cuda:0", "Some GPU")) == "Some GPU"
