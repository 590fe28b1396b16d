"""The list of runs and the page of one: shows them as they stand, and does what is wished with them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.controllers.run_exports import RunExports
from app.controllers.run_questions import kill_question, remove_question, stop_question
from app.jobs import JobRunner
from app.run_pool import RunPool
from core.domain.changes import Changes
from core.domain.ids import ProjectId, RunId
from core.domain.metrics import EvaluationTable
from core.domain.runs import LogLine, MetricBatch, RunRecord, RunState, StageName, StageState
from ui.runs.run_actions import RunAction
from ui.runs.run_page import RunPage
from ui.runs.runs_page import RunsPage
from ui.widgets.confirmation import Question, ask

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.runs.service import RunService

REST_MS = 100  # however often a run tells its state, its page shows it at most that often
MEASURING = (StageName.EVALUATE_TRAIN, StageName.EVALUATE_VAL, StageName.EVALUATE_TEST)


class RunsController(QObject):
    run_opened = Signal(object)  # RunId: its page is ready to be shown
    list_requested = Signal()  # leave the page for the list
    version_requested = Signal(object)  # VersionId
    train_requested = Signal()
    train_again_requested = Signal(object)  # RunId
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        runs: RunService,
        pool: RunPool,
        jobs: JobRunner,
        runs_page: RunsPage,
        run_page: RunPage,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runs = runs
        self._pool = pool
        self._jobs = jobs
        self._list = runs_page
        self._page = run_page
        self._current: RunId | None = None
        self._states: dict[RunId, RunState] = {}  # the latest of each run that the pool spoke of
        self._waiting_state: RunState | None = None
        self._n_measured = 0
        self._is_warm = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._show_state)
        self._exports = RunExports(runs=runs, jobs=jobs, page=run_page, parent=self)
        self._exports.message_raised.connect(self.message_raised)
        runs_page.action_requested.connect(self.act)
        runs_page.train_requested.connect(self.train_requested)
        run_page.action_requested.connect(self.act)
        run_page.back_requested.connect(self._leave)
        pool.run_listed.connect(self._take_record)
        pool.state_changed.connect(self._take_state)
        pool.replay_started.connect(self._begin_replay)
        pool.metrics_received.connect(self._take_metrics)
        pool.log_received.connect(self._take_log)

    @property
    def current(self) -> RunId | None:
        """The run on the run page."""
        return self._current

    def open(self, run: RunId) -> None:
        """Show a run on the run page; `run_opened` follows when it is there, its curves and log come after."""
        self._jobs.run(
            lambda: (self._runs.get_run(run), self._runs.list_evaluations(run)),
            then=lambda answer: self._show_run(*answer),
            on_error=self.message_raised.emit,
            pool="registry",
            key="open-run",
        )

    def show_list(self, *, project: ProjectId | None = None) -> None:
        """Read the list anew; with a project, show its runs only."""

        def show(records: Sequence[RunRecord]) -> None:
            self._list.set_runs(records)
            if project is not None:
                self._list.show_project(project)

        self.warm_up()
        self._jobs.run(
            self._runs.list_runs, then=show, on_error=self.message_raised.emit, pool="registry", key="list-runs"
        )

    def refresh(self, changes: Changes) -> None:
        """Read anew the rows that have changed; all of them when they show the name of a project that has another."""
        if changes.renamed:
            self._jobs.run(
                self._runs.list_runs,
                then=self._list.set_runs,
                on_error=self.message_raised.emit,
                pool="registry",
                key="refresh-runs",
            )
        if changes.runs:
            self._jobs.run(
                lambda: {run: self._runs.find_run(run) for run in changes.runs},
                then=self._take_rows,
                on_error=self.message_raised.emit,
                pool="registry",
            )

    def warm_up(self) -> None:
        """Load what draws curves in the background, before a run is opened: it takes more than half a second."""
        if not self._is_warm:
            self._is_warm = True
            self._jobs.run(_load_charts)

    def act(self, action: RunAction, runs: Sequence[RunId]) -> None:
        """What a button or menu entry wishes. All but removing are for one run."""
        if action is RunAction.REMOVE:
            self._with_records(runs, self._ask_removal)
            return
        run = runs[0]
        match action:
            case RunAction.OPEN:
                self.open(run)
            case RunAction.STOP:
                self._with_records(runs, lambda found: self._ask_stop(found[0]))
            case RunAction.KILL:
                self._with_records(runs, lambda found: self._ask_kill(found[0]))
            case RunAction.RETRY:
                self._retry(run)
            case RunAction.OPEN_VERSION:
                self._with_records(runs, lambda found: self.version_requested.emit(found[0].version))
            case RunAction.TRAIN_AGAIN:
                self.train_again_requested.emit(run)

    # What a wish does

    def _with_records(self, runs: Sequence[RunId], then: Callable[[list[RunRecord]], None]) -> None:
        """The rows as they are now: what a page shows may be old."""
        self._jobs.run(
            lambda: [self._runs.get_run(run) for run in runs],
            then=then,
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _ask_stop(self, record: RunRecord) -> None:
        question = stop_question(record, self._states.get(record.id))
        self._ask(question, lambda _option: self._change(lambda: self._runs.request_stop(record.id)))

    def _ask_kill(self, record: RunRecord) -> None:
        question = kill_question(record, self._states.get(record.id))
        # Not on the registry's thread: it waits up to some seconds for the processes to end.
        self._ask(question, lambda _option: self._change(lambda: self._runs.kill(record.id), pool_is_io=True))

    def _ask_removal(self, records: list[RunRecord]) -> None:
        self._ask(remove_question(records), lambda with_files: self._remove(records, with_files=with_files))

    def _ask(self, question: Question, then: Callable[[bool], None]) -> None:
        parent = self._page if self._page.isVisible() else self._list
        ask(parent, question, then)

    def _change(self, change: Callable[[], RunRecord], *, pool_is_io: bool = False) -> None:
        self._jobs.run(
            change,
            then=self._take_record,
            on_error=self.message_raised.emit,
            pool="io" if pool_is_io else "registry",
        )

    def _retry(self, run: RunId) -> None:
        def take_up(record: RunRecord) -> None:
            self._states.pop(run, None)
            self._take_record(record)
            self._pool.enqueue(run)
            if self._current == run:
                self.open(run)

        self._jobs.run(lambda: self._runs.retry(run), then=take_up, on_error=self.message_raised.emit, pool="registry")

    def _remove(self, records: list[RunRecord], *, with_files: bool) -> None:
        ids = [record.id for record in records]

        def remove(id: RunId) -> Changes:
            self._runs.remove(id, with_files=with_files)
            return Changes.of(runs=[id])

        # Each by itself: one that is refused keeps no other back, and none that is gone is passed over in silence.
        # Files first or last, it may take long: not on the registry's thread.
        for id in ids:
            self._jobs.run(partial(remove, id), on_error=self.message_raised.emit)

    def _forget(self, id: RunId) -> None:
        self._states.pop(id, None)
        self._list.remove_run(id)
        if self._current == id:
            self._leave()

    def _leave(self) -> None:
        """To the list. The page's run is looked at no more."""
        if self._current is not None:
            self._pool.unwatch(self._current)
            self._current = None
        self.show_list()
        self.list_requested.emit()

    # What the pool and the registry say

    def _show_run(self, record: RunRecord, tables: tuple[EvaluationTable, ...]) -> None:
        if self._current is not None and self._current != record.id:
            self._pool.unwatch(self._current)
        self._current = record.id
        self._waiting_state = None
        self._n_measured = len(tables)
        self._page.show_run(record)
        self._page.set_tables(tables)
        known = self._states.get(record.id)
        if known is not None:
            self._page.set_state(known)
        self._pool.watch(record.id)
        self.run_opened.emit(record.id)

    def _take_record(self, record: RunRecord) -> None:
        self._list.update_run(record)
        self._page.set_record(record)
        if record.id == self._current and record.status.is_terminal:
            self._read_tables()

    def _take_rows(self, rows: Mapping[RunId, RunRecord | None]) -> None:
        """Records come from several threads: at every turn the last word is the registry's, not the last to arrive."""
        for run, record in rows.items():
            if record is None:
                self._forget(run)
            else:
                self._take_record(record)

    def _take_state(self, state: RunState) -> None:
        self._states[state.run] = state
        if state.run != self._current:
            return
        self._waiting_state = state
        if not self._timer.isActive():
            self._timer.start()

    def _show_state(self) -> None:
        state, self._waiting_state = self._waiting_state, None
        if state is None or state.run != self._current:
            return
        self._page.set_state(state)
        n_measured = sum(stage.name in MEASURING and stage.state is StageState.DONE for stage in state.stages)
        if n_measured != self._n_measured or state.status.is_terminal:
            self._n_measured = n_measured
            self._read_tables()

    def _read_tables(self) -> None:
        run = self._current
        if run is not None:
            self._jobs.run(
                lambda: self._runs.list_evaluations(run),
                then=lambda tables: self._page.set_tables(tables) if self._current == run else None,
                on_error=self.message_raised.emit,
                pool="registry",
                key="run-tables",
            )

    def _begin_replay(self, run: RunId) -> None:
        if run == self._current:
            self._page.begin_replay()

    def _take_metrics(self, run: RunId, batches: tuple[MetricBatch, ...]) -> None:
        if run == self._current:
            self._page.add_metrics(batches)

    def _take_log(self, run: RunId, lines: tuple[LogLine, ...]) -> None:
        if run == self._current:
            self._page.add_log(lines)


def _load_charts() -> None:
    importlib.import_module("ui.charts.live_curves")
