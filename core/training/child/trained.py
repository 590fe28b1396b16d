"""Final weights that are not published yet, remembered in the run's folder: a retry need not train again."""

from __future__ import annotations

from pathlib import Path

from core.domain.runs import RunStatus
from core.files.durable import read_json, write_json
from core.images.hashing import sha256_of
from core.images.opening import ImageFileError
from core.workers.api import TrainResult

_NAME = "trained.json"


def remember(result: TrainResult, work: Path) -> None:
    """The weights must lie below `work`. Raises OSError when it cannot be written."""
    value = {
        "weights": result.weights.resolve().relative_to(work.resolve()).as_posix(),
        "sha256": sha256_of(result.weights),
        "model": dict(result.model),
        "status": result.status.value,
        "reason": result.reason,
        "epochs_done": result.epochs_done,
        "best_epoch": result.best_epoch,
        "is_partial": result.is_partial,
    }
    write_json(work / _NAME, value)


def recall(work: Path) -> TrainResult | None:
    """The result of an earlier attempt that trained to its end, if its weights are unharmed.

    A training that was stopped is not recalled: who retries it wants it to go on. One that diverged is: it would again.
    """
    value = read_json(work / _NAME)
    if value is None:
        return None
    try:
        result = TrainResult(
            weights=work / value["weights"],
            model=value["model"],
            status=RunStatus(value["status"]),
            reason=value["reason"],
            epochs_done=value["epochs_done"],
            best_epoch=value["best_epoch"],
            is_partial=value["is_partial"],
        )
        is_sound = result.status is not RunStatus.TERMINATED and sha256_of(result.weights) == value["sha256"]
    except (KeyError, TypeError, ValueError, ImageFileError):
        return None
    return result if is_sound else None
