"""The contract that every kind of run fulfils, as a test class: subclass it in the tests of whoever brings the kind.

    class TestMyKind(RunKindContract):
        slug = "my-kind"
        working_stage = "ponder"

        @pytest.fixture
        def site(self) -> MySite: ...

A `site`, the class's own or its module's, makes real runs in a home of its own; their children are real processes.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Protocol

import pytest

from core.domain.runs import LogLine, MetricBatch, RunRecord, RunState, RunStatus, Stage, StageState
from core.errors import RefusedError
from core.runs.books import Books, load_books
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.liveness import read_occupant
from core.runs.kinds import RunKindCatalog, load_attribute
from core.runs.processes.launch import StartOutcome
from core.runs.service import RunService
from core.runs.supervise import Batch, RunReader

PATIENCE_S = 90.0


class RunSite(Protocol):
    """Where the runs of a test lie."""

    service: RunService

    def make(self) -> RunRecord:
        """A waiting run that comes to a good end by itself, soon."""

    def make_long(self) -> RunRecord:
        """As `make`, but some seconds long in the working stage: it is stopped and killed there."""


class Heard:
    """What a reader was told, put together."""

    def __init__(self) -> None:
        self.state: RunState | None = None
        self.lines: list[LogLine] = []
        self.points: dict[tuple[str, str], list[tuple[int, float]]] = {}

    def take(self, batch: Batch) -> None:
        self.state = batch.state
        self.lines += batch.log
        for part in batch.metrics:
            self.points.setdefault((part.split, part.name), []).extend(_points(part))


def _but_memory(state: RunState | None) -> RunState | None:
    """The warden adds the peak of memory when the child has gone, which may be after its last word was read."""
    return replace(state, peak_bytes=None) if state is not None else None


class RunKindContract:
    """What Calque relies on. Subclasses set `slug` and the name of the stage in which a long run is long."""

    slug: ClassVar[str]
    working_stage: ClassVar[str]

    # What the kind says of itself

    def test_the_catalogue_lists_the_kind_as_available(self, site: RunSite) -> None:
        kind = site.service.kinds.get(self.slug)
        assert kind.is_available
        assert kind in site.service.kinds.list_kinds()
        assert kind.title and kind.noun
        assert kind.noun == kind.noun.lower(), "it stands in the middle of sentences"

    def test_its_steps_have_names_titles_and_shares(self, site: RunSite) -> None:
        stages = site.service.kinds.get(self.slug).stages
        assert len({plan.name for plan in stages}) == len(stages) > 0
        assert all(plan.title and plan.weight > 0 for plan in stages)
        assert self.working_stage in {plan.name for plan in stages}

    def test_pipeline_and_books_are_where_it_says(self, site: RunSite) -> None:
        kind = site.service.kinds.get(self.slug)
        assert callable(load_attribute(kind.pipeline))
        assert isinstance(load_books(kind), Books)

    # From start to end

    def test_it_comes_to_its_end(self, site: RunSite) -> None:
        record = site.make()
        heard = run_to_its_end(site.service, record)
        assert heard.state is not None and heard.state.status is RunStatus.SUCCESS, heard.state
        assert heard.state.reason.strip().endswith(".")
        assert heard.state.progress == 1.0
        row = site.service.get_run(record.id)
        assert (row.status, row.reason) == (RunStatus.SUCCESS, heard.state.reason)
        assert row.started_at is not None and row.ended_at is not None

    def test_its_steps_come_in_the_order_of_the_kind(self, site: RunSite) -> None:
        heard = run_to_its_end(site.service, site.make())
        assert heard.state is not None
        planned = [(plan.name, plan.title) for plan in site.service.kinds.get(self.slug).stages]
        assert [(stage.name, stage.title) for stage in heard.state.stages] == planned
        assert {stage.state for stage in heard.state.stages} <= {StageState.DONE, StageState.SKIPPED}
        begun = [stage.started_at for stage in heard.state.stages if stage.started_at is not None]
        assert begun == sorted(begun)

    def test_a_second_reader_sees_the_same(self, site: RunSite) -> None:
        record = site.make()
        first = run_to_its_end(site.service, record)
        second = read_again(record, site.service.kinds)
        assert _but_memory(second.state) == _but_memory(first.state)
        assert second.lines == first.lines
        assert second.points == first.points

    def test_a_reader_that_comes_in_the_middle_sees_all(self, site: RunSite) -> None:
        record = site.make_long()
        self._start(site, record)
        late = Heard()
        site.service.carry_on(record.id, late.take, lambda: False)
        assert late.state is not None and late.state.status is RunStatus.SUCCESS
        assert late.points == read_again(record, site.service.kinds).points

    # Before its end

    def test_a_wish_to_stop_ends_it_well(self, site: RunSite) -> None:
        record = site.make_long()
        self._start(site, record)
        site.service.request_stop(record.id)
        state = self._end(site, record)
        assert state.status is RunStatus.TERMINATED, state
        assert state.reason.strip().endswith(".")

    def test_a_killed_child_is_told_in_the_words_of_the_kind(self, site: RunSite) -> None:
        record = site.make_long()
        self._start(site, record)
        os.kill(child_of(record), signal.SIGKILL)
        state = self._end(site, record)
        assert (state.status, state.cause) == (RunStatus.ABORTED, "killed")
        assert f"The {site.service.kinds.get(self.slug).noun} process was ended by signal 9" in state.reason
        assert site.service.get_run(record.id).reason == state.reason

    def test_a_killed_run_is_retried_to_its_end(self, site: RunSite) -> None:
        record = site.make_long()
        self._start(site, record)
        assert site.service.kill(record.id).status is RunStatus.ABORTED
        again = site.service.retry(record.id)
        assert (again.status, again.attempt) == (RunStatus.RERUN, 2)
        heard = run_to_its_end(site.service, again)
        assert heard.state is not None
        assert (heard.state.status, heard.state.attempt) == (RunStatus.SUCCESS, 2)

    def test_what_came_to_its_end_is_not_retried(self, site: RunSite) -> None:
        record = site.make()
        run_to_its_end(site.service, record)
        with pytest.raises(RefusedError):
            site.service.retry(record.id)

    # Removal

    def test_it_is_removed_when_it_is_over_and_not_before(self, site: RunSite) -> None:
        record = site.make_long()
        self._start(site, record)
        with pytest.raises(RefusedError, match=f"Stop the {site.service.kinds.get(self.slug).noun}") as caught:
            site.service.remove(record.id, with_files=True)
        assert caught.value.code == "E-550"
        site.service.kill(record.id)
        site.service.remove(record.id, with_files=True)
        assert record.id not in {left.id for left in site.service.list_runs()}
        assert not Path(record.folder).exists()

    # Inside

    def _start(self, site: RunSite, record: RunRecord) -> None:
        """Returns when it is in the middle of its work."""
        # The warden of the run before may still be on its way out, and hold the device.
        wait_until(lambda: site.service.start(record.id) is StartOutcome.STARTED)
        await_stage(site.service, record, self.working_stage)

    @staticmethod
    def _end(site: RunSite, record: RunRecord) -> RunState:
        deadline = time.monotonic() + PATIENCE_S
        state = site.service.carry_on(record.id, lambda _batch: None, lambda: time.monotonic() > deadline)
        assert state.status.is_terminal, f"still {state.status}"
        return state


def run_to_its_end(service: RunService, record: RunRecord) -> Heard:
    """Start it and hear everything."""
    heard = Heard()
    deadline = time.monotonic() + PATIENCE_S
    state = service.carry_out(record.id, heard.take, lambda: time.monotonic() > deadline)
    assert state is not None and state.status.is_terminal, f"not over after {PATIENCE_S} s: {state}"
    return heard


def read_again(record: RunRecord, kinds: RunKindCatalog) -> Heard:
    """As another window would, from the first event on."""
    heard = Heard()
    reader = RunReader(RunLayout(record.folder), kinds)
    has_more = True
    while has_more:
        batch, _events = reader.read()
        heard.take(batch)
        has_more = batch.has_more
    return heard


def await_stage(service: RunService, record: RunRecord, name: str) -> None:
    """Until it is in this step, and has told how far it is."""

    def is_there() -> bool:
        stages = service.read_state(record.id).stages
        return any(_is_at_work(stage) for stage in stages if stage.name == name)

    wait_until(is_there)


def child_of(record: RunRecord) -> int:
    """The process id of the run's child."""
    layout = RunLayout(record.folder)
    occupant = read_occupant(layout, latest_attempt(layout).number)
    assert occupant is not None and occupant.child is not None
    return occupant.child.pid


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def _is_at_work(stage: Stage) -> bool:
    return stage.state is StageState.RUNNING and stage.fraction > 0


def _points(part: MetricBatch) -> list[tuple[int, float]]:
    return list(zip(part.steps.tolist(), part.values.tolist(), strict=True))
