"""What can be done with runs: make, start, stop, kill, retry, remove, look at."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from core import clock
from core.domain.changes import Changed
from core.domain.evaluation import EvaluationTable
from core.domain.ids import RunId
from core.domain.imports import Problem
from core.domain.run import Run
from core.domain.runs import RunFilter, RunRecord, RunState, RunStatus
from core.errors import CalqueError, RefusedError, RunError, StorageError
from core.files.faults import told_as_storage_error
from core.files.locks import try_lock
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import runs
from core.registry.titles import checked_description, checked_title
from core.runs.attach import Unfinished, close_lost, find_unfinished, take_in
from core.runs.books import Books, load_books
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.exit_record import record_no_start
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import LivenessProbe, read_occupant
from core.runs.folder.removal import remove_folder
from core.runs.folder.request import RunRequest, read_request, write_request
from core.runs.folder.rerun import choose_attempt, put_aside, write_attempt
from core.runs.folder.stop_wish import StopWish, read_stop, write_stop
from core.runs.folder.titles import write_title
from core.runs.folder.zip_export import export_folder
from core.runs.kinds import RunKindCatalog
from core.runs.merging import WAITING, merge
from core.runs.processes import launch
from core.runs.processes.killing import kill_tree
from core.runs.processes.launch import StartOutcome
from core.runs.story.state import STOPPED_UNSTARTED
from core.runs.supervise import Batch, RunReader, supervise
from core.runs.sweeping import sweep_runs
from core.runs.verify import find_problems
from core.workers.catalog import find_worker
from core.workers.environment import prepare_environment

KILL_PATIENCE_S = 5.0
EXIT_PATIENCE_S = 3.0
DEVICE_POLL_S = 1.0


class RunService:
    """Every method may be called on any thread, and while any number of windows watch the same runs."""

    def __init__(self, registry: Registry, runs: Path, devices: Path, kinds: RunKindCatalog | None = None) -> None:
        self.kinds = RunKindCatalog() if kinds is None else kinds
        self._registry = registry
        self._runs = runs
        self._devices = devices

    @property
    def registry(self) -> Registry:
        return self._registry

    def list_runs(self, filter: RunFilter | None = None) -> tuple[RunRecord, ...]:
        """Newest first."""
        with self._registry.read() as session:
            return runs.list_runs(session, filter or RunFilter())

    def get_run(self, id: RunId) -> RunRecord:
        with self._registry.read() as session:
            return runs.get_run(session, id)

    def find_run(self, id_or_prefix: str) -> RunRecord | None:
        with self._registry.read() as session:
            return runs.find_run(session, id_or_prefix)

    def merged(self, record: RunRecord, state: RunState | None = None, tables: tuple[EvaluationTable, ...] = ()) -> Run:
        """A row with what is known of its run, as one value."""
        return merge(record, self.kinds.info(record.kind), state, tables)

    def get_whole(self, id: RunId) -> Run:
        """The row, and the tables that the registry keeps of the run: nothing of its folder is read."""
        with self._registry.read() as session:
            record = runs.get_run(session, id)
            return self.merged(record, tables=self._books(record).stored_tables(session, record))

    def list_whole(self) -> tuple[Run, ...]:
        """All runs as the registry has them, newest first, without their tables."""
        return tuple(self.merged(record) for record in self.list_runs())

    def folder_of(self, id: RunId) -> Path:
        """Where a new run of this id is to lie."""
        return self._runs / id

    def layout(self, id: RunId) -> RunLayout:
        return RunLayout(self.get_run(id).folder)

    def create(self, request: RunRequest, record: RunRecord) -> RunRecord:
        """Write the run's folder, then its row. Raises StorageError; then there is neither."""
        layout = RunLayout(self.folder_of(request.run))
        try:
            layout.ensure()
            write_request(layout, request)
        except OSError as error:
            remove_folder(layout.folder, within=self._runs)
            raise StorageError(f"The run's folder cannot be written: {error.strerror} ({layout.folder}).") from error
        with self._registry.write(durable=True) as session:
            runs.insert_run(session, replace(record, id=request.run, folder=layout.folder))
            return runs.get_run(session, request.run)

    def start(self, id: RunId) -> StartOutcome:
        """Start its process if its device is free.

        Raises RefusedError when the run is not one that waits, RunError when its kind is not available.
        """
        record = self.get_run(id)
        if record.status not in WAITING:
            raise RefusedError(f'"{record.name}" cannot be started: it is {record.status.value}.')
        self.kinds.get(record.kind)
        layout = RunLayout(record.folder)
        request = read_request(layout)
        if read_stop(layout) is not StopWish.NONE:
            self._end_unstarted(record)
            return StartOutcome.STOPPED
        try:
            environment = prepare_environment(
                find_worker(request.worker), layout.folder, may_use_network=request.may_use_network
            )
        except OSError as error:
            raise StorageError(f"The run's folder cannot be written: {error.strerror} ({layout.folder}).") from error
        try:
            outcome = launch.start(layout, request, environment, self._devices)
        except RunError as error:
            record_no_start(layout, error)  # supervising then finds it like any other end
            outcome = StartOutcome.STARTED
        if outcome is StartOutcome.STOPPED:
            self._end_unstarted(record)
        if outcome is StartOutcome.ALREADY_RUNNING and not LivenessProbe(layout).look().has_begun:
            return StartOutcome.DEVICE_BUSY  # the warden of the former attempt is still on its way out
        return outcome

    def waits_for(self, record: RunRecord) -> str:
        """Why a run that waits cannot start now, as a sentence; "" when its device is free."""
        holder = launch.device_holder(self._devices, record.device)
        if holder is None or holder.run == record.id:
            return ""
        return self.waiting_reason(record.device, holder.name)

    @staticmethod
    def waiting_reason(device: str, holder: str) -> str:
        """What a run waits for, as the list of runs shows it. `holder` is the name of the run that has the device."""
        shown = "CPU" if device == "cpu" else f"GPU {device.rpartition(':')[2]}"
        return f'waiting for {shown} (run "{holder}")' if holder else f"waiting for {shown}"

    def set_waiting(self, id: RunId, reason: str) -> RunRecord:
        """The run stays in the queue, and why."""
        with self._registry.write() as session:
            record = runs.get_run(session, id)
            if record.status in WAITING and (record.status, record.reason) != (RunStatus.PENDING, reason):
                runs.update_run(session, id, status=RunStatus.PENDING, reason=reason)
            return runs.get_run(session, id)

    def carry_out(
        self, id: RunId, on_batch: Callable[[Batch], None], should_leave: Callable[[], bool]
    ) -> RunState | None:
        """Wait for the device, start, and supervise to the end: a whole run without a window.

        None when it was told to leave, or the run was stopped from elsewhere, before it could start.
        """
        while self.start(id) is StartOutcome.DEVICE_BUSY:
            self.set_waiting(id, self.waits_for(self.get_run(id)))
            until = time.monotonic() + DEVICE_POLL_S
            while time.monotonic() < until:
                if should_leave():
                    return None
                time.sleep(0.05)
            if self.get_run(id).status.is_terminal:
                return None
        return self.carry_on(id, on_batch, should_leave)

    def carry_on(self, id: RunId, on_batch: Callable[[Batch], None], should_leave: Callable[[], bool]) -> RunState:
        """Supervise a run that has begun to its end, or until told to leave; returns its state then."""
        return supervise(self.layout(id), self._registry, on_batch, should_leave, kinds=self.kinds)

    def request_stop(self, id: RunId) -> RunRecord:
        """Stop soon and keep the best; a run that waits is over at once. Returns the row."""
        record = self.get_run(id)
        self._refuse_ended(record)
        layout = RunLayout(record.folder)
        self._wish(layout, StopWish.KEEP)
        if record.status in WAITING:
            lock = try_lock(layout.lock_file)
            if lock is not None:  # nobody is starting it at this moment, and nobody will: the wish is on the disk
                try:
                    if not LivenessProbe(layout).look().has_begun:
                        return self._end_unstarted(record)
                finally:
                    os.close(lock)
        with self._registry.write(durable=True) as session:
            if not runs.get_run(session, id).status.is_terminal:
                runs.update_run(session, id, status=RunStatus.STOPPING)
            return runs.get_run(session, id)

    def kill(self, id: RunId) -> RunRecord:
        """End its processes now; what was saved stays. Returns the row, over unless a process cannot be killed."""
        record = self.get_run(id)
        self._refuse_ended(record)
        if record.status in WAITING:
            record = self.request_stop(id)
            if record.status.is_terminal:
                return record
        layout = RunLayout(record.folder)
        self._wish(layout, StopWish.KILL)
        probe = LivenessProbe(layout)
        deadline = time.monotonic() + KILL_PATIENCE_S
        while probe.look().is_alive and time.monotonic() < deadline:
            occupant = read_occupant(layout, latest_attempt(layout).number)
            if occupant is not None and occupant.child is not None:
                kill_tree(occupant.child)
            time.sleep(0.05)
        supervise(layout, self._registry, lambda _batch: None, lambda: time.monotonic() > deadline, kinds=self.kinds)
        return self.get_run(id)

    def retry(self, id: RunId) -> RunRecord:
        """Ask for another attempt with the same inputs, from the newest sound checkpoint. Status Rerun.

        Raises RefusedError where its kind sees no sense in one, RunError when the kind is not available.
        """
        record = self.get_run(id)
        books = load_books(self.kinds.get(record.kind))
        with self._registry.read() as session:
            books.check_retry(session, record)
        if record.status not in self.kinds.info(record.kind).retriable:
            raise RefusedError(f'"{record.name}" cannot be retried: it is {record.status.value}.')
        layout = RunLayout(record.folder)
        if not _is_gone(layout):
            raise RefusedError(f'"{record.name}" is still ending. Try again in a moment.')
        state = self.read_state(id)
        attempt = choose_attempt(layout, state.checkpoints)
        try:
            put_aside(layout, attempt)
            write_attempt(layout, attempt)
        except OSError as error:
            raise StorageError(f"The run's folder cannot be written: {error.strerror} ({layout.folder}).") from error
        with self._registry.write(durable=True) as session:
            runs.update_run(
                session,
                id,
                status=RunStatus.RERUN,
                reason=attempt.note,
                attempt=attempt.number,
                stage=None,
                progress=0.0,
                started_at=None,
                ended_at=None,
            )
            books.retry(session, record)
            return runs.get_run(session, id)

    def rename(self, id: RunId, name: str) -> Changed[RunRecord]:
        """At any time. Raises RefusedError (E-110, E-111), StorageError."""
        return self._entitle(id, name=checked_title(name, "run"))

    def describe(self, id: RunId, description: str) -> Changed[RunRecord]:
        """Raises RefusedError when it is too long, StorageError."""
        return self._entitle(id, description=checked_description(description, "run"))

    def remove(self, id: RunId, *, with_files: bool) -> None:
        """Take it off the list, and with `with_files` its folder from the disk; never what it published."""
        record = self.get_run(id)
        is_idle = record.status.is_terminal or record.status is RunStatus.CREATED
        if not is_idle or not _is_gone(RunLayout(record.folder)):
            raise RefusedError(self.kinds.info(record.kind).removal_refusal, code="E-550")
        with self._registry.write(durable=True) as session:
            self._books(record).remove(session, record)
            runs.delete_run(session, id)
        if with_files:
            remove_folder(record.folder, within=self._runs)

    def read_state(self, id: RunId) -> RunState:
        """As the folder and the processes say now."""
        return RunReader(self.layout(id), self.kinds).read_all().state

    def export_artifacts(self, id: RunId, target: Path) -> Path:
        """All artifacts as a .zip file. Raises RefusedError when there are none or the disk is too small (E-250)."""
        return export_folder(self.layout(id).artifacts, target)

    def find_unfinished(self) -> Unfinished:
        """What to take up again at the start."""
        return find_unfinished(self._registry, self._books)

    def take_in(self) -> tuple[CalqueError, ...]:
        """Bring the rows of all unfinished runs up to what their folders and processes say now.

        A run goes on without whoever started it; so that its end is known, everybody who reads the registry asks this
        first. Returns why it could not be done for some.
        """
        return take_in(self._registry, self.kinds, self._books)

    def sweep(self) -> None:
        """Clear away what killed processes left; nothing that anybody works on."""
        sweep_runs(self.list_runs(), self._runs, self.kinds)

    def close_lost(self, id: RunId, error: RunError) -> RunRecord:
        """End a run whose folder cannot be read any more."""
        record = self.get_run(id)
        return close_lost(self._registry, record, error, self._books(record))

    def verify(self) -> tuple[Problem, ...]:
        """What is wrong with the runs' folders."""
        return find_problems(self.list_runs(), self._runs, self.kinds)

    def _entitle(self, id: RunId, *, name: str | None = None, description: str | None = None) -> Changed[RunRecord]:
        with self._registry.write(durable=True) as session:
            record = runs.get_run(session, id)
            name = record.name if name is None else name
            description = record.description if description is None else description
            runs.update_run(session, id, name=name, description=description)
            layout = RunLayout(record.folder)
            if layout.folder.is_dir():  # the row could be made again from there
                with told_as_storage_error("The run's name", layout.folder):
                    write_title(layout, name, description)
            return Changed(runs.get_run(session, id), noted(session))

    def _end_unstarted(self, record: RunRecord) -> RunRecord:
        with self._registry.write(durable=True) as session:
            if runs.get_run(session, record.id).status in WAITING:
                ended_at = clock.now()
                runs.update_run(
                    session,
                    record.id,
                    status=RunStatus.TERMINATED,
                    reason=STOPPED_UNSTARTED,
                    ended_at=ended_at,
                )
                self._books(record).fail(session, record)
            return runs.get_run(session, record.id)

    def _refuse_ended(self, record: RunRecord) -> None:
        if record.status.is_terminal:
            raise RefusedError(f'"{record.name}" has ended already ({record.status.value}).')

    def _books(self, record: RunRecord) -> Books:
        return load_books(self.kinds.info(record.kind))

    def _wish(self, layout: RunLayout, wish: StopWish) -> None:
        try:
            write_stop(layout, wish)
        except OSError as error:
            layout.reserve_file.unlink(missing_ok=True)
            raise StorageError(
                f"The wish to stop cannot be written into the run's folder: {error.strerror} ({layout.folder}).",
                hint="Free some space, then try again.",
            ) from error


def _is_gone(layout: RunLayout) -> bool:
    """Has its process left? One that has said its last word is given a moment to do so."""
    probe = LivenessProbe(layout)
    deadline = time.monotonic() + EXIT_PATIENCE_S
    while probe.look().is_alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
