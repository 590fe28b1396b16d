"""A run's state: a fold over its events, and what is known of its processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.domain.runs import (
    Artifact,
    Checkpoint,
    LogLine,
    Look,
    MetricBatch,
    RunResult,
    RunState,
    RunStatus,
    Stage,
    StageState,
)
from core.runs.folder.attempts import FIRST, Attempt, epochs_kept
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import Liveness
from core.runs.folder.process_mark import ProcessMark
from core.runs.folder.request import RunRequest, title_of
from core.runs.folder.stop_wish import StopWish
from core.runs.story import events as says
from core.runs.story.curves import CurveCollector
from core.runs.story.events import Event
from core.runs.story.packed_curves import Block
from core.runs.story.progress import seconds_left, total_progress
from core.runs.story.verdict import judge, kept_text

STOPPED_UNSTARTED = "Stopped before it started."


@dataclass(slots=True)
class _Attempt:
    """What the events of one attempt said so far."""

    number: int
    stages: dict[str, Stage]
    process: ProcessMark | None = None
    started_at: datetime | None = None
    device: str = ""
    end: Event | None = None  # its body is Finished or Failed
    concluded: says.Finished | None = None  # how it ends from here, if its process dies without a word
    effective: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    peak_bytes: int = 0
    last_at: datetime | None = None
    last_word_at: datetime | None = None
    last_t: float = 0.0
    stage_t: dict[str, float] = field(default_factory=dict)  # when it began
    first_progress: dict[str, says.Progress] = field(default_factory=dict)
    first_progress_t: dict[str, float] = field(default_factory=dict)


class RunFold:
    """Feed it events in any portions; ask for the state, and take the points and lines that are new."""

    def __init__(
        self,
        request: RunRequest,
        layout: RunLayout,
        attempts: tuple[Attempt, ...] = (FIRST,),
        problem_of: Callable[[RunResult], str] = lambda _result: "",
    ) -> None:
        """`problem_of` says why a result cannot be understood, "" for one that can: those alone are kept."""
        self._request = request
        self._layout = layout
        self._attempts = {attempt.number: attempt for attempt in attempts}
        self._curves = CurveCollector(epochs_kept(attempts))
        self._log: list[LogLine] = []
        self._checkpoints: dict[str, Checkpoint] = {}
        self._artifacts: dict[str, Artifact] = {}
        self._looks: dict[int, Look] = {}  # by epoch
        self._best_epoch: int | None = None
        self._last_epoch: int | None = None
        self._results: list[RunResult] = []
        self._problem_of = problem_of
        self._plans = {plan.name: plan for plan in request.stages}
        self._has_checkpoints = any(plan.counts_epochs for plan in request.stages)
        self._attempt = self._new_attempt(1)
        self.last_seq = 0
        self.log_offset = 0
        """How much of the raw output of the latest attempt has come as events."""

    @property
    def process(self) -> ProcessMark | None:
        """The child of the latest attempt seen."""
        return self._attempt.process

    @property
    def attempt(self) -> int:
        return self._attempt.number

    def apply(self, events: Iterable[Event]) -> None:
        """Events already seen (by number) are passed over."""
        curves = self._curves
        for event in events:
            if event.seq <= self.last_seq:
                continue
            self.last_seq = event.seq
            body = event.body
            if type(body) is says.Metrics:  # nearly all of them
                curves.add(event.attempt, body)
                if body.split != "batch":
                    self._last_epoch = max(self._last_epoch or 0, int(body.epoch))
            else:
                handle = _HANDLERS[type(body)]
                handle(self, event, body)
            attempt = self._attempt
            attempt.last_at = event.at
            if type(body) is not says.Heartbeat:  # which proves that a process is there, not that it gets on
                attempt.last_word_at = event.at
            attempt.last_t = event.t

    def apply_block(self, block: Block, others: Iterable[Event]) -> None:
        """What `apply` does with the events that the block stands for; `others` are its lines that it keeps."""
        if block.seq <= self.last_seq:
            return
        self.apply(others)
        for table in block.tables:
            self._curves.add_table(block.attempt, table)
        self.last_seq = block.seq
        attempt = self._attempt
        attempt.last_at, attempt.last_t = datetime.fromisoformat(block.at), block.t
        if block.values_at:
            spoken_at = datetime.fromisoformat(block.values_at)
            attempt.last_word_at = max(attempt.last_word_at or spoken_at, spoken_at)

    def take_metrics(self) -> tuple[MetricBatch, ...]:
        return self._curves.take()

    def take_log(self) -> tuple[LogLine, ...]:
        taken, self._log = tuple(self._log), []
        return taken

    def state(self, liveness: Liveness) -> RunState:
        attempt = self._attempt
        if liveness.attempt > attempt.number:  # asked for, and nothing heard of it yet
            attempt = self._new_attempt(liveness.attempt)
        status, reason, cause, ended_at = self._outcome(attempt, liveness)
        stages = self._stages(attempt, status)
        peak = max(attempt.peak_bytes, liveness.exit.peak_rss_bytes if liveness.exit else 0)
        is_over = status.is_terminal
        planned = _planned_epochs(attempt.effective)
        return RunState(
            run=self._request.run,
            status=status,
            reason=reason,
            attempt=attempt.number,
            stages=stages,
            progress=self._progress(status, stages, planned),
            seconds_left=None if status is not RunStatus.IN_PROGRESS else self._seconds_left(attempt, stages),
            started_at=attempt.started_at,
            ended_at=ended_at,
            pid=attempt.process.pid if attempt.process and not is_over else None,
            device=attempt.device or self._request.device,
            effective=dict(attempt.effective),
            checkpoints=tuple(self._checkpoints.values()),
            artifacts=tuple(self._artifacts.values()),
            looks=tuple(self._looks.values()),
            best_epoch=self._best_epoch,
            last_epoch=self._last_epoch,
            n_epochs=planned,
            peak_bytes=peak or None,
            last_event_at=attempt.last_word_at,
            results=tuple(self._results),
            can_resume=is_over and status is not RunStatus.SUCCESS and bool(self._checkpoints),
            warnings=tuple(attempt.warnings),
            cause=cause,
            details=self._details(attempt),
        )

    def _progress(self, status: RunStatus, stages: tuple[Stage, ...], planned: int | None) -> float:
        """Of a run that was stopped the share of its epochs: its steps are all done, but not what was planned."""
        if status is RunStatus.SUCCESS:
            return 1.0
        progress = total_progress(stages, self._plans)
        if status is RunStatus.TERMINATED and planned:
            return min(progress, (self._last_epoch or 0) / planned)
        return progress

    def _outcome(self, attempt: _Attempt, liveness: Liveness) -> tuple[RunStatus, str, str, datetime | None]:
        """Status, reason, cause, and when it ended. What the child itself said of its end stands."""
        if attempt.end is not None:
            body, ended_at = attempt.end.body, attempt.end.at
            if isinstance(body, says.Finished):
                return body.status, body.reason, "", ended_at
            assert isinstance(body, says.Failed)
            return RunStatus.FAILED, self._failure(body), body.cause, ended_at
        if liveness.is_alive:
            if liveness.stop is StopWish.NONE:
                return RunStatus.IN_PROGRESS, "", "", None
            return RunStatus.STOPPING, "Stopping: the best weights so far are being kept.", "", None
        if not liveness.has_begun:
            if liveness.stop is StopWish.NONE:
                return RunStatus.PENDING, "", "", None
            return RunStatus.TERMINATED, STOPPED_UNSTARTED, "", None
        died_at = liveness.exit.ended_at if liveness.exit else attempt.last_at
        if attempt.concluded is not None:
            return attempt.concluded.status, attempt.concluded.reason, "", died_at
        verdict = judge(
            liveness.exit,
            noun=self._request.noun,
            stop=liveness.stop,
            has_started=attempt.process is not None,
            kept=kept_text(self._newest_epoch()) if self._has_checkpoints else "",
            peak_bytes=attempt.peak_bytes,
        )
        return verdict.status, verdict.reason, verdict.cause, died_at

    def _failure(self, body: says.Failed) -> str:
        parts = [body.text, body.hint]
        epoch = self._newest_epoch()
        if epoch is not None:
            parts.append(kept_text(epoch))
        return " ".join(part for part in parts if part)

    def _newest_epoch(self) -> int | None:
        return max((checkpoint.epoch for checkpoint in self._checkpoints.values()), default=None)

    @staticmethod
    def _details(attempt: _Attempt) -> str:
        body = attempt.end.body if attempt.end else None
        return body.details if isinstance(body, says.Failed) else ""

    def _stages(self, attempt: _Attempt, status: RunStatus) -> tuple[Stage, ...]:
        """A stage that runs in a run that is over was cut off, unless nothing of it was left to do."""
        stages = []
        for stage in attempt.stages.values():
            if stage.state is StageState.RUNNING:
                duration = max(0.0, attempt.last_t - attempt.stage_t[stage.name])
                cut_off = status.is_terminal
                ended_as = StageState.FAILED if attempt.concluded is None else StageState.DONE
                state = ended_as if cut_off else StageState.RUNNING
                ended_at = attempt.last_at if cut_off else None
                stage = replace(stage, duration_s=duration, state=state, ended_at=ended_at)
            stages.append(stage)
        return tuple(stages)

    def _seconds_left(self, attempt: _Attempt, stages: tuple[Stage, ...]) -> float | None:
        running = next((stage for stage in stages if stage.state is StageState.RUNNING), None)
        first = attempt.first_progress.get(running.name) if running else None
        if running is None or first is None:
            return None
        gained = running.fraction - first.fraction
        gained_in_s = attempt.last_t - attempt.first_progress_t[running.name]
        return seconds_left(stages, self._plans, gained=gained, gained_in_s=gained_in_s, last_epoch=self._last_epoch)

    def _new_attempt(self, number: int) -> _Attempt:
        return _Attempt(number, {plan.name: Stage(plan.name, plan.title) for plan in self._request.stages})

    def _path(self, text: str) -> Path:
        return self._layout.folder / text  # an absolute one stays as it is

    def _add_line(self, event: Event, text: str, level: str) -> None:
        self._log.append(LogLine(event.seq, event.at, text, level, event.attempt))

    def _on_started(self, event: Event, body: says.Started) -> None:
        self._attempt = self._new_attempt(event.attempt)
        self._attempt.process = body.process
        self._attempt.started_at = event.at
        self._attempt.device = body.device
        self.log_offset = 0
        if event.attempt > 1:
            resumed = self._attempts.get(event.attempt, FIRST)
            self._forget_after(resumed.resume_epoch)

    def _forget_after(self, epoch: int) -> None:
        """What a later attempt does anew no longer counts."""
        kept = {key: item for key, item in self._checkpoints.items() if item.epoch <= epoch}
        self._checkpoints = kept
        self._looks = {number: look for number, look in self._looks.items() if number <= epoch}
        self._last_epoch = epoch or None
        self._best_epoch = max((item.epoch for item in kept.values() if item.is_best), default=None)

    def _on_stage(self, event: Event, body: says.StageChanged) -> None:
        attempt = self._attempt
        stage = attempt.stages.get(body.stage) or Stage(body.stage, title_of(body.stage))
        text = body.text or stage.text
        if body.state is StageState.RUNNING:
            attempt.stage_t[body.stage] = event.t
            stage = replace(stage, state=body.state, fraction=0.0, text=body.text, started_at=event.at)
        elif body.state is StageState.SKIPPED:
            stage = replace(stage, state=body.state, text=body.text)
        else:
            duration = max(0.0, event.t - attempt.stage_t.get(body.stage, event.t))
            fraction = 1.0 if body.state is StageState.DONE else stage.fraction
            stage = replace(
                stage, state=body.state, fraction=fraction, text=text, ended_at=event.at, duration_s=duration
            )
        attempt.stages[body.stage] = stage

    def _on_progress(self, event: Event, body: says.Progress) -> None:
        stages = self._attempt.stages
        stage = stages.get(body.stage)
        if stage is not None:
            if self._attempt.first_progress.setdefault(body.stage, body) is body:
                self._attempt.first_progress_t[body.stage] = event.t
            stages[body.stage] = replace(stage, fraction=body.fraction, text=body.text or stage.text)

    def _on_log(self, event: Event, body: says.Log) -> None:
        self.log_offset = max(self.log_offset, body.offset)
        self._add_line(event, body.text, body.level)

    def _on_warned(self, event: Event, body: says.Warned) -> None:
        self._attempt.warnings.append(body.text)
        self._add_line(event, body.text, "warning")

    def _on_effective(self, _event: Event, body: says.Effective) -> None:
        self._attempt.effective.update(body.settings)

    def _on_checkpoint(self, _event: Event, body: says.CheckpointSaved) -> None:
        self._checkpoints.pop(body.path, None)  # the newest last
        path = self._path(body.path)
        self._checkpoints[body.path] = Checkpoint(path, body.epoch, body.is_best, body.sha256, body.metrics)
        self._last_epoch = max(self._last_epoch or 0, body.epoch)
        if body.is_best:
            self._best_epoch = body.epoch

    def _on_looked(self, event: Event, body: says.Looked) -> None:
        self._looks.pop(body.epoch, None)  # the newest last
        self._looks[body.epoch] = Look(self._path(body.path), body.epoch, event.seq)

    def _on_artifact(self, _event: Event, body: says.ArtifactWritten) -> None:
        group, _, name = body.path.partition("/")
        path = self._layout.artifacts / body.path
        self._artifacts[body.path] = Artifact(path, group if name else "", name or group, body.n_bytes)

    def _on_result(self, event: Event, body: says.Result) -> None:
        """The first of a topic in an attempt takes the place of what earlier attempts said of it."""
        result = RunResult(body.topic, body.content, event.attempt, event.at, event.t)
        problem = self._problem_of(result)
        if problem:
            self._attempt.warnings.append(problem)
            self._add_line(event, problem, "warning")
            return
        self._attempt.concluded = body.end or self._attempt.concluded
        kept = [item for item in self._results if item.topic != body.topic or item.attempt == event.attempt]
        self._results = [*kept, result]

    def _on_heartbeat(self, _event: Event, body: says.Heartbeat) -> None:
        self._attempt.peak_bytes = max(self._attempt.peak_bytes, body.rss_bytes)

    def _on_end(self, event: Event, body: says.Finished | says.Failed) -> None:
        self._attempt.end = event
        if isinstance(body, says.Failed):
            self._add_line(event, f"{body.text} {body.hint}".strip(), "error")


def _planned_epochs(effective: Mapping[str, Any]) -> int | None:
    """As the trainer reports it under the name that the engines share."""
    told = effective.get("epochs")
    return told if isinstance(told, int) and not isinstance(told, bool) and told > 0 else None


_HANDLERS: Mapping[type[says.Body], Callable[[RunFold, Event, Any], None]] = {
    says.Started: RunFold._on_started,
    says.StageChanged: RunFold._on_stage,
    says.Progress: RunFold._on_progress,
    says.Log: RunFold._on_log,
    says.Warned: RunFold._on_warned,
    says.Effective: RunFold._on_effective,
    says.CheckpointSaved: RunFold._on_checkpoint,
    says.Looked: RunFold._on_looked,
    says.ArtifactWritten: RunFold._on_artifact,
    says.Result: RunFold._on_result,
    says.Heartbeat: RunFold._on_heartbeat,
    says.Finished: RunFold._on_end,
    says.Failed: RunFold._on_end,
}
