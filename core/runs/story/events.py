"""What a child can say, and each saying as a line of JSON.

A line is `{"v":1,"seq":n,"at":iso,"t":s,"attempt":k,"kind":...}` and the fields of the kind. `t` is seconds on a clock
that never jumps, since the attempt began: durations come from it. Numbers that JSON does not know are null (not a
number) or the strings "inf" and "-inf".
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from numbers import Integral, Real
from typing import Any, NamedTuple

from core.domain.runs import RunStatus, StageState
from core.runs.folder.process_mark import ProcessMark

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Started:
    """The first event of every attempt. `facts` names the software and the machine."""

    process: ProcessMark
    device: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageChanged:
    stage: str
    state: StageState
    text: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    stage: str
    fraction: float
    text: str = ""


class Metrics(NamedTuple):
    """Points of several curves at one step. `epoch` counts finished epochs: 2.5 is the middle of the third.

    A tuple, as `Event` is: there are hundreds of thousands of them, and a frozen dataclass takes four times as long
    to make. As they are read, values are still as `number` takes them.
    """

    split: str
    step: int
    epoch: float
    values: Mapping[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Log:
    """One line. `offset` is where it ends in the raw output, 0 when it did not come from there."""

    text: str
    level: str = "info"
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Warned:
    text: str


@dataclass(frozen=True, slots=True)
class Effective:
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """`path` is relative to the run's folder where it lies in it."""

    path: str
    epoch: int
    is_best: bool
    sha256: str
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the network of an epoch predicts on the pinned images is kept. `path` is relative to the run's folder."""

    path: str
    epoch: int


@dataclass(frozen=True, slots=True)
class ArtifactWritten:
    """`path` is relative to the run's `artifacts`."""

    path: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Finished:
    status: RunStatus
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """Something found out or made, for good. What `content` (JSON) means is known to the run's kind.

    With `end` it is what the run was for: an end without a word of its own after it counts as this one.
    """

    topic: str
    content: Mapping[str, Any]
    end: Finished | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    rss_bytes: int


@dataclass(frozen=True, slots=True)
class Failed:
    """`is_system`: the machine was at fault (memory, disk, driver), not the worker or its input."""

    cause: str
    text: str
    hint: str = ""
    details: str = ""
    is_system: bool = False


Body = (
    Started
    | StageChanged
    | Progress
    | Metrics
    | Log
    | Warned
    | Effective
    | CheckpointSaved
    | Looked
    | ArtifactWritten
    | Result
    | Heartbeat
    | Finished
    | Failed
)


class Event(NamedTuple):
    seq: int
    at: datetime
    t: float
    attempt: int
    body: Body


KINDS: Mapping[type[Body], str] = {
    Started: "started",
    StageChanged: "stage",
    Progress: "progress",
    Metrics: "metrics",
    Log: "log",
    Warned: "warning",
    Effective: "effective",
    CheckpointSaved: "checkpoint",
    Looked: "looked",
    ArtifactWritten: "artifact",
    Result: "result",
    Heartbeat: "heartbeat",
    Finished: "finished",
    Failed: "failed",
}


