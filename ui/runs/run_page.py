"""The page of one run: how it stands, its steps, and behind tabs its curves, log, evaluation, settings and files.

The curves are made when the page is first needed: they bring pyqtgraph, which the start of the program must not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSplitter, QTabWidget, QVBoxLayout, QWidget

from core.domain.conversions import CONVERSION_KIND
from core.domain.ids import RunId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.run import Run
from core.domain.runs import LogLine, MetricBatch, RunRecord, RunState
from core.domain.workers import FieldSpec
from ui.charts.chart_choices import ChartChoices
from ui.evaluation.evaluation_view import EvaluationView
from ui.messages import MessageBanner
from ui.runs.artifacts_view import ArtifactsView
from ui.runs.conversion_view import ConversionView
from ui.runs.log_view import LogView
from ui.runs.look_words import empty_looks_text, pin_refusal
from ui.runs.looks_panel import LooksPanel
from ui.runs.outcome_panel import OutcomePanel
from ui.runs.run_actions import RunAction
from ui.runs.run_header import RunHeader
from ui.runs.run_outcome import outcome_of, progress_text
from ui.runs.steps_view import StepsView
from ui.widgets.formatting import percent
from ui.widgets.labels import ElidedLabel, label
from ui.widgets.value_table import ValueTable

if TYPE_CHECKING:
    from ui.charts.live_curves import LiveCurves

TICK_MS = 1000
CHARTS_WIDTH = 320
SHARES = (5, 3)  # of the charts, and of the pinned images beside them


def _utc_now() -> datetime:
    return datetime.now(UTC)


class RunPage(QWidget):
    back_requested = Signal()
    action_requested = Signal(object, object)  # RunAction, tuple[RunId, ...]
    picture_requested = Signal()
    curve_table_requested = Signal()
    log_save_requested = Signal()
    evaluation_csv_requested = Signal()
    artifacts_export_requested = Signal()
    chart_choices_changed = Signal(object)  # ChartChoices
    run_shown = Signal(object)  # Run: another one than before
    file_requested = Signal(object)  # Path
    folder_requested = Signal(object)  # Path, or None for the run's own folder

    def __init__(self, *, now: Callable[[], datetime] = _utc_now, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._run: Run | None = None
        self._fields: tuple[FieldSpec, ...] = ()
        self._curves: LiveCurves | None = None
        self._chart_choices = ChartChoices()
        self._n_warnings_seen = 0
        self._header = RunHeader()
        self._outcome = OutcomePanel()
        self._warnings = MessageBanner()
        self._progress_text = ElidedLabel()
        self._percent = label("", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of the whole run"))
        self._steps = StepsView()
        self._tabs = QTabWidget()
        self._curves_tab = QWidget()
        self._looks = LooksPanel()
        self._log = LogView()
        self._evaluation = EvaluationView()
        self._settings = ValueTable(
            (self.tr("Setting"), self.tr("Value in force")),
            self.tr("The trainer reports the settings in force when it starts to train."),
        )
        self._artifacts = ArtifactsView()
        self._conversion = ConversionView()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._make_layout()
        self._connect()

    # What it shows

    @property
    def run_id(self) -> RunId | None:
        return self._run.id if self._run is not None else None

    @property
    def run(self) -> Run | None:
        return self._run

    @property
    def record(self) -> RunRecord | None:
        return self._run.record if self._run is not None else None

    @property
    def state(self) -> RunState | None:
        return self._run.state if self._run is not None else None

    @property
    def curves(self) -> LiveCurves:
        """Made on first use."""
        if self._curves is None:
            # Not at the top of the module: see there.
            from ui.charts.live_curves import LiveCurves

            self._curves = LiveCurves()
            self._curves.set_choices(self._chart_choices)
            self._curves.choices_changed.connect(self.chart_choices_changed)
            self._curves.setMinimumWidth(CHARTS_WIDTH)
            self._curves_splitter.insertWidget(0, self._curves)
            for place, share in enumerate(SHARES):
                self._curves_splitter.setStretchFactor(place, share)
            self._curves_splitter.setSizes([100 * share for share in SHARES])
            self._curves.epoch_pointed.connect(self._point_at)
            self._curves.picture_requested.connect(self.picture_requested)
            self._curves.table_requested.connect(self.curve_table_requested)
        return self._curves

    @property
    def header(self) -> RunHeader:
        return self._header

    @property
    def outcome(self) -> OutcomePanel:
        return self._outcome

    @property
    def steps(self) -> StepsView:
        return self._steps

    @property
    def looks(self) -> LooksPanel:
        return self._looks

    @property
    def log(self) -> LogView:
        return self._log

    @property
    def evaluation(self) -> EvaluationView:
        return self._evaluation

    @property
    def settings(self) -> ValueTable:
        return self._settings

    @property
    def conversion(self) -> ConversionView:
        return self._conversion

    @property
    def artifacts(self) -> ArtifactsView:
        return self._artifacts

    def set_chart_choices(self, choices: ChartChoices) -> None:
        """As the person left the charts; before they are first shown."""
        self._chart_choices = choices

    def show_run(self, run: Run, fields: Sequence[FieldSpec] = ()) -> None:
        """Another run: everything of the one before is forgotten. `fields` are those of its worker's form."""
        is_same = self._run is not None and self._run.id == run.id
        self._run = run
        self._fields = tuple(fields)
        self._n_warnings_seen = 0
        self.begin_replay()
        self._warnings.hide()
        self._show_places(run)
        if not is_same:
            self.show_tab(self._first_tab(run))
            self._looks.clear()
            self.run_shown.emit(run)
        self._refresh(run)

    def begin_replay(self) -> None:
        """The points and lines come again from the beginning."""
        self.curves.clear()
        self._log.clear()

    def set_run(self, run: Run) -> None:
        """How the run that is shown stands now."""
        if self._run is not None and run.id == self._run.id:
            self._run = run
            self._refresh(run)

    def add_metrics(self, batches: Sequence[MetricBatch]) -> None:
        self._tabs.setTabVisible(self._tabs.indexOf(self._curves_tab), True)
        self.curves.add_batches(batches)

    def add_log(self, lines: Sequence[LogLine]) -> None:
        self._log.add_lines(lines)

    def show_tab(self, tab: QWidget) -> None:
        self._tabs.setCurrentWidget(tab)

    # Inside

    def _first_tab(self, run: Run) -> QWidget:
        """Where the pages of its kind begin: the curves, else what was measured or made, else the log."""
        if run.kind.slug == CONVERSION_KIND:
            return self._conversion
        if run.kind.has_curves:
            return self._curves_tab
        return self._evaluation if run.kind.has_measurements else self._log

    def _refresh(self, run: Run) -> None:
        state, now = run.state, self._now()
        outcome = outcome_of(run)
        self._outcome.set_outcome(outcome, state.details if state is not None else "")
        self._header.set_run(run, now, elsewhere=outcome.action if outcome is not None else None)
        self._bar.setValue(round(run.record.progress * 1000))
        self._progress_text.setText(progress_text(run))
        self._percent.setText(percent(run.record.progress))
        for widget in (self._bar, self._progress_text, self._percent):
            widget.setVisible(run.status.is_live)  # what waits has no progress
        self._steps.set_run(run, now)
        self._settings.set_values(state.effective if state is not None else {}, self._fields)
        self._conversion.set_run(run)
        self._artifacts.set_artifacts(state.artifacts if state is not None else (), run.kind.artifact_groups)
        self._evaluation.set_tables(run.tables, self._evaluation_note(run))
        self.curves.set_empty_text(self._empty_charts_text(run))
        self._show_looks(run)
        if state is not None:
            self.curves.set_best_epoch(state.best_epoch)
            self._show_warnings(state.warnings)
        self._refresh_timer()

    def _show_looks(self, run: Run) -> None:
        looks = run.state.looks if run.state is not None else ()
        self._looks.setVisible(run.kind.has_curves)
        self._looks.set_looks(looks, is_live=run.status.is_live, empty_text=empty_looks_text(run))
        self._looks.set_pinning(pin_refusal(run))

    def _point_at(self, epoch: float | None) -> None:
        """The mouse moves over the curves, or has left them: the cursor goes back to the epoch that is shown."""
        self._looks.point_at(epoch)
        if epoch is None and self._curves is not None:
            self._curves.point_at_epoch(self._looks.chosen_epoch)

    def _choose_epoch(self, epoch: int | None) -> None:
        if self._curves is not None and not self._curves.is_pointed_at:
            self._curves.point_at_epoch(epoch)

    def _show_places(self, run: Run) -> None:
        """Curves and evaluations have no place on the page of a kind that makes none."""
        self._tabs.setTabVisible(self._tabs.indexOf(self._curves_tab), run.kind.has_curves)
        self._tabs.setTabVisible(self._tabs.indexOf(self._evaluation), run.kind.has_measurements or bool(run.tables))
        self._tabs.setTabVisible(self._tabs.indexOf(self._conversion), run.kind.slug == CONVERSION_KIND)

    def _refresh_timer(self) -> None:
        if self._run is not None and self._run.status.is_live and self.isVisible():
            if not self._timer.isActive():
                self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        """Only a live run ticks: it has no outcome whose button the header could repeat."""
        now = self._now()
        if self._run is not None:
            self._header.set_run(self._run, now)
        self._steps.tick(now)

    def _show_warnings(self, warnings: Sequence[str]) -> None:
        """The newest in words, all in the details; one that was dismissed does not come back."""
        if len(warnings) <= self._n_warnings_seen:
            return
        self._n_warnings_seen = len(warnings)
        hint = "" if len(warnings) == 1 else self.tr("{0} warnings in all.").format(len(warnings))
        details = "" if len(warnings) == 1 else "\n".join(warnings)
        self._warnings.show_message(UserMessage(warnings[-1], hint, Severity.WARNING, details))

    def _empty_charts_text(self, run: Run) -> str:
        if run.status.is_terminal:
            return self.tr("It ended before anything was measured: there are no curves.")
        return self.tr("The curves begin with the first batch of the training.")

    def _evaluation_note(self, run: Run) -> str:
        if run.status.is_terminal:
            return self.tr("The run ended before anything was measured.")
        if not run.kind.has_curves:
            return self.tr("The numbers come when every image was looked at.")
        return self.tr("Each set is measured after the training.")

    def _request(self, action: RunAction) -> None:
        if self._run is not None:
            self.action_requested.emit(action, (self._run.id,))

    def _make_layout(self) -> None:
        holder = QVBoxLayout(self._curves_tab)
        holder.setContentsMargins(0, 8, 0, 0)
        self._curves_splitter = QSplitter(Qt.Orientation.Horizontal)
        self._curves_splitter.setChildrenCollapsible(False)
        self._curves_splitter.addWidget(self._looks)
        holder.addWidget(self._curves_splitter)
        pages = (
            (self._curves_tab, self.tr("Curves")),
            (self._conversion, self.tr("Export")),
            (self._log, self.tr("Log")),
            (self._evaluation, self.tr("Evaluation")),
            (self._settings, self.tr("Settings in force")),
            (self._artifacts, self.tr("Artifacts")),
        )
        for page, title in pages:
            page.setContentsMargins(0, 0 if page is self._curves_tab else 8, 0, 0)
            self._tabs.addTab(page, title)
        row = QHBoxLayout()
        row.addWidget(self._progress_text, 1)
        row.addWidget(self._percent)
        body = QVBoxLayout()
        body.setContentsMargins(16, 12, 16, 12)
        body.setSpacing(8)
        body.addWidget(self._outcome)
        body.addLayout(row)
        body.addWidget(self._bar)
        body.addWidget(self._steps)
        body.addWidget(self._tabs, 1)
        body.addWidget(self._warnings)  # last, so that nothing above moves when one comes
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self._looks.epoch_chosen.connect(self._choose_epoch)
        self._header.back_requested.connect(self.back_requested)
        self._header.action_requested.connect(self._request)
        self._header.folder_requested.connect(lambda: self.folder_requested.emit(None))
        self._outcome.action_requested.connect(self._request)
        self._outcome.log_requested.connect(lambda: self.show_tab(self._log))
        self._log.save_requested.connect(self.log_save_requested)
        self._evaluation.csv_requested.connect(self.evaluation_csv_requested)
        self._artifacts.file_requested.connect(self.file_requested)
        self._artifacts.folder_requested.connect(self.folder_requested)
        self._conversion.folder_requested.connect(self.folder_requested)
        self._artifacts.export_requested.connect(self.artifacts_export_requested)

    # Qt overrides

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh_timer()
        self._tabs.tabBar().setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)
