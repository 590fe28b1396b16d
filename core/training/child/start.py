"""The weights that a training starts from, as its worker gets them."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.training import StartKind
from core.errors import WeightsError
from core.models.starters import require_unaltered
from core.models.weights_store import load_model_json, verify
from core.training.child.payload import TrainingPayload
from core.workers.api import Start, WorkerDescription
from core.workers.pretrained import obtain_pretrained


def find_start(
    payload: TrainingPayload, worker: WorkerDescription | None, progress: Callable[[float, float, str], None]
) -> Start:
    """Published weights are looked up, or fetched if that was allowed. Raises WeightsError when some are missing or
    not as they were, and whatever `progress` raises."""
    if payload.start is StartKind.SCRATCH:
        return Start(payload.start)
    if payload.start is StartKind.PRETRAINED:
        weights = obtain_pretrained(
            payload.pretrained,
            payload.weights_folder,
            source=worker.pretrained if worker else None,
            may_download=payload.may_download,
            progress=progress,
        )
        return Start(payload.start, weights)
    if payload.weights is None or not payload.weights.is_file():
        raise WeightsError(
            f"The weights to start from are missing: {payload.weights}.",
            hint="Put the file back, or train from scratch.",
        )
    if payload.start is StartKind.STARTER:
        require_unaltered(payload.weights.parent)
        return Start(payload.start, payload.weights, load_model_json(payload.weights.parent))
    if payload.weights.suffix != ".safetensors":
        return Start(payload.start, payload.weights)
    for problem in verify(payload.weights.parent):
        raise WeightsError(
            f"The weights to start from are not as they were published: {problem.text}",
            hint="Restore them from a backup, or start from others.",
        )
    return Start(payload.start, payload.weights, load_model_json(payload.weights.parent))
