"""A training continued as if it had not been interrupted: the same bits on a CPU with as many threads.

What is drawn at random depends on seed, epoch and place alone (see `augmentation`), so that no generator's state is
kept. Weights that do not learn are not kept either: they are those that the training starts from.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from core.errors import WeightsError
from core.workers.api import TrainRequest
from core.workers.builtin.vision.worker.labeller import Labeller
from core.workers.builtin.vision.worker.regions import Datapoint
from core.workers.checkpoints import read_checkpoint, save_checkpoint

FORMAT = 1


def identity_of(request: TrainRequest, datapoints: Sequence[Datapoint], network: Labeller) -> str:
    """Equal for the attempts of one run: what must be the same to go on. `network` is as the training begins."""
    digest = hashlib.sha256()
    parts = {
        "task": request.task,
        "categories": request.categories,
        "configuration": dict(request.configuration),
        "seed": request.seed,
        "data": [_told(item) for item in datapoints],
    }
    digest.update(json.dumps(parts, sort_keys=True).encode())
    for value in network.state_dict().values():
        digest.update(value.cpu().numpy().tobytes())
    return digest.hexdigest()


def _told(item: Datapoint) -> list[Any]:
    return [item.image.path.name, item.image.split.value, repr(item.region), sorted(item.labels)]


def write_checkpoint(folder: Path, epoch: int, state: Mapping[str, Any]) -> Path:
    """Of a finished epoch (from 1). Raises OSError."""
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **state}, buffer)
    return save_checkpoint(folder, epoch, buffer.getvalue())


def read_state(path: Path, identity: str) -> dict[str, Any]:
    """What `write_checkpoint` wrote. Raises WeightsError when it is damaged or of another training; nothing in it is
    executed."""
    content = io.BytesIO(read_checkpoint(path))
    try:
        state = torch.load(content, weights_only=True, map_location="cpu")
    except Exception as error:  # damaged bytes can raise anything while they are parsed
        raise WeightsError(f"The checkpoint {path.name} cannot be read.", hint="Start a new run.") from error
    if not isinstance(state, dict) or state.get("format") != FORMAT:
        raise WeightsError(f"The checkpoint {path.name} is of another Calque.", hint="Start a new run.")
    if state["identity"] != identity:
        raise WeightsError(
            f"The checkpoint {path.name} was made by a training with other data or settings.",
            hint="Start a new run instead.",
        )
    return state
