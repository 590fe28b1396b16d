"""The process that a version is tried in: it loads the method once, and answers a line of JSON with another.

It ends when nobody can ask any more (its input is closed), so that none outlives its window.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import psutil

from core.domain.snapshots import Split
from core.errors import CalqueError
from core.images.reading import decode
from core.runs.kinds import load_attribute
from core.workers.api import ImagePredictions, PredictRequest, TreeImage, Worker, WorkerDescription
from core.workers.catalog import WorkerCatalog

MARK = "calque-tried "
"""Before each answer: libraries print what they like around it."""

MOST = 300


@dataclass
class _Trying:
    description: WorkerDescription
    worker: Worker
    weights: Path
    model: Mapping[str, Any]
    device: str
    folder: Path

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        image = self._prepared(Path(asked["image"]), str(asked["name"]))
        request = PredictRequest(
            weights=self.weights,
            model=self.model,
            images=(image,),
            device=self.device,
            work_dir=self.folder,
            confidence=float(asked["confidence"]),
            max_detections=MOST,
            is_multi_label=False,
        )
        began = time.monotonic()
        (found,) = self.worker.predict(request, _Quiet())
        seconds = time.monotonic() - began
        image.path.unlink(missing_ok=True)
        return {
            "width": image.width,
            "height": image.height,
            "seconds": seconds,
            "n_bytes": psutil.Process().memory_info().rss,
            "objects": [[item.category, item.confidence, *_corners(item), _rings(item)] for item in found.objects],
        }

    def failure(self, error: Exception) -> dict[str, Any]:
        return _failure(error, self.description)

    def _prepared(self, source: Path, name: str) -> TreeImage:
        """Upright, 8 bits a colour, as images of a run are: what the person chose is only read."""
        picture = decode(source)
        path = self.folder / "picture.png"
        picture.save(path, "PNG", compress_level=1)
        return TreeImage(path, name, picture.width, picture.height, Split.TEST, ())


@dataclass
class _Quiet:
    """The reporter of a trial: nobody reads it."""

    def progress(self, done: float, total: float, text: str = "") -> None: ...
    def metrics(self, split: str, step: int, epoch: float, values: Mapping[str, float]) -> None: ...
    def log(self, text: str, level: str = "info") -> None: ...
    def warning(self, text: str) -> None: ...
    def effective(self, settings: Mapping[str, Any]) -> None: ...
    def checkpoint(self, path: Path, epoch: int, *, is_best: bool, metrics: Mapping[str, float]) -> None: ...
    def seen(self, epoch: int, found: Sequence[ImagePredictions]) -> None: ...

    def should_stop(self) -> bool:
        return False

    def pinned(self) -> tuple[TreeImage, ...]:
        return ()


def answer_questions(setup: Path) -> None:
    """`setup` is a JSON file; its `answerer` names the class that answers, with no such name a version is tried. Ends
    with its standard input."""
    given = json.loads(setup.read_text(encoding="utf-8"))
    try:
        answerer = _answerer(given, setup.parent)
    except Exception as error:  # noqa: BLE001 - the boundary of the process: whatever it was is told
        _say(_failure(error))
        return
    _say({"ready": True})
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            _say(answerer.answer(json.loads(line)))
        except Exception as error:  # noqa: BLE001 - one picture that cannot be tried ends nothing
            _say(answerer.failure(error))


class Answerer(Protocol):
    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]: ...

    def failure(self, error: Exception) -> dict[str, Any]:
        """What is said of a question that could not be answered: error, hint and code."""


def _answerer(given: Mapping[str, Any], folder: Path) -> Answerer:
    name = given.get("answerer")
    made = _made if name is None else cast(Callable[[Mapping[str, Any], Path], Answerer], load_attribute(name))
    return made(given, folder)


def _made(given: Mapping[str, Any], folder: Path) -> _Trying:
    catalog = WorkerCatalog()
    description = catalog.get(given["worker"])
    return _Trying(
        description, catalog.load(description), Path(given["weights"]), given["model"], given["device"], folder
    )


def _failure(error: Exception, description: WorkerDescription | None = None) -> dict[str, Any]:
    told: BaseException = error
    if not isinstance(error, CalqueError) and description is not None and description.explain is not None:
        told = description.explain(error, {}) or error
    if isinstance(told, CalqueError):
        return {"error": told.text, "hint": told.hint, "code": told.code}
    return {"error": f"The picture could not be tried: {type(told).__name__}: {told}", "hint": "", "code": ""}


def _say(value: Mapping[str, Any]) -> None:
    sys.stdout.write(f"\n{MARK}{json.dumps(value)}\n")
    sys.stdout.flush()


def _corners(item: Any) -> tuple[float, float, float, float]:
    return item.box.x0, item.box.y0, item.box.x1, item.box.y1


def _rings(item: Any) -> list[list[float]]:
    return [list(ring) for ring in item.polygon.rings] if item.polygon is not None else []
