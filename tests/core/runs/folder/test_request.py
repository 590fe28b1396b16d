from __future__ import annotations

import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.domain.ids import ModelId, ProjectId, RunId, VersionId
from core.domain.run_kinds import StagePlan
from core.errors import RunError
from core.files.durable import write_durably
from core.runs.folder.layout import RunLayout
from core.runs.folder.request import RunRequest, read_request, write_request


def make(**changes: Any) -> RunRequest:
    values: dict[str, Any] = {
        "run": RunId("r"),
        "kind": "training",
        "noun": "training",
        "name": "Pages “and” more \udcff",
        "project": ProjectId("p"),
        "project_name": "Pages",
        "worker": "yolo-detect",
        "worker_version": "0.1",
        "model": ModelId("m"),
        "version": VersionId("v"),
        "device": "cuda:0",
        "stages": (StagePlan("prepare", "Prepare", 0.2), StagePlan("train", "Train", 0.8, counts_epochs=True)),
        "seed": 7,
        "max_duration_s": 3600.0,
        "created_at": datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC),
        "payload": {"folders": ["train"], "deep": {"x": [1, 2.5, None, True]}},
    }
    return RunRequest(**{**values, **changes})


@pytest.fixture
def layout(tmp_path: Path) -> RunLayout:
    layout = RunLayout(tmp_path / "run")
    layout.ensure()
    return layout


@pytest.mark.parametrize("request_", [make(), make(model=None, version=None, max_duration_s=None, payload={})])
def test_it_is_read_as_it_was_written(layout: RunLayout, request_: RunRequest) -> None:
    write_request(layout, request_)
    assert read_request(layout) == request_


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read"),
        ("", "cannot be read"),
        ('{"format": 4}', "format 4"),
        ('{"format": 1}', "is damaged"),
        ('{"format": 2}', "is damaged"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_without_a_sound_request(layout: RunLayout, content: str | None, words: str) -> None:
    if content is not None:
        layout.request_file.write_text(content)
    with pytest.raises(RunError, match=words):
        read_request(layout)


def test_a_request_of_the_first_format(layout: RunLayout) -> None:
    write_request(layout, make())
    value = json.loads(layout.request_file.read_text())
    del value["noun"]
    old = {"format": 1, "pipeline": "core.training.pipeline:run", "stages": ["prepare", "evaluate-train"]}
    layout.request_file.write_text(json.dumps({**value, **old}))
    request = read_request(layout)
    assert (request.format, request.noun) == (1, "training")
    assert [plan.title for plan in request.stages] == ["Prepare", "Evaluate train"]


@pytest.mark.parametrize("stages", [[7], [{"name": "train"}], None])
def test_steps_that_are_none(layout: RunLayout, stages: object) -> None:
    write_request(layout, make())
    value = json.loads(layout.request_file.read_text())
    layout.request_file.write_text(json.dumps({**value, "stages": stages}))
    with pytest.raises(RunError, match="is damaged"):
        read_request(layout)


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.json"
    write_durably(file, b"old")

    def full(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space"):
        write_durably(file, b"new")
    monkeypatch.undo()
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
