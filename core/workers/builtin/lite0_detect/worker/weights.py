"""Networks as files: started from, written in 16 bits, and rebuilt without unpickling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from core.domain.training import StartKind
from core.errors import WeightsError
from core.workers.api import Reporter, Start
from core.workers.builtin.backbones.lite0 import LITE0
from core.workers.builtin.backbones.worker.lite0 import imagenet_state
from core.workers.builtin.lite0_detect.configuration import ARCHITECTURE
from core.workers.builtin.lite0_detect.worker.network import Detector
from core.workers.shared_classes import shared_classes

OTHER_ARCHITECTURE = "E-142"
_SHOWN = 8


def halved(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A copy in 16 bits, what overflows clamped."""
    return {
        name: (torch.nan_to_num(value.half()) if value.is_floating_point() else value.clone()).detach().cpu()
        for name, value in state.items()
    }


def write_weights(state: Mapping[str, torch.Tensor], path: Path) -> None:
    """Into a .safetensors file. Raises OSError."""
    save_file({name: value.contiguous() for name, value in state.items()}, path, metadata={"format": "pt"})


def rebuild_network(weights: Path, model: Mapping[str, Any]) -> Detector:
    """The network of a published version in 32 bits, ready to predict. Raises WeightsError."""
    try:
        network = Detector(len(model["categories"]))
        network.load_state_dict(load_file(weights), strict=True)
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"{weights.name} and its model.json do not fit together: {error}", hint="Export the version again."
        ) from error
    except OSError as error:
        raise WeightsError(f"{weights} cannot be read: {error}.", hint="Is the version's folder complete?") from error
    return network.eval()


def load_start(network: Detector, start: Start, categories: Sequence[str], reporter: Reporter) -> None:
    """Fill a fresh network with what a training starts from. Raises WeightsError (E-142, E-354).

    Of a version, rows of classes that both know are kept by name (W-141), the others stay fresh.
    """
    if start.kind is StartKind.SCRATCH:
        return
    if start.weights is None:
        raise WeightsError("The weights to start from are not stated.", hint="Choose them again.")
    if start.weights.suffix == ".safetensors":
        _load_version(network, start, start.weights, categories, reporter)
        return
    if start.weights.name != LITE0.file:
        raise WeightsError(
            f"{start.weights.name} is not {LITE0.file}; this run trains {ARCHITECTURE}. It was not opened.",
            hint="Choose the backbone that comes with Calque, a version of this worker, or train from scratch.",
            code=OTHER_ARCHITECTURE,
        )
    own = network.backbone.state_dict()
    network.backbone.load_state_dict(
        {name: value for name, value in imagenet_state(start.weights).items() if name in own}, strict=True
    )
    reporter.log(f"Started from {LITE0.file}: {LITE0.title}, which learned from {LITE0.learned_from}.")


def _load_version(
    network: Detector, start: Start, weights: Path, categories: Sequence[str], reporter: Reporter
) -> None:
    if start.model is None:
        raise WeightsError("The starting version has no model.json.", hint="Choose another version.")
    name = str(start.model.get("label") or start.model.get("name") or "the starting version")
    found = str(start.model.get("architecture", "?"))
    if found != ARCHITECTURE:
        raise WeightsError(
            f"{name} is {found}; this run trains {ARCHITECTURE}. The weights cannot be loaded.",
            hint="Choose a version of this worker, or train from scratch.",
            code=OTHER_ARCHITECTURE,
        )
    source = rebuild_network(weights, start.model).state_dict()
    known = [str(value) for value in start.model["categories"]]
    shared = shared_classes(known, categories)
    for key in network.class_rows:
        fresh = network.state_dict()[key].clone()
        for row, place in shared.items():
            fresh[row] = source[key][place]
        source[key] = fresh
    network.load_state_dict(source)
    if known != list(categories):
        reporter.warning(
            f"The starting version has the classes {_listed(known)}; this run has {_listed(categories)}. Shared "
            "classes are kept, the others start fresh."
        )
    reporter.log(f"Started from {name}: {len(shared)} of {len(categories)} classes known.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
