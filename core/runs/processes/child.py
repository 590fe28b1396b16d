"""The child's side of a run: it says what happens, listens for a stop, and seldom dies without a word."""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import importlib.metadata
import os
import platform
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, Concatenate, ParamSpec, cast

from core.domain.counting import counted
from core.domain.runs import RunStatus, StageState
from core.errors import StorageError
from core.files.hashing import sha256_of_file
from core.runs.folder.attempts import Attempt, latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.process_mark import own_mark
from core.runs.folder.request import RunRequest, read_request
from core.runs.kinds import RunKindCatalog, load_attribute
from core.runs.processes.failures import describe
from core.runs.processes.pulse import MAX_LOG_BYTES, Pulse
from core.runs.story import events as says
from core.runs.story.event_log import EventWriter
from core.runs.story.raw_log import MAX_LINE, flush_streams
from core.workers.api import ImagePredictions, TreeImage
from core.workers.catalog import find_worker

STOP_POLL_S = 0.25
PROGRESS_PAUSE_S = 0.2

_LIBRARIES = ("calque", "numpy")  # and those that the worker names
# What can go wrong in telling: a full disk, a value that is no number, a tensor whose device died.
_FAULTS = (OSError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RuntimeError)
_Parameters = ParamSpec("_Parameters")


