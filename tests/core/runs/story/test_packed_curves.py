"""Packed curves say what the events say, or nothing."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.domain.ids import ProjectId, RunId
from core.domain.run_kinds import StagePlan
from core.domain.runs import RunState, RunStatus, StageState
from core.runs.folder.attempts import Attempt, add_attempt
from core.runs.folder.layout import RunLayout
from core.runs.folder.process_mark import own_mark
from core.runs.folder.request import RunRequest, write_request
from core.runs.kinds import RunKindCatalog
from core.runs.story import events as says
from core.runs.story import packed_curves
from core.runs.story.event_log import EventReader, EventWriter
from core.runs.supervise import RunReader

KINDS = RunKindCatalog([])
N_STEPS = 300

Points = dict[tuple[str, str], list[tuple[int, float, str]]]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed_curves, "ROWS_PER_BLOCK", 64)


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    layout = RunLayout(tmp_path / "run")
    layout.ensure()
    request = RunRequest(
        run=RunId("r"), kind="x", noun="x", name="Run", project=ProjectId("p"), project_name="P", worker="w",
        worker_version="1", model=None, version=None, device="cpu",
        stages=(StagePlan("train", "Train", counts_epochs=True),), seed=0, max_duration_s=None,
        created_at=datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip
    write_request(layout, request)
    return layout


def write(layout: RunLayout, attempt: int = 1, *, first: int = 1, is_killed: bool = False) -> None:
    """What a child says: values in changing company, odd numbers, lines, results; a killed one does not close."""
    writer = EventWriter(layout, attempt)
    writer.write(says.Started(own_mark(), "cpu"))
    writer.write(says.StageChanged("train", StageState.RUNNING))
    odd = {7: math.nan, 8: math.inf, 9: -math.inf}
    for step in range(first, N_STEPS + 1):
        values = {"loss": odd.get(step, 1 / step)}
        if step % 3:
            values["lr"] = random.Random(step).random()
        writer.write(says.Metrics("batch", step, step / 100, values))
        if step % 100 == 0:
            writer.write(says.Metrics("val", step, step / 100, {"map50": step / 1000}))
            writer.write(says.Log(f"epoch {step // 100}"))
    if is_killed:
        writer._packer._give_up()
        os.close(writer._handle)
        writer._handle = -1
        return
    writer.write(says.Result("thing", {"n": 1}))
    writer.write(says.StageChanged("train", StageState.DONE))
    writer.write(says.Finished(RunStatus.SUCCESS, "Done."))
    writer.close()


def read(layout: RunLayout, *, from_events_alone: bool) -> tuple[Points, list[str], RunState]:
    reader = RunReader(layout, KINDS, from_events_alone=from_events_alone)
    points: Points = {}
    lines: list[str] = []
    while True:
        batch, _events = reader.read()
        for part in batch.metrics:
            found = zip(part.steps.tolist(), part.epochs.tolist(), map(repr, part.values.tolist()), strict=True)
            points.setdefault((part.split, part.name), []).extend(found)
        lines += [line.text for line in batch.log]
        if not batch.has_more:  # who is at work is asked before the events are read: once more, with their answer
            return points, lines, reader.read_all().state


def n_parsed(layout: RunLayout) -> int:
    """Lines that a reader parses from the log itself."""
    reader = EventReader(layout)
    count = 0
    has_more = True
    while has_more:
        if not reader.read_packed():
            count += len(reader.read_new())
        has_more = reader.has_more
    return count


def test_packed_is_what_the_events_say_and_nothing_is_parsed(layout: RunLayout) -> None:
    write(layout)
    assert read(layout, from_events_alone=False) == read(layout, from_events_alone=True)
    assert n_parsed(layout) == 0


def test_of_a_killed_child_the_end_comes_from_the_events(layout: RunLayout) -> None:
    write(layout, is_killed=True)
    assert read(layout, from_events_alone=False) == read(layout, from_events_alone=True)
    assert 0 < n_parsed(layout) <= 2 * 64


def test_the_next_attempt_packs_behind_a_gap(layout: RunLayout) -> None:
    write(layout, is_killed=True)
    gap = n_parsed(layout)
    add_attempt(layout, Attempt(2, "checkpoints/1", 1))
    write(layout, 2, first=101)
    packed, alone = read(layout, from_events_alone=False), read(layout, from_events_alone=True)
    assert packed == alone
    assert [step for step, _epoch, _value in packed[0]["batch", "loss"]] == list(range(1, N_STEPS + 1))
    assert n_parsed(layout) == gap


def damages() -> Iterator[tuple[str, Callable[[bytes], bytes]]]:
    yield "missing half", lambda content: content[: len(content) // 2]
    yield "torn end", lambda content: content[:-3]
    yield "another format", lambda content: content[:4] + b"\x63" + content[5:]
    yield "a flipped bit", lambda content: content[:900] + bytes([content[900] ^ 1]) + content[901:]
    yield "rubbish", lambda content: b"\0" * len(content)
    yield "empty", lambda content: b""
    yield "rubbish behind", lambda content: content + b"more"


@pytest.mark.parametrize(("name", "damage"), list(damages()), ids=lambda value: value if isinstance(value, str) else "")
def test_damage_only_costs_time(layout: RunLayout, name: str, damage: Callable[[bytes], bytes]) -> None:
    write(layout)
    whole = read(layout, from_events_alone=True)
    layout.curves_file.write_bytes(damage(layout.curves_file.read_bytes()))
    assert read(layout, from_events_alone=False) == whole


def test_without_the_file(layout: RunLayout) -> None:
    write(layout)
    layout.curves_file.unlink()
    assert read(layout, from_events_alone=False) == read(layout, from_events_alone=True)


def test_another_log_is_not_taken_for_the_packed_one(layout: RunLayout) -> None:
    write(layout)
    packed = layout.curves_file.read_bytes()
    events = layout.folder / "events.jsonl"
    events.write_bytes(events.read_bytes().replace(b'"loss":', b'"LOSS":'))
    layout.curves_file.write_bytes(packed)
    points, _lines, _state = read(layout, from_events_alone=False)
    assert ("batch", "LOSS") in points


def test_a_log_that_lost_its_end_in_a_power_cut(layout: RunLayout) -> None:
    write(layout)
    events = layout.folder / "events.jsonl"
    content = events.read_bytes()
    events.write_bytes(content[: len(content) // 2])
    add_attempt(layout, Attempt(2))
    write(layout, 2)
    assert read(layout, from_events_alone=False) == read(layout, from_events_alone=True)


def test_a_file_that_cannot_be_written_is_given_up(layout: RunLayout) -> None:
    layout.curves_file.mkdir()
    write(layout)
    points, _lines, state = read(layout, from_events_alone=False)
    assert len(points["batch", "loss"]) == N_STEPS
    assert state.status is RunStatus.SUCCESS


def test_a_file_that_cannot_be_mended_is_given_up(layout: RunLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int, _log_size: int) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(packed_curves, "_mend", fail)
    write(layout)
    points, _lines, state = read(layout, from_events_alone=False)
    assert len(points["batch", "loss"]) == N_STEPS
    assert state.status is RunStatus.SUCCESS
    assert layout.curves_file.read_bytes() == b"", "nothing is packed behind what could not be looked at"


def test_a_reader_of_a_run_at_work(layout: RunLayout) -> None:
    reader = RunReader(layout, KINDS)
    assert reader.read()[0].metrics == ()
    write(layout)
    n_points = 0
    for _ in range(50):
        batch, _events = reader.read()
        n_points += sum(len(part.steps) for part in batch.metrics if part.name == "loss")
        if not batch.has_more:
            break
    assert n_points == N_STEPS
    assert replace(batch.state, pid=None) == replace(read(layout, from_events_alone=True)[2], pid=None)


def test_the_first_block_comes_alone_and_the_rest_at_once(layout: RunLayout) -> None:
    write(layout)
    reader = RunReader(layout, KINDS)
    portions = []
    while True:
        batch, _events = reader.read()
        portions.append(sum(len(part.values) for part in batch.metrics))
        if not batch.has_more:
            break
    assert 0 < portions[0] <= 3 * 64, "a curve to look at"
    assert portions[1] > 2 * portions[0], "all that is packed besides"
    assert len(portions) == 3, "and what came behind the last block"
