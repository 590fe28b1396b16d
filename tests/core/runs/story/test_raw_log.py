from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.runs.folder.layout import RunLayout
from core.runs.story import raw_log
from core.runs.story.raw_log import RawLogTail, shown


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"plain", "plain"),
        (b"\x1b[34m\x1b[1mtrain: \x1b[0mScanning", "train: Scanning"),
        (b"\r 10%|#\r 50%|##\r100%|####", "100%|####"),
        (b"\r 10%|#\r 50%|##\r", " 50%|##"),
        (b"\x1b[K\r\x1b[K", ""),
        (b"\x1b]0;title\x07after", "after"),
        (b"caf\xe9 \xf0\x9f\x99\x82", "caf\ufffd \U0001f642"),
        (b"bell\x07 null\x00", "bell null"),
        (b"windows\r", "windows"),
    ],
)
def test_lines_as_a_terminal_leaves_them(raw: bytes, text: str) -> None:
    assert shown(raw) == text


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    return RunLayout(tmp_path)


def test_a_line_comes_when_it_is_whole(layout: RunLayout) -> None:
    tail = RawLogTail(layout)
    assert tail.read_new() == []
    with layout.log_file.open("ab", buffering=0) as file:
        file.write(b"one\ntw")
        assert [line.text for line in tail.read_new()] == ["one"]
        file.write(b"o\nthree")
        assert [(line.text, line.offset) for line in tail.read_new()] == [("two", 8)]
        assert [line.text for line in tail.read_new(to_the_end=True)] == ["three"]


def test_a_flood_is_cut_in_the_middle_and_says_so(layout: RunLayout) -> None:
    layout.log_file.write_text("".join(f"line {number}\n" for number in range(1000)))
    lines = [line.text for line in RawLogTail(layout).read_new()]
    assert len(lines) == 201
    assert (lines[0], lines[-1]) == ("line 0", "line 999")
    assert "800 lines of output left out" in lines[100]


def test_a_huge_portion_is_not_read_whole(layout: RunLayout) -> None:
    with layout.log_file.open("wb") as file:
        file.truncate(10 * raw_log.MAX_READ)
        file.seek(0, os.SEEK_END)
        file.write(b"\nlast\n")
    tail = RawLogTail(layout)
    lines = [line.text for line in tail.read_new()]
    assert "bytes of output left out" in lines[0]
    assert lines[-1] == "last"
    assert tail.read_new() == []
