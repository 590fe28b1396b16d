from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.domain.models import Headline
from core.domain.runs import RunStatus, StageName, StageState
from core.domain.snapshots import Split
from core.runs.folder.process_mark import ProcessMark
from core.runs.story import events as says
from core.runs.story.events import Body, Event, decode, encode, plain
from tests.core.evaluation.coco_tables import coco_row, coco_table

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
ROW = coco_row("line", 3, 7, None, 0.5, 0.25, 0.125, threshold=0.4, mask_map50=0.1)

BODIES: list[Body] = [
    says.Started(ProcessMark(12, "boot-99"), "cuda:0", {"torch": "2.15"}),
    says.StageChanged(StageName.EVALUATE_VAL, StageState.SKIPPED, "there is no validation data"),
    says.Progress(StageName.TRAIN, 0.25, "epoch 3 of 12"),
    says.Metrics("val", 12, 3.0, {"map50": 0.5, "box_loss": 1e-9}),
    says.Log("a line with “quotes” and an emoji 🙂", "warning", 1234),
    says.Warned("The loss is not a number."),
    says.Effective({"batch": 8, "optimizer": "AdamW", "lr0": 0.01, "rect": True, "freeze": None}),
    says.CheckpointSaved("checkpoints/epoch-00003.ckpt", 3, True, "ab" * 32, {"map50": 0.5}),
    says.ArtifactWritten("train/results \udcff.png", 100),
    says.Evaluated(coco_table(Split.TEST, (ROW, ROW), has_masks=True, max_detections=300, notes=("a", "b"))),
    says.Published("/m/x", "a" * 64, "b" * 64, "yolo11n", Headline("map50_95", 0.31, "test"), False),
    says.Published("/m/x", "a" * 64, "b" * 64, "yolo11n", None, True),
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
