"""The page of one run in each of its states."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from core.domain.run import Run
from core.domain.runs import (
    Artifact,
    Checkpoint,
    LogLine,
    MetricBatch,
    RunState,
    RunStatus,
    Stage,
    StageState,
)
from core.domain.snapshots import Split
from core.evaluations.kind import EVALUATION_RUN
from core.rechecks.kind import RECHECK
from core.runs.merging import merge
from core.training.kind import TRAINING, StageName
from tests.core.evaluation.coco_tables import coco_row, coco_table
from ui.runs.run_actions import RunAction
from ui.runs.run_page import RunPage
from ui.runs.steps_view import clock as clock_text

Runs = Callable[..., Run]
States = Callable[..., RunState]
TABLE = coco_table(Split.VAL, (coco_row(None, 3, 9, 0.9, 0.8, 0.85, 0.6),), False, 300)


@pytest.fixture
def times(now: datetime) -> list[datetime]:
    return [now]


@pytest.fixture
def page(qtbot: QtBot, times: list[datetime]) -> Iterator[RunPage]:
    widget = RunPage(now=lambda: times[0])
    qtbot.addWidget(widget)
    widget.resize(1100, 700)
    widget.show()
    yield widget
    widget.close()
    assert not widget._timer.isActive()
    assert not widget.curves.is_refreshing


@pytest.fixture
def artifacts() -> tuple[Artifact, ...]:
    folder = Path("/runs/run1/artifacts")
    return tuple(
        Artifact(folder / group / name, group, name, 1000)
        for group, name in (("train", "results.csv"), ("train", "plot.png"), ("eval_val", "table.csv"))
    )


def tell(page: RunPage, state: RunState) -> None:
    """As the pool does, with the row that is shown."""
    assert page.run is not None
    page.set_run(merge(page.run.record, page.run.kind, state, page.run.tables))


def points(n: int) -> MetricBatch:
    steps = np.arange(1, n + 1, dtype=np.int64)
    return MetricBatch("loss", "batch", steps, steps / 10, 1.0 / steps)


def test_a_run_that_does_well_has_no_loud_button(
    page: RunPage, make_run: Runs, make_state: States, now: datetime
) -> None:
    def roles() -> list[str]:
        return [page.header.button(action).property("role") or "" for action in (RunAction.STOP, RunAction.KILL)]

    page.show_run(make_run(state=make_state()))
    assert roles() == ["", ""]
    page.set_run(make_run(state=make_state(last_event_at=now - timedelta(minutes=5))))
    assert roles() == ["", "danger"], "something may need to be done"
    page.set_run(make_run(state=make_state()))
    assert roles() == ["", ""]
    page.set_run(make_run(status=RunStatus.STOPPING, state=make_state(status=RunStatus.STOPPING)))
    assert roles() == ["", "danger"]


def test_the_start_of_the_program_does_not_load_the_charts() -> None:
    pages = "ui.runs.run_page, ui.runs.runs_page, ui.models.models_page, ui.models.version_page"
    script = f"import sys; import {pages}; print('pyqtgraph' in sys.modules)"
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_live_run_shows_steps_progress_and_settings(page: RunPage, make_run: Runs, make_state: States) -> None:
    page.show_run(make_run())
    tell(page, make_state())
    assert page._progress_text.text() == "Train · epoch 3 of 12 · about 18 minutes left"
    assert page._bar.value() == 250
    assert page.steps.card(StageName.PREPARE).stage.state is StageState.DONE
    card = page.steps.card(StageName.TRAIN)
    assert (card.text(), card._time.text(), card._bar.value()) == ("epoch 3 of 12", "1:35", 250)
    assert card.accessibleName() == "Train: running"
    assert page.settings.rows == (("batch", "16"), ("epochs", "12"))
    assert not page.outcome.isVisible()


def test_time_goes_on_by_itself(page: RunPage, make_run: Runs, make_state: States, times: list[datetime]) -> None:
    page.show_run(make_run())
    tell(page, make_state())
    times[0] += timedelta(seconds=61)
    page._tick()
    assert page.steps.card(StageName.TRAIN)._time.text() == "2:36"
    assert page.header._silence.isVisible()
    assert page.header._silence.text() == "No message for 1 min 01 s"


def test_the_clock_stands_still_for_a_run_that_is_over(page: RunPage, make_run: Runs, make_state: States) -> None:
    page.show_run(make_run())
    assert page._timer.isActive()
    tell(page, make_state(status=RunStatus.SUCCESS))
    assert not page._timer.isActive()
    page.show_run(make_run())
    page.hide()
    assert not page._timer.isActive()


def test_steps_that_the_run_does_not_have_or_reach_say_so(page: RunPage, make_run: Runs, make_state: States) -> None:
    stages = (Stage("prepare", "Prepare", StageState.DONE, text="copying the images"),
              Stage("train", "Train", StageState.FAILED), Stage("publish", "Publish"))  # fmt: skip
    page.show_run(make_run(status=RunStatus.FAILED))
    tell(page, make_state(status=RunStatus.FAILED, stages=stages))
    assert page.steps.card(StageName.EVALUATE_TEST).text() == "not part of this run"
    assert page.steps.card(StageName.PUBLISH).text() == "not reached"
    assert page.steps.card(StageName.TRAIN).text() == "failed"
    assert page.steps.card(StageName.PREPARE).text() == "done", "it copies no more"


def test_a_step_at_work_leaves_its_speed_to_the_line_above(page: RunPage, make_run: Runs, make_state: States) -> None:
    page.show_run(make_run())
    tell(page, make_state(stages=(Stage("train", "Train", StageState.RUNNING, 0.25, "epoch 3 of 12 · 1.07 images/s"),)))
    assert page.steps.card(StageName.TRAIN).text() == "epoch 3 of 12"


def test_a_failure_is_prominent_with_its_next_step(
    qtbot: QtBot, page: RunPage, make_run: Runs, make_state: States
) -> None:
    page.show_run(make_run(status=RunStatus.FAILED))
    state = make_state(status=RunStatus.FAILED, cause="disk-full", reason="Disk full: 0 MB free.", details="Traceback")
    tell(page, state)
    panel = page.outcome
    assert panel.isVisible()
    assert "Disk full: 0 MB free." in panel.as_text()
    panel._details_button.click()
    assert panel._details.isVisible()
    assert panel._details.toPlainText() == "Traceback"
    panel._copy_button.click()
    assert "the disk was full" in QGuiApplication.clipboard().text()
    with qtbot.waitSignal(page.action_requested) as asked:
        panel._action_button.click()
    assert asked.args == [RunAction.RETRY, ("run1",)]
    assert not page.header.button(RunAction.RETRY).isVisible()
    panel._log_button.click()
    assert page._tabs.currentWidget() is page.log


def test_the_menu_asks_for_a_report(qtbot: QtBot, page: RunPage, make_run: Runs) -> None:
    page.show_run(make_run())
    menu = page.header._menu
    page.header._fill_menu()
    (entry,) = [item for item in menu.actions() if item.text() == "Report…"]
    with qtbot.waitSignal(page.action_requested) as asked:
        entry.trigger()
    assert asked.args[0] is RunAction.REPORT


def test_the_header_offers_what_fits_the_state(qtbot: QtBot, page: RunPage, make_run: Runs, make_state: States) -> None:
    def offered() -> set[RunAction]:
        elsewhere = (RunAction.OPEN, RunAction.RENAME, RunAction.COMPARE, RunAction.REPORT)
        return {action for action in RunAction if action not in elsewhere
                and page.header.button(action).isVisibleTo(page.header)}  # fmt: skip

    page.show_run(make_run())
    assert offered() == {RunAction.STOP, RunAction.KILL}
    with qtbot.waitSignal(page.action_requested) as asked:
        page.header.button(RunAction.STOP).click()
    assert asked.args == [RunAction.STOP, ("run1",)]
    page.set_run(make_run(status=RunStatus.STOPPING))
    assert not page.header.button(RunAction.STOP).isEnabled()
    page.show_run(make_run(status=RunStatus.SUCCESS))
    assert offered() == {RunAction.OPEN_VERSION, RunAction.TRAIN_AGAIN, RunAction.REMOVE}
    page.show_run(make_run(status=RunStatus.PENDING, started_at=None))
    assert page.header.button(RunAction.STOP).text() == "Cancel the run"


def test_ids_are_copied_from_the_menu(page: RunPage, make_run: Runs) -> None:
    page.show_run(make_run(attempt=2))
    page.header._fill_menu()
    entries = {action.text(): action for action in page.header._menu.actions() if action.text()}
    entries["Copy execution ID"].trigger()
    assert QGuiApplication.clipboard().text() == "run1/2"
    entries["Copy version ID"].trigger()
    assert QGuiApplication.clipboard().text() == "v3"


def test_warnings_are_shown_once(page: RunPage, make_run: Runs, make_state: States) -> None:
    page.show_run(make_run())
    tell(page, make_state(warnings=("Loss is not a number at iteration 3.",)))
    assert page._warnings.isVisible()
    page._warnings.dismiss()
    tell(page, make_state(warnings=("Loss is not a number at iteration 3.",)))
    assert not page._warnings.isVisible()
    tell(page, make_state(warnings=("Loss is not a number at iteration 3.", "The disk is nearly full.")))
    assert "The disk is nearly full." in page._warnings.plain_text()
    assert "Loss is not a number" in page._warnings.plain_text()


def test_curves_log_and_tables_reach_their_tabs(
    page: RunPage, make_run: Runs, make_state: States, make_lines: Callable[..., list[LogLine]]
) -> None:
    page.show_run(make_run())
    page.add_metrics([points(30)])
    page.add_log(make_lines(["hello"]))
    page.set_run(make_run(tables=(TABLE,)))
    checkpoint = Checkpoint(Path("/x"), 2, is_best=True)
    tell(page, make_state(best_epoch=2, checkpoints=(checkpoint,)))
    assert page.curves.n_points == 30
    assert page.log.model.rowCount() == 1
    assert page.evaluation.shown_split is Split.VAL
    page.begin_replay()
    assert (page.curves.n_points, page.log.model.rowCount()) == (0, 0)
    page.show_run(make_run("other"))
    assert page.evaluation.tables == ()


def test_what_concerns_another_run_is_passed_over(page: RunPage, make_run: Runs, make_state: States) -> None:
    page.show_run(make_run())
    page.set_run(make_run("other", RunStatus.FAILED, state=make_state("other", status=RunStatus.FAILED)))
    assert page.state is None
    assert page.record is not None
    assert page.record.id == "run1"


def test_artifacts_keep_their_four_folders(
    qtbot: QtBot, page: RunPage, make_run: Runs, make_state: States, artifacts: tuple[Artifact, ...]
) -> None:
    page.show_run(make_run())
    assert not page.artifacts._export.isEnabled()
    tell(page, make_state(artifacts=artifacts))
    view = page.artifacts
    page.show_tab(view)
    model = view.model
    groups = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert groups == ["train/", "eval_train/", "eval_val/", "eval_test/"]
    assert model.index(3, 1).data() == "empty"
    assert model.rowCount(model.index(0, 0)) == 2
    with qtbot.waitSignal(page.folder_requested) as asked:
        view._folder.click()
    assert asked.args == [None]
    view.choose(artifacts[2])
    with qtbot.waitSignal(page.file_requested) as asked:
        view._open.click()
    assert asked.args == [artifacts[2].path]
    with qtbot.waitSignal(page.folder_requested) as asked:
        view._folder.click()
    assert asked.args == [artifacts[2].path.parent]
    with qtbot.waitSignal(page.artifacts_export_requested):
        view._export.click()


def test_the_selection_of_a_file_survives_an_unchanged_state(
    page: RunPage, make_run: Runs, make_state: States, artifacts: tuple[Artifact, ...]
) -> None:
    page.show_run(make_run())
    tell(page, make_state(artifacts=artifacts))
    page.artifacts.choose(artifacts[0])
    tell(page, make_state(artifacts=artifacts, progress=0.3))
    assert page.artifacts._open.isEnabled()


def test_a_kind_shows_its_own_steps_and_no_place_for_what_it_does_not_make(
    page: RunPage, make_run: Runs, make_state: States
) -> None:
    stages = (Stage("prepare", "Prepare", StageState.DONE), Stage("predict", "Predict", StageState.RUNNING),
              Stage("compare", "Compare"), Stage("ponder", "Ponder"))  # fmt: skip
    page.show_run(make_run(of_kind=RECHECK))
    assert page.steps.titles == ("Prepare", "Predict", "Compare")
    tabs = (page._curves_tab, page.evaluation, page.log)
    assert [page._tabs.isTabVisible(page._tabs.indexOf(tab)) for tab in tabs] == [False, False, True]
    tell(page, make_state(stages=stages))
    assert page.steps.titles == ("Prepare", "Predict", "Compare", "Ponder"), "a step that nobody announced is shown"
    assert page.header.button(RunAction.STOP).text() == "Stop"
    page.add_metrics([points(3)])
    assert page._tabs.isTabVisible(page._tabs.indexOf(page._curves_tab)), "what was measured is shown"
    page.show_run(make_run("another"))
    assert len(page.steps.titles) == 6
    assert page.header.button(RunAction.STOP).text() == "Stop and keep the best"


def test_a_page_begins_with_what_its_kind_makes(page: RunPage, make_run: Runs) -> None:
    for kind, tab in ((EVALUATION_RUN, page.evaluation), (RECHECK, page.log), (TRAINING, page._curves_tab)):
        page.show_run(make_run(kind.slug, of_kind=kind))
        assert page._tabs.currentWidget() is tab
    page.show_run(make_run("again", of_kind=EVALUATION_RUN))
    assert page.evaluation._empty._text.text() == "The numbers come when every image was looked at."


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (95, "1:35"), (10_812, "3:00:12")])
def test_step_times_are_short(seconds: float, text: str) -> None:
    assert clock_text(seconds) == text
