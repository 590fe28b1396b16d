from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core.runs.folder.layout import RunLayout
from core.runs.story import events as says
from core.runs.story.event_log import CHUNK_BYTES, EventReader, EventWriter
from core.runs.story.events import Event


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    layout = RunLayout(tmp_path / "run")
    layout.ensure()
    return layout


def write(layout: RunLayout, n: int, attempt: int = 1) -> None:
    writer = EventWriter(layout, attempt)
    for number in range(n):
        writer.write(says.Log(f"line {number} of attempt {attempt}"))
    writer.close()


def texts(events: list[Event]) -> list[str]:
    return [event.body.text for event in events if isinstance(event.body, says.Log)]


def test_reading_while_it_is_written(layout: RunLayout) -> None:
    reader = EventReader(layout)
    assert reader.read_new() == []
    writer = EventWriter(layout, 1)
    for number in range(3):
        writer.write(says.Log(str(number)))
        assert texts(reader.read_new()) == [str(number)]
    assert reader.read_new() == []
    writer.close()


def test_a_line_torn_at_every_byte(layout: RunLayout) -> None:
    write(layout, 3)
    whole = layout.folder / "events.jsonl"
    content = whole.read_bytes()
    second_end = content.rindex(b"\n", 0, -1) + 1
    for cut in range(second_end, len(content)):
        whole.write_bytes(content[:cut])
        reader = EventReader(layout)
        assert [event.seq for event in reader.read_new()] == [1, 2]
        write(layout, 1, attempt=2)
        assert [event.seq for event in reader.read_new()] == [3], "the next attempt mends the tail and counts on"
        assert [event.seq for event in EventReader(layout).read_new()] == [1, 2, 3]
        assert reader.n_damaged == 0


def test_damage_in_the_middle_is_passed_over_and_counted(layout: RunLayout) -> None:
    write(layout, 5)
    file = layout.folder / "events.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + b"\0" * 40 + b"\n" + lines[2][:20] + b"\n" + b"[1, 2]\n7\n" + lines[4])
    reader = EventReader(layout)
    assert [event.seq for event in reader.read_new()] == [1, 5]
    assert reader.n_damaged == 4


def test_two_objects_in_one_line_do_not_shift_the_others(layout: RunLayout) -> None:
    write(layout, 3)
    file = layout.folder / "events.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(lines[0] + lines[1].strip() + b"," + lines[1] + lines[2])
    reader = EventReader(layout)
    assert [event.seq for event in reader.read_new()] == [1, 3]
    assert reader.n_damaged == 1


def test_long_files_come_in_portions(layout: RunLayout) -> None:
    write(layout, 3000)
    reader = EventReader(layout)
    portions = [reader.read_new()]
    assert reader.has_more
    while reader.has_more:
        portions.append(reader.read_new())
    assert len(portions) >= 2
    assert [event.seq for portion in portions for event in portion] == list(range(1, 3001))


def test_a_line_longer_than_a_portion(layout: RunLayout) -> None:
    writer = EventWriter(layout, 1)
    writer.write(says.Log("x" * (3 * CHUNK_BYTES)))
    writer.write(says.Log("short"))
    writer.close()
    reader = EventReader(layout)
    found = texts(reader.read_new()) + texts(reader.read_new())
    assert [len(text) for text in found] == [3 * CHUNK_BYTES, 5]


def test_the_count_goes_on_after_a_long_damaged_tail(layout: RunLayout) -> None:
    write(layout, 2)
    with (layout.folder / "events.jsonl").open("ab") as file:
        file.write(b"\0" * (2 * CHUNK_BYTES))
    write(layout, 1, attempt=2)
    assert [event.seq for event in EventReader(layout).read_new()] == [1, 2, 3]


def test_the_reserve_is_gone_after_the_end(layout: RunLayout) -> None:
    writer = EventWriter(layout, 1)
    assert layout.reserve_file.stat().st_size == 1_000_000
    writer.close()
    assert not layout.reserve_file.exists()


class FullDisk:
    """Lets `room` more bytes through, then half of a write, then none, until the reserve is given up."""

    def __init__(self, layout: RunLayout, room: int) -> None:
        self._layout = layout
        self._room = room
        self._write: Callable[[int, bytes], int] = os.write

    def __call__(self, handle: int, content: bytes) -> int:
        if not self._layout.reserve_file.exists():
            return self._write(handle, content)
        if self._room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = content[: self._room]
        self._room -= len(taken)
        return self._write(handle, taken)


@pytest.mark.parametrize("room", [0, 1, 50, 250, 1000])
def test_a_full_disk_at_any_byte(layout: RunLayout, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = EventWriter(layout, 1)
    monkeypatch.setattr("core.runs.story.event_log.os.write", FullDisk(layout, room))
    said = [writer.write(says.Log(f"line {number}")) for number in range(20)]
    assert writer.write(says.Failed("disk-full", "Disk full."), must=True)
    monkeypatch.undo()
    writer.close()
    events = EventReader(layout).read_new()
    assert [event.seq for event in events] == list(range(1, sum(said) + 2)), "whole lines only, and counted through"
    assert isinstance(events[-1].body, says.Failed)
    assert writer.n_dropped == said.count(False) > 0


def test_what_must_be_written_and_cannot_is_an_error(layout: RunLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = EventWriter(layout, 1)

    def broken(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("core.runs.story.event_log.os.fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        writer.write(says.Heartbeat(1), must=True)
    writer.close()


def test_a_line_without_bottom_is_one_damaged_line(layout: RunLayout) -> None:
    writer = EventWriter(layout, 1)
    writer.write(says.Log("before"))
    writer.close()
    with layout.events_file.open("ab") as log:
        log.write(b"[" * 100_000 + b"\n")
    writer = EventWriter(layout, 1)
    writer.write(says.Log("after"))
    writer.close()
    reader = EventReader(layout)
    texts = []
    while True:
        texts += [event.body.text for event in reader.read_new()]
        if not reader.has_more:
            break
    assert (texts, reader.n_damaged) == (["before", "after"], 1)