def encode(event: Event) -> bytes:
    """One line with its end. Raises TypeError or ValueError for content that is no JSON."""
    head = {
        "v": FORMAT,
        "seq": event.seq,
        "at": event.at.isoformat(),
        "t": round(event.t, 3),
        "attempt": event.attempt,
        "kind": KINDS[type(event.body)],
    }
    # ASCII: a file name that is no UTF-8 (surrogates) survives the round trip, and a torn line is no torn character.
    return json.dumps({**head, **_fields(event.body)}, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def decode(value: Mapping[str, Any]) -> Event | None:
    """None for a kind or a format that a newer Calque invented. Raises KeyError, TypeError or ValueError when torn."""
    kind = value["kind"]
    if value["v"] != FORMAT:
        return None
    body: Body
    if kind == "metrics":  # nearly all of them
        step, epoch, values = value["step"], value["epoch"], value["values"]
        if type(step) is not int or type(epoch) is not float or type(values) is not dict:
            step, epoch, values = int(step), number(epoch), dict(values)
        body = Metrics(value["split"], step, epoch, values)
    else:
        make = _MAKERS.get(kind)
        if make is None:
            return None
        body = make(value)
    return Event(value["seq"], datetime.fromisoformat(value["at"]), value["t"], value["attempt"], body)


def plain(value: object) -> Any:
    """Anything as JSON: numbers that JSON does not know as null or a string, unknown things as their words."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Integral):  # numpy's too
        return int(value)
    if isinstance(value, Real):
        return _plain_number(float(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return str(value)


def _plain_number(value: float) -> float | str | None:
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else str(value)


def number(value: float | str | None) -> float:
    """The reverse: null is not a number."""
    return math.nan if value is None else float(value)


def _fields(body: Body) -> dict[str, Any]:
    match body:
        case Metrics(split, step, epoch, values):
            points = {name: _plain_number(number(value)) for name, value in values.items()}
            return {"split": split, "step": step, "epoch": _plain_number(float(epoch)), "values": points}
        case Started(process, device, facts):
            return {"pid": process.pid, "process": process.to_json(), "device": device, "facts": dict(facts)}
        case Result(topic, content, end):
            told = {"topic": topic, "content": plain(content)}
            return told if end is None else {**told, "end": plain(asdict(end))}
        case Effective(settings):
            return {"settings": plain(settings)}
        case _:
            fields: dict[str, Any] = plain(asdict(body))
            return fields


def _started(value: Mapping[str, Any]) -> Started:
    process = ProcessMark.from_json(value["process"])
    if process is None:
        raise ValueError("a start without its process")
    return Started(process, value["device"], value["facts"])


def _checkpoint(value: Mapping[str, Any]) -> CheckpointSaved:
    metrics = {name: number(item) for name, item in value["metrics"].items()}
    return CheckpointSaved(value["path"], value["epoch"], value["is_best"], value["sha256"], metrics)


def _result(value: Mapping[str, Any]) -> Result:
    topic, content = value["topic"], value["content"]
    if not isinstance(topic, str) or not isinstance(content, Mapping):
        raise TypeError("a result without topic or content")
    end = value.get("end")
    return Result(topic, content, None if end is None else Finished(RunStatus(end["status"]), end["reason"]))


def _old_publication(value: Mapping[str, Any]) -> Result:
    """Before there were results of any kind, a published version was an event of its own."""
    names = ("folder", "content_sha256", "weights_sha256", "architecture", "headline", "is_partial")
    return Result("published", {name: value[name] for name in names})


def _stage(value: Mapping[str, Any]) -> str:
    """Any step: which there are is known to the run's kind."""
    name = value["stage"]
    if not isinstance(name, str):
        raise TypeError("a step without a name")
    return name


_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Body]] = {
    "started": _started,
    "stage": lambda v: StageChanged(_stage(v), StageState(v["state"]), v["text"]),
    "progress": lambda v: Progress(_stage(v), number(v["fraction"]), v["text"]),
    "log": lambda v: Log(v["text"], v["level"], v["offset"]),
    "warning": lambda v: Warned(v["text"]),
    "effective": lambda v: Effective(v["settings"]),
    "checkpoint": _checkpoint,
    "looked": lambda v: Looked(str(v["path"]), int(v["epoch"])),
    "artifact": lambda v: ArtifactWritten(v["path"], v["n_bytes"]),
    "result": _result,
    "evaluation": lambda v: Result("evaluation", dict(v["table"])),  # before there were results of any kind
    "published": _old_publication,
    "heartbeat": lambda v: Heartbeat(v["rss_bytes"]),
    "finished": lambda v: Finished(RunStatus(v["status"]), v["reason"]),
    "failed": lambda v: Failed(v["cause"], v["text"], v["hint"], v["details"], v["is_system"]),
}
