"""A training continued as if it had not been interrupted: random numbers and the order of the images follow from the
seed and the epoch, all else is kept in the checkpoint.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import torch

from core.domain.geometry import Box, Polygon
from core.errors import WeightsError
from core.workers.api import TrainRequest
from core.workers.checkpoints import read_checkpoint, save_checkpoint

FORMAT = 1


def save_state(request: TrainRequest, epoch: int, state: dict[str, Any]) -> Path:
    """Write the checkpoint of a finished epoch (from 1). Raises OSError."""
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, "identity": identity_of(request), "epoch": epoch, **state}, buffer)
    return save_checkpoint(request.checkpoints_dir, epoch, buffer.getvalue())


def read_state(request: TrainRequest, path: Path) -> dict[str, Any]:
    """Raises WeightsError when the file is damaged, of another Calque or of another training. Executes nothing."""
    content = io.BytesIO(read_checkpoint(path))
    try:
        state = torch.load(content, weights_only=True, map_location="cpu")
    except Exception as error:  # damaged bytes can raise anything while they are parsed
        raise WeightsError(f"The checkpoint {path.name} cannot be understood: {error}") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise WeightsError(f"The checkpoint {path.name} is of another version of Calque.", hint="Start again.")
    if state["identity"] != identity_of(request):
        raise WeightsError(
            f"The checkpoint {path.name} was made by a training with other data or settings.",
            hint="Start a new run instead.",
        )
    return state


def identity_of(request: TrainRequest) -> str:
    """Equal for the attempts of one run: what must be the same to go on."""
    parts = {
        "task": request.task,
        "categories": request.categories,
        "configuration": dict(request.configuration),
        "seed": request.seed,
        "images": [
            [image.key, image.split.value, [[item.category, _numbers(item.geometry)] for item in image.objects]]
            for image in request.images
        ],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _numbers(geometry: Box | Polygon | None) -> list[list[float]]:
    return [] if geometry is None else [list(ring) for ring in geometry.outline()]