def _harmless(
    method: Callable[Concatenate[ChildContext, _Parameters], None],
) -> Callable[Concatenate[ChildContext, _Parameters], None]:
    """A report that fails is counted and never reaches the worker's own code."""

    @functools.wraps(method)
    def guarded(self: ChildContext, /, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> None:
        try:
            method(self, *args, **kwargs)
        except _FAULTS as error:
            self.note_fault(method.__name__, error)

    return guarded


class ChildContext:
    """What a pipeline, and the worker in it, is given. Fulfils `core.workers.api.Reporter`."""

    def __init__(self, layout: RunLayout, request: RunRequest, attempt: Attempt, writer: EventWriter) -> None:
        self.layout = layout
        self.request = request
        self.resume_from: Path | None = attempt.resume_path(layout)
        self.effective_settings: dict[str, Any] = {}
        self.outcome = says.Finished(RunStatus.SUCCESS, "")
        self.is_concluded = False
        self.n_faults = 0
        self.worker = find_worker(request.worker)
        """The light half; None when the run needs none, or it cannot be loaded (whoever needs it says why)."""
        self._attempt = attempt
        self._writer = writer
        self._stage: str | None = None
        self._progress_at = 0.0
        self._progress_text = ""
        self._is_stop_requested = False
        self._stop_looked_at = 0.0
        self._faulty: set[str] = set()
        self._log_bytes = 0

    @property
    def attempt(self) -> int:
        return self._attempt.number

    # Reporter

    @_harmless
    def progress(self, done: float, total: float, text: str = "") -> None:
        """Told a few times a second, sooner when the words change or the end is reached."""
        now = time.monotonic()
        pause = PROGRESS_PAUSE_S if text == self._progress_text else PROGRESS_PAUSE_S / 4
        if self._stage is None or (now - self._progress_at < pause and done < total):
            return
        self._progress_at, self._progress_text = now, text
        fraction = min(1.0, max(0.0, float(done) / float(total))) if total else 0.0
        self._writer.write(says.Progress(self._stage, fraction, text))

    @_harmless
    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None:
        numbers = {str(name): float(value) for name, value in values.items()}
        self._writer.write(says.Metrics(split, int(step), float(epoch), numbers))

    @_harmless
    def log(self, text: str, level: str = "info") -> None:
        """What is more than `MAX_LOG_BYTES` goes into the raw log alone, which is rotated."""
        for line in text.splitlines() or [""]:
            if self._log_bytes >= MAX_LOG_BYTES:
                print(line)  # noqa: T201 - standard output is the raw log
                continue
            self._log_bytes += len(line)
            self._writer.write(says.Log(line[:MAX_LINE], level))
            if self._log_bytes >= MAX_LOG_BYTES:
                self._writer.write(says.Log(f"… further lines are in {self.layout.log_file.name} only", "info"))

    @_harmless
    def warning(self, text: str) -> None:
        self._writer.write(says.Warned(text))

    @_harmless
    def effective(self, settings: Mapping[str, Any]) -> None:
        self.effective_settings.update(settings)
        self._writer.write(says.Effective(dict(settings)))

    @_harmless
    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None:
        numbers = {str(name): float(value) for name, value in metrics.items()}
        saved = says.CheckpointSaved(self._relative(path), int(epoch), bool(is_best), sha256_of_file(path), numbers)
        self._writer.write(saved, must=True)

    def should_stop(self) -> bool:
        """Looks at the disk four times a second at most."""
        now = time.monotonic()
        if not self._is_stop_requested and now - self._stop_looked_at >= STOP_POLL_S:
            self._stop_looked_at = now
            self._is_stop_requested = self.layout.stop_file.exists()
        return self._is_stop_requested

    def pinned(self) -> tuple[TreeImage, ...]:
        """None: which images are looked at while it works is known to a run's kind."""
        return ()

    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None:
        """Nothing is kept of what nobody pinned."""

    @_harmless
    def looked(self, path: Path, epoch: int) -> None:
        """A pack with what the network of an epoch predicts on the pinned images is complete on disk."""
        self._writer.write(says.Looked(self._relative(path), int(epoch)))

    @property
    def is_stop_requested(self) -> bool:
        return self.should_stop()

    def request_stop(self) -> None:
        """As the stop file does; safe in a signal handler."""
        self._is_stop_requested = True

    # The pipeline

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Around the work of one stage; progress told inside belongs to it."""
        self._change_stage(name, StageState.RUNNING)
        try:
            yield
        except BaseException:
            self._change_stage(name, StageState.FAILED)
            raise
        self._change_stage(name, StageState.DONE)

    @_harmless
    def skip_stage(self, name: str, text: str) -> None:
        """`text` says why."""
        self._writer.write(says.StageChanged(name, StageState.SKIPPED, text))

    @_harmless
    def artifact(self, path: Path) -> None:
        """A file under `layout.artifacts` is complete; its first folder is its group."""
        relative = path.resolve().relative_to(self.layout.artifacts.resolve()).as_posix()
        self._writer.write(says.ArtifactWritten(relative, path.stat().st_size))

    def result(self, topic: str, content: Mapping[str, Any]) -> None:
        """Something was found out or made, for good. Raises StorageError when that cannot be told."""
        self._write_for_good(says.Result(topic, content))

    def conclude(self, topic: str, content: Mapping[str, Any], status: RunStatus, reason: str) -> None:
        """What the run was for is there, and this is how it ends, whatever becomes of its process from here on.

        Raises StorageError when that cannot be told.
        """
        self._write_for_good(says.Result(topic, content, says.Finished(status, reason)))
        self.finish(status, reason)
        self.is_concluded = True

    def finish(self, status: RunStatus, reason: str) -> None:
        """How the run ends, told once the pipeline has returned. `reason` is a sentence."""
        self.outcome = says.Finished(status, reason)

    def note_fault(self, what: str, error: BaseException) -> None:
        """Counted; the first of each kind is logged."""
        self.n_faults += 1
        if what not in self._faulty:
            self._faulty.add(what)
            text = f"A report ({what}) could not be passed on: {type(error).__name__}: {error}"
            with contextlib.suppress(OSError):
                self._writer.write(says.Log(text, "warning"))

    @_harmless
    def _change_stage(self, name: str, state: StageState) -> None:
        self._stage = name if state is StageState.RUNNING else None
        self._progress_at, self._progress_text = 0.0, ""
        self._writer.write(says.StageChanged(name, state))

    def _write_for_good(self, body: says.Body) -> None:
        try:
            self._writer.write(body, must=True)
        except OSError as error:
            raise StorageError(f"The run's events cannot be written: {error.strerror}.") from error

    def _relative(self, path: Path) -> str:
        path = path.resolve()
        folder = self.layout.folder.resolve()
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def run_child(folder: Path) -> int:
    """Do what the folder's request says. 0 = it came to its end, 1 = it failed; either way the last event says so."""
    layout = RunLayout(folder)
    layout.ensure()
    request, attempt = read_request(layout), latest_attempt(layout)
    faulthandler.enable()
    writer = EventWriter(layout, attempt.number)
    context = ChildContext(layout, request, attempt, writer)
    libraries = (*_LIBRARIES, *(context.worker.libraries if context.worker else ()))
    writer.write(says.Started(own_mark(), request.device, _facts(libraries)), must=True)
    _listen_for_stop(context)
    with Pulse(layout, writer):
        end = _run_pipeline(context, attempt.note)
    _tell_losses(context, writer)
    writer.write(end, must=True)
    writer.close()
    return 0 if isinstance(end, says.Finished) else 1


def _run_pipeline(context: ChildContext, note: str) -> says.Finished | says.Failed:
    try:
        if note:
            context.log(note)
        _pipeline_of(context.request.kind)(context)
        return context.outcome
    except BaseException as error:  # noqa: BLE001 - outermost boundary of the child: whatever ended the run is told
        if context.is_concluded:
            context.log(f"After the run's result was kept: {type(error).__name__}: {error}", "warning")
            return context.outcome
        explain = context.worker.explain if context.worker else None
        return describe(error, folder=context.layout.folder, effective=context.effective_settings, explain=explain)


def _pipeline_of(kind: str) -> Callable[[ChildContext], None]:
    """By the kind, never by the request: what a kind's runs call may move from one release to the next."""
    return cast(Callable[[ChildContext], None], load_attribute(RunKindCatalog().get(kind).pipeline))


def _listen_for_stop(context: ChildContext) -> None:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        context.request_stop()

    if threading.current_thread() is not threading.main_thread():
        return  # only the main thread may; a test may run the child in another
    signal.signal(signal.SIGTERM, on_signal)
    if sys.platform != "win32":
        # A data loader's process must die of SIGTERM as its maker expects.
        os.register_at_fork(after_in_child=lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL))


def _tell_losses(context: ChildContext, writer: EventWriter) -> None:
    lost = writer.n_dropped + context.n_faults
    if lost:
        with contextlib.suppress(OSError):
            warning = says.Warned(f"{counted(lost, 'report')} of this run got lost; its curves and log have gaps.")
            writer.write(warning, must=True)


def _facts(libraries: Iterable[str]) -> dict[str, str]:
    facts = {"python": platform.python_version(), "system": platform.platform(), "cpus": str(os.cpu_count() or 1)}
    for library in libraries:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            facts[library] = importlib.metadata.version(library)
    return facts


def leave(code: int) -> None:
    """End the process now-ish: a library's thread or exit hook that hangs must not hold the device."""
    flush_streams()
    guard = threading.Timer(10, os._exit, [code])
    guard.daemon = True
    guard.start()
