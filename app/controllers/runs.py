"""The list of runs and the page of one: shows them as they stand, and does what is wished with them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.run_exports import RunExports
from app.controllers.run_questions import kill_question, remove_question, stop_question
from app.controllers.titles import Title, ask_title
from app.jobs import JobRunner
from app.run_pool import RunPool
from app.window_state import WindowMemory
from core.domain.changes import Changes
from core.domain.ids import ProjectId, RunId
from core.domain.run import Run
from core.domain.runs import LogLine, MetricBatch, RunRecord
from core.domain.workers import FieldSpec
from ui.charts.chart_choices import choices_from
from ui.runs.run_actions import RunAction
from ui.runs.run_page import RunPage
from ui.runs.runs_page import RunsPage
from ui.widgets.confirmation import Question, ask

if TYPE_CHECKING:  # SQLAlchemy comes with it, which the window's first paint must not wait for
    from core.runs.service import RunService

CHARTS = "charts/choices"
WRAP = "log/wrap"
REST_MS = 100  # however often a run changes, its page shows it at most that often


class RunsController(QObject):
    run_opened = Signal(object)  # RunId: its page is ready to be shown
    list_requested = Signal()  # leave the page for the list
    version_requested = Signal(object)  # VersionId
    report_requested = Signal(object)  # RunRecord
    predictions_requested = Signal(object, str)  # RunId, what the page is called until it knows
    train_requested = Signal()
    compare_requested = Signal(object)  # tuple of RunId
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
        memory: WindowMemory,
        fields_of: Callable[[str], Sequence[FieldSpec]],
        parent: QObject | None = None,
    ) -> None:
        """`fields_of` a worker (slug) are those of its form; none for one that is not installed. It may take time."""
        super().__init__(parent)
        self._fields_of = fields_of
        self._runs = runs
        self._pool = pool
        self._jobs = jobs
        self._list = runs_page
        self._page = run_page
        self._current: RunId | None = None
        self._waiting: Run | None = None  # to be shown when the page has rested
        self._is_warm = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REST_MS)
        self._timer.timeout.connect(self._show_waiting)
        self._exports = RunExports(runs=runs, jobs=jobs, page=run_page, parent=self)
        self._exports.message_raised.connect(self.message_raised)
        runs_page.action_requested.connect(self.act)
        runs_page.train_requested.connect(self.train_requested)
        run_page.action_requested.connect(self.act)
        run_page.set_chart_choices(choices_from(memory.text(CHARTS)))
        run_page.chart_choices_changed.connect(lambda choices: memory.remember(CHARTS, choices.as_text()))
        run_page.log.set_wrapped(memory.switch(WRAP, default=True))
        run_page.log.wrap_changed.connect(lambda is_on: memory.remember(WRAP, is_on))
        run_page.back_requested.connect(self._leave)
        pool.run_changed.connect(self._take_run)
        pool.replay_started.connect(self._begin_replay)
        pool.metrics_received.connect(self._take_metrics)
        pool.log_received.connect(self._take_log)

    @property
    def current(self) -> RunId | None:
        """The run on the run page."""
        return self._current

    def open(self, run: RunId) -> None:
        """Show a run on the run page; `run_opened` follows when it is there, its curves and log come after."""

        def read() -> tuple[Run, Sequence[FieldSpec]]:
            whole = self._runs.get_whole(run)
            return whole, self._fields_of(whole.record.worker)

        self._jobs.run(
            read,
            then=lambda found: self._show_run(*found),
            on_error=self.message_raised.emit,
            pool="registry",
            key="open-run",
        )

    def show_list(self, *, project: ProjectId | None = None) -> None:
        """Read the list anew; with a project, show its runs only."""

        def show(runs: Sequence[Run]) -> None:
            self._show_rows(runs)
            if project is not None:
                self._list.show_project(project)

        self.warm_up()
        self._jobs.run(
            self._runs.list_whole, then=show, on_error=self.message_raised.emit, pool="registry", key="list-runs"
        )

    def refresh(self, changes: Changes) -> None:
        """List what came, drop what went, and read all rows anew when they show a project that has another name.

        Of the runs in the list the pool itself says how they go on: a row that was read here may be older than that.
        """
        if changes.renamed:
            self._jobs.run(
                self._runs.list_whole,
                then=self._show_rows,
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
        """What a button or menu entry wishes. All but removing and comparing are for one run."""
        if action is RunAction.REMOVE:
            self._with_runs(runs, self._ask_removal)
            return
        if action is RunAction.COMPARE:
            self.compare_requested.emit(tuple(runs))
            return
        run = runs[0]
        match action:
            case RunAction.OPEN:
                self.open(run)
            case RunAction.STOP:
                self._with_runs(runs, lambda found: self._ask_stop(found[0]))
            case RunAction.KILL:
                self._with_runs(runs, lambda found: self._ask_kill(found[0]))
            case RunAction.RETRY:
                self._retry(run)
            case RunAction.OPEN_VERSION:
                self._with_runs(runs, lambda found: self.version_requested.emit(found[0].record.version))
            case RunAction.SEE_PREDICTIONS:
                self._with_runs(runs, lambda found: self._see_predictions(found[0].record))
            case RunAction.TRAIN_AGAIN:
                self.train_again_requested.emit(run)
            case RunAction.REPORT:
                self._with_runs(runs, lambda found: self.report_requested.emit(found[0].record))
            case RunAction.RENAME:
                self._with_runs(runs, lambda found: self._ask_title(found[0].record))

    # What a wish does

    def _with_runs(self, runs: Sequence[RunId], then: Callable[[list[Run]], None]) -> None:
        """As they are now: what a page shows may be old."""
        self._jobs.run(
            lambda: [self._runs.get_whole(run) for run in runs],
            then=lambda found: then([self._pool.merged(run) for run in found]),
            on_error=self.message_raised.emit,
            pool="registry",
        )

    def _see_predictions(self, record: RunRecord) -> None:
        if record.version is not None:
            self.predictions_requested.emit(record.id, record.model_name)

    def _ask_title(self, record: RunRecord) -> None:
        id, runs = record.id, self._runs
        ask_title(
            self._front(),
            self._jobs,
            Title("Rename and describe the run", record.name, record.description),
            rename=lambda name: runs.rename(id, name),
            describe=lambda text: runs.describe(id, text),
            then=lambda: self._jobs.run(
                lambda: runs.get_run(id), then=self._pool.tell, on_error=self.message_raised.emit, pool="registry"
            ),
        )

    def _front(self) -> QWidget:
        return self._page if self._page.isVisible() else self._list

    def _ask_stop(self, run: Run) -> None:
        self._ask(stop_question(run), lambda _option: self._change(lambda: self._runs.request_stop(run.id)))

    def _ask_kill(self, run: Run) -> None:
        # Not on the registry's thread: it waits up to some seconds for the processes to end.
        self._ask(kill_question(run), lambda _option: self._change(lambda: self._runs.kill(run.id), pool_is_io=True))

    def _ask_removal(self, runs: list[Run]) -> None:
        ids = [run.id for run in runs]
        self._ask(remove_question(runs), lambda with_files: self._remove(ids, with_files=with_files))

    def _ask(self, question: Question, then: Callable[[bool], None]) -> None:
        ask(self._front(), question, then)

    def _change(self, change: Callable[[], RunRecord], *, pool_is_io: bool = False) -> None:
        self._jobs.run(
            change,
            then=self._pool.tell,
            on_error=self.message_raised.emit,
            pool="io" if pool_is_io else "registry",
        )

    def _retry(self, run: RunId) -> None:
        def take_up(record: RunRecord) -> None:
            self._pool.tell(record)
            self._pool.enqueue(run)
            if self._current == run:
                self.open(run)

        self._jobs.run(lambda: self._runs.retry(run), then=take_up, on_error=self.message_raised.emit, pool="registry")

    def _remove(self, ids: list[RunId], *, with_files: bool) -> None:
        def remove(id: RunId) -> Changes:
            self._runs.remove(id, with_files=with_files)
            return Changes.of(runs=[id])

        # Each by itself: one that is refused keeps no other back, and none that is gone is passed over in silence.
        # Files first or last, it may take long: not on the registry's thread.
        for id in ids:
            self._jobs.run(partial(remove, id), on_error=self.message_raised.emit)

    def _forget(self, id: RunId) -> None:
        self._pool.forget(id)
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

    def _show_run(self, run: Run, fields: Sequence[FieldSpec]) -> None:
        if self._current is not None and self._current != run.id:
            self._pool.unwatch(self._current)
        self._current = run.id
        self._waiting = None
        self._timer.stop()
        self._page.show_run(self._pool.merged(run), fields)
        self._pool.watch(run.id)
        self.run_opened.emit(run.id)

    def _show_rows(self, runs: Sequence[Run]) -> None:
        self._list.set_runs([self._pool.merged(run) for run in runs])

    def _take_rows(self, rows: Mapping[RunId, RunRecord | None]) -> None:
        for run, record in rows.items():
            if record is None:
                self._forget(run)
            elif self._list.find_run(run) is None:
                self._pool.tell(record)

    def _take_run(self, run: Run) -> None:
        self._list.update_run(run)
        if run.id == self._current:
            self._waiting = run
            if not self._timer.isActive():
                self._show_waiting()

    def _show_waiting(self) -> None:
        """What has come while the page rested. The first is shown at once: a page never lags behind its curves."""
        run, self._waiting = self._waiting, None
        if run is not None and run.id == self._current:
            self._page.set_run(run)
            self._timer.start()

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
