"""The window as a person uses it: the real program on a real home, with child processes of the quick fake worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from window_desk import Desk

from app.shell_dialogs import ClosingDialog
from core.domain.models import VersionStatus
from core.domain.runs import RunStatus
from ui.training import steps

SLOW = {"n_steps": 400, "points_per_step": 5, "delay_s": 0.01}
"""Twenty seconds: longer than any test needs before it ends the run."""


def test_from_a_dropped_folder_to_a_version(desk: Desk, shapes: Path) -> None:
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    assert window.features.projects.current is not None
    assert window.page == "project"
    assert window.application.window.windowTitle() == "Calque"
    window.until(lambda: len(window.features.browser.grid.ids) == 16)

    window.open_wizard()
    draft = window.features.wizard.draft()
    assert (draft.worker, draft.train_folders, draft.val_folders) == ("yolo-segment", ("train",), ("val",))  # outlines
    assert draft.new_model_name  # proposed, as everything is, so that Start is the next click
    run = window.train(n_steps=4)
    assert window.features.run_page.run_id == run
    state = window.wait_for_end()
    assert (state.status, state.reason) == (RunStatus.SUCCESS, "All 4 epochs done.")
    window.until(lambda: window.n_points("loss", "batch") == 4 * 8)
    window.until(lambda: "step 4 of 4" in window.features.run_page.log.text())
    assert not window.application.window.run_summary.isVisible()

    version = window.run_record(run).version
    assert version is not None
    window.features.routes.open_version(version)
    window.until(lambda: window.page == "version" and window.features.version_page.version_id == version)
    details = window.features.version_page.details
    assert details is not None
    assert details.version.status is VersionStatus.AVAILABLE
    assert details.version.headline is not None
    assert {table.split for table in details.tables} == {"train", "val", "test"}
    assert window.messages == []


def test_start_by_the_keyboard_alone(desk: Desk, shapes: Path, qtbot: QtBot) -> None:
    """A look at a page, back with Escape, Enter."""
    window = desk.open()
    window.drop(shapes)
    window.import_dropped("Shapes")
    main = window.application.window
    window.open_wizard()
    wizard = window.features.wizard
    footer = wizard.frame.footer
    window.until(lambda: footer.start_button.isEnabled() and main.focusWidget() is footer.start_button)
    wizard.set_draft(replace(wizard.draft(), worker="fake", values={"n_steps": 4}, configuration_name=""))
    window.until(lambda: footer.start_button.isEnabled() and main.focusWidget() is footer.start_button)
    change = wizard.pages.overview.rows[steps.DATA].button
    for _ in range(40):
        if main.focusWidget() is change:
            break
        qtbot.keyClick(main.focusWidget(), Qt.Key.Key_Tab)
    assert main.focusWidget() is change  # Tab comes by
    qtbot.keyClick(change, Qt.Key.Key_Return)
    assert wizard.frame.step == steps.DATA
    qtbot.keyClick(main.focusWidget(), Qt.Key.Key_Escape)
    assert wizard.frame.step == steps.OVERVIEW
    window.until(lambda: footer.start_button.isEnabled() and main.focusWidget() is footer.start_button)
    qtbot.keyClick(footer.start_button, Qt.Key.Key_Return)
    window.until(lambda: window.page == "run")
    assert window.wait_for_end().status is RunStatus.SUCCESS


def test_closing_asks_and_cancel_stays(desk: Desk, shapes: Path) -> None:
    window = desk.open_with_run(shapes, **SLOW)
    dialog = window.close()
    assert isinstance(dialog, ClosingDialog)
    window.click(dialog, "Cancel")
    assert window.is_open
    window.until(lambda: window.n_points("loss", "batch") > 5)
    assert window.features.pool.n_live == 1


def test_closed_while_it_trains_the_next_window_takes_it_over(desk: Desk, shapes: Path) -> None:
    first = desk.open_with_run(shapes, **SLOW)
    run = first.features.run_page.run_id
    assert run is not None
    dialog = first.close()
    first.click(dialog, "Keep training in the background")
    assert not first.is_open
    desk.leave(first)
    assert desk.child_is_alive(run)

    second = desk.open()
    second.until(lambda: second.features.pool.n_live == 1)
    second.until(lambda: second.application.window.run_summary.isVisible())
    second.application.window.run_summary_clicked.emit()
    second.until(lambda: second.page == "run" and second.features.run_page.run_id == run)
    second.wait_for_whole_history(desk)
    state = second.features.run_page.state
    assert state is not None and state.status is RunStatus.IN_PROGRESS
    assert second.messages == []


def test_closing_with_stop_keeps_the_best(desk: Desk, shapes: Path) -> None:
    first = desk.open_with_run(shapes, **SLOW)
    run = first.features.run_page.run_id
    assert run is not None
    first.until(lambda: first.last_epoch() >= 2)
    first.click(first.close(), "Stop and keep the best")
    first.until(lambda: not first.is_open)
    desk.leave(first)

    second = desk.open()
    second.until(lambda: second.run_record(run).status is RunStatus.TERMINATED)
    record = second.run_record(run)
    assert record.version is not None
    second.features.routes.open_version(record.version)
    second.until(lambda: second.features.version_page.version_id == record.version)
    details = second.features.version_page.details
    assert details is not None
    assert (details.version.status, details.version.is_partial) == (VersionStatus.AVAILABLE, True)


def test_a_killed_window_loses_nothing(desk: Desk, shapes: Path) -> None:
    first = desk.open_with_run(shapes, **SLOW)
    run = first.features.run_page.run_id
    assert run is not None
    first.click(first.close(), "Keep training in the background")
    desk.leave(first)
    command = [sys.executable, "-m", "app", "--home", str(desk.home)]
    victim = subprocess.Popen(command, cwd=desk.root, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"})
    try:
        before = desk.progress_in_registry(run)
        desk.until(lambda: desk.progress_in_registry(run) > before)  # only a window writes it
    finally:
        victim.kill()
    assert victim.wait() == -signal.SIGKILL
    assert desk.child_is_alive(run)

    second = desk.open()
    second.open_run(run)
    second.wait_for_whole_history(desk)
    assert desk.child_is_alive(run)
    assert second.messages == []


def test_a_killed_child_is_reported_with_its_signal(desk: Desk, shapes: Path) -> None:
    window = desk.open_with_run(shapes, **SLOW)
    run = window.features.run_page.run_id
    assert run is not None
    window.until(lambda: window.last_epoch() >= 1)
    os.kill(desk.child_of(run), signal.SIGKILL)
    state = window.wait_for_end()
    assert state.status is RunStatus.ABORTED
    assert "signal 9" in state.reason and "checkpoint" in state.reason.lower()
    assert "signal 9" in window.features.run_page.outcome.as_text()
    window.until(lambda: window.run_record(run).status is RunStatus.ABORTED)
    assert state.can_resume


def test_an_idle_window_settles_and_closes_when_asked(desk: Desk) -> None:
    window = desk.open()
    window.until(lambda: window.has_settled)
    window.application.window.close()
    window.until(lambda: not window.is_open)
