"""What the window says of runs wherever the person is: the one at work in the status bar, and each that has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.domain.ids import RunId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.domain.names import shown
from core.domain.run import Run
from core.domain.runs import KILLED_BY_YOU, RunStatus
from ui.main_window import MainWindow
from ui.runs.run_result import score_of
from ui.widgets.formatting import percent, time_left

if TYPE_CHECKING:
    from app.making import Features

GOOD_ENDS = (RunStatus.SUCCESS, RunStatus.TERMINATED)
ENDS = {
    RunStatus.SUCCESS: "is done",
    RunStatus.TERMINATED: "was stopped",
    RunStatus.FAILED: "failed",
    RunStatus.ABORTED: "was aborted",
}


class RunNotices(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(self, features: Features, window: MainWindow) -> None:
        super().__init__(features)
        self._features = features
        self._window = window
        self._run: RunId | None = None  # in the status bar
        features.pool.run_changed.connect(self._show_progress)
        features.pool.run_finished.connect(self._tell_end)

    def open_run(self) -> None:
        """The page of the run in the status bar."""
        if self._run is not None:
            self._features.runs.open(self._run)

    def _show_progress(self, run: Run) -> None:
        state = run.state
        if state is not None and run.status.is_live:
            self._run = run.id
            self._features.preloading.load_curves()  # its page is one click away now
            left = " · ".join(part for part in (percent(state.progress), time_left(state.seconds_left)) if part)
            self._window.run_summary.set_run(run.record.name, state.progress, left)

    def _tell_end(self, run: Run) -> None:
        if self._run == run.id:
            self._window.run_summary.hide()
        is_good = run.status in GOOD_ENDS
        if not self._is_shown(run.id):
            self.message_raised.emit(end_notice(run))
        if is_good:
            self._end_sample_training(run.id)

    def _is_shown(self, run: RunId) -> bool:
        """Its page says all that a notice would."""
        return self._window.current_page() == "run" and self._features.runs.current == run

    def _end_sample_training(self, run: RunId) -> None:
        """`calque sample` goes on to the version that it made."""
        features = self._features
        if features.is_made("sample_training") and features.sample_training.run == run:
            features.sample_training.finished(then=features.routes.open_version)


def end_notice(run: Run) -> UserMessage:
    """What the person ordered is no alarm."""
    record, score = run.record, score_of(run)
    is_ordered = record.is_killed_by_person
    severity = Severity.INFO if run.status in GOOD_ENDS or is_ordered else Severity.ERROR
    end = "was killed by you" if is_ordered else ENDS.get(run.status, str(run.status))
    text = f'"{shown(record.name)}" {end}' + (f": {score.sentence}." if score is not None else ".")
    return UserMessage(text, record.reason.removeprefix(KILLED_BY_YOU).strip(), severity)
