from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.domain.runs import RunStatus, StageState
from core.runs.folder.process_mark import ProcessMark
from core.runs.story import events as says
from core.runs.story.events import Body, Event, decode, encode, plain

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)

BODIES: list[Body] = [
    says.Started(ProcessMark(12, "boot-99"), "cuda:0", {"torch": "2.15"}),
    says.StageChanged("a-step-of-an-outsider", StageState.SKIPPED, "there is no validation data"),
    says.Progress("train", 0.25, "epoch 3 of 12"),
    says.Metrics("val", 12, 3.0, {"map50": 0.5, "box_loss": 1e-9}),
    says.Log("a line with “quotes” and an emoji 🙂", "warning", 1234),
    says.Warned("The loss is not a number."),
    says.Effective({"batch": 8, "optimizer": "AdamW", "lr0": 0.01, "rect": True, "freeze": None}),
    says.CheckpointSaved("checkpoints/epoch-00003.ckpt", 3, True, "ab" * 32, {"map50": 0.5}),
    says.Looked("artifacts/live/epoch-0003.pack", 3),
    says.ArtifactWritten("train/results \udcff.png", 100),
    says.Result("evaluation", {"split": "val", "rows": [{"map50": 0.5, "recall": None}], "notes": ["a"]}),
    says.Result("anything", {}),
    says.Heartbeat(123_456_789),
    says.Finished(RunStatus.SUCCESS, "early stop, patience 10, best epoch 12"),
    says.Failed("gpu-memory", "Out of GPU memory.", "Try batch 4.", "Traceback ...", True),
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_what_is_said_is_what_is_read(body: Body) -> None:
    event = Event(7, AT, 12.345, 2, body)
    line = encode(event)
    assert line.endswith(b"\n") and line.count(b"\n") == 1
    assert line.isascii()
    assert decode(json.loads(line)) == event


def test_every_kind_is_tried() -> None:
    assert {type(body) for body in BODIES} == set(says.KINDS)


@pytest.mark.parametrize(
    ("line", "result"),
    [
        (
            '{"v":1,"seq":7,"at":"2026-03-01T12:30:15.123456+00:00","t":12.3,"attempt":1,"kind":"evaluation","table":'
            '{"split":"val","rows":[{"category":null,"map50":0.5}],"has_masks":false,"max_detections":300,"notes":[]}}',
            says.Result(
                "evaluation",
                {
                    "split": "val",
                    "rows": [{"category": None, "map50": 0.5}],
                    "has_masks": False,
                    "max_detections": 300,
                    "notes": [],
                },
            ),
        ),
        (
            '{"v":1,"seq":8,"at":"2026-03-01T12:30:15.123456+00:00","t":12.3,"attempt":1,"kind":"published",'
            '"folder":"/m/x","content_sha256":"aa","weights_sha256":"bb","architecture":"yolo11n",'
            '"headline":{"metric":"map50_95","value":0.31,"split":"test"},"is_partial":false}',
            says.Result(
                "published",
                {
                    "folder": "/m/x",
                    "content_sha256": "aa",
                    "weights_sha256": "bb",
                    "architecture": "yolo11n",
                    "headline": {"metric": "map50_95", "value": 0.31, "split": "test"},
                    "is_partial": False,
                },
            ),
        ),
    ],
)
def test_results_as_older_runs_tell_them(line: str, result: says.Result) -> None:
    event = decode(json.loads(line))
    assert event is not None and event.body == result


def test_numbers_that_json_does_not_know() -> None:
    values = {"a": math.nan, "b": math.inf, "c": -math.inf}
    line = encode(Event(1, AT, 0.0, 1, says.Metrics("batch", 1, 0.5, values)))
    assert json.loads(line)["values"] == {"a": None, "b": "inf", "c": "-inf"}
    event = decode(json.loads(line))
    assert event is not None and isinstance(event.body, says.Metrics)
    assert [says.number(value) for value in event.body.values.values()][1:] == [math.inf, -math.inf]


def test_a_kind_of_the_future_is_passed_over() -> None:
    value = json.loads(encode(Event(1, AT, 0.0, 1, says.Heartbeat(1))))
    assert decode({**value, "kind": "telepathy"}) is None
    assert decode({**value, "v": 2}) is None


@pytest.mark.parametrize("damage", [{"at": "yesterday"}, {"kind": None}, {"rss_bytes": None, "at": 5}])
def test_damage_is_an_error(damage: dict[str, object]) -> None:
    value = json.loads(encode(Event(1, AT, 0.0, 1, says.Heartbeat(1))))
    for key in damage:
        value.pop(key, None)
    with pytest.raises((KeyError, TypeError, ValueError)):
        decode({**value, **damage} if damage.get("kind", "x") is not None else value)


def test_anything_becomes_plain() -> None:
    given = {"n": np.int64(3), "x": np.float32(0.5), "path": Path("/a"), "set": {1}, 5: (1, [math.nan])}
    assert plain(given) == {"n": 3, "x": 0.5, "path": "/a", "set": [1], "5": [1, [None]]}
    json.dumps(plain(given), allow_nan=False)
