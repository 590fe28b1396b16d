"""Weights as files: what a training starts from, what it publishes, what a published version is rebuilt from."""

from __future__ import annotations

import hashlib
import pickle
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from core.domain.training import StartKind
from core.errors import WeightsError
from core.workers.api import Reporter, Start
from core.workers.builtin.backbones.worker.lite0 import imagenet_state
from core.workers.builtin.vision.networks import NETWORKS
from core.workers.builtin.vision.worker.labeller import HEAD, STEM, Labeller
from core.workers.pretrained import ALTERED
from core.workers.shared_classes import shared_classes

OTHER_ARCHITECTURE = "E-142"
_HASH_LETTERS = 8  # of the SHA-256, in the names of torchvision's files
_FEW = 8

State = dict[str, torch.Tensor]


def published_state(network: Labeller) -> State:
    """A copy in 16 bits, what overflows clamped."""
    return {name: as_published(value) for name, value in network.state_dict().items()}


def as_published(value: torch.Tensor) -> torch.Tensor:
    halved = torch.nan_to_num(value.half()) if value.is_floating_point() else value.clone()
    return halved.detach().cpu().contiguous()


def write_weights(state: Mapping[str, torch.Tensor], path: Path) -> None:
    """Into a .safetensors file. Raises OSError."""
    save_file(dict(state), path, metadata={"format": "pt"})


def rebuild(weights: Path, model: Mapping[str, Any]) -> Labeller:
    """The network of a published version, in 32 bits, ready to predict. Raises WeightsError; unpickles nothing."""
    try:
        network = Labeller(str(model["network"]["name"]), len(model["categories"]))
        network.load_state_dict(load_file(weights), strict=True)
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"{weights.name} and its model.json do not fit together: {error}", hint="Export the version again."
        ) from error
    except OSError as error:
        raise WeightsError(f"{weights} cannot be read: {error}.", hint="Is the version's folder complete?") from error
    return network.float().eval()


def load_start(network: Labeller, name: str, start: Start, categories: Sequence[str], reporter: Reporter) -> None:
    """Fill a fresh network, called `name`, with what a training starts from.

    Of a version of the same network, rows of classes that both know are kept by name (W-141), others stay fresh; of
    published or foreign weights the head is not used. Raises WeightsError (E-142 when they are of another network).
    """
    if start.kind is StartKind.SCRATCH:
        return
    if start.weights is None:
        raise WeightsError("The weights to start from are not stated.", hint="Choose them again.")
    if start.weights.suffix == ".safetensors":
        _load_version(network, name, start, categories, reporter)
    elif start.weights.name == NETWORKS[name].pretrained and not NETWORKS[name].builder:
        published = imagenet_state(start.weights)
        _fill(network, {f"{STEM}{key}": value for key, value in published.items()}, start.weights.name, name)
        reporter.log(f"Started from {start.weights.name}, learned from ImageNet; the head is new.")
    else:
        _fill(network, _foreign_state(start.weights), start.weights.name, name)
        reporter.log(f"Started from {start.weights.name}; the head is new.")


def _load_version(network: Labeller, name: str, start: Start, categories: Sequence[str], reporter: Reporter) -> None:
    assert start.weights is not None
    if start.model is None:
        raise WeightsError("The starting version has no model.json.", hint="Choose another version.")
    label = str(start.model.get("label") or start.model.get("name") or "The starting version")
    found = str(start.model.get("architecture", "?"))
    if found != name:
        raise _other(label, found, name)
    source = rebuild(start.weights, start.model).state_dict()
    known = [str(category) for category in start.model["categories"]]
    _fill(network, source, label, name)
    n_shared = copy_shared_rows(network, source, known, categories)
    if known != list(categories):
        reporter.warning(
            f"The starting version has the classes {_listed(known)}; this run has {_listed(categories)}. "
            "Shared classes are kept, the others start fresh."
        )
    reporter.log(f"Started from {label}: {n_shared} of {len(categories)} classes known.")


def copy_shared_rows(
    network: Labeller, source: Mapping[str, torch.Tensor], known: Sequence[str], categories: Sequence[str]
) -> int:
    """Rows of the head of the classes that both know; the number of them."""
    shared = shared_classes(known, categories)
    with torch.no_grad():
        for row, place in shared.items():
            network.head.weight[row] = source[f"{HEAD}weight"][place]
            network.head.bias[row] = source[f"{HEAD}bias"][place]
    return len(shared)


def _fill(network: Labeller, source: Mapping[str, torch.Tensor], label: str, name: str) -> None:
    """The stem. What the source has beyond it, heads of others, is not used."""
    own = {key: value for key, value in network.state_dict().items() if key.startswith(STEM)}
    wanted = {key: source.get(key, own[key]) for key in own}
    is_other = any(
        (key not in source and not key.endswith("num_batches_tracked")) or wanted[key].shape != value.shape
        for key, value in own.items()
    )
    if is_other:
        raise _other(label, "another network", NETWORKS[name].title)
    network.load_state_dict(wanted, strict=False)


def _foreign_state(path: Path) -> State:
    """A state as torchvision publishes it, under our names. Nothing in the file is executed. Raises WeightsError."""
    _require_named_hash(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about how the file was pickled: it is read or it is refused
            loaded = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, pickle.UnpicklingError) as error:
        raise WeightsError(
            f"{path.name} was refused: it is damaged, or holds more than numbers. Nothing in it was executed.",
            hint="Choose weights as torchvision publishes them.",
        ) from error
    if not isinstance(loaded, Mapping) or not all(isinstance(value, torch.Tensor) for value in loaded.values()):
        raise WeightsError(f"{path.name} holds no network's numbers.", hint="Choose weights of torchvision.")
    return {f"{STEM}{str(key).removeprefix('features.')}": value for key, value in loaded.items()}


def _require_named_hash(path: Path) -> None:
    """torchvision's makers put the beginning of the file's SHA-256 into its name."""
    stated = path.stem.rpartition("-")[2]
    if path.name not in {facts.pretrained for facts in NETWORKS.values()}:
        return
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if not found.startswith(stated[:_HASH_LETTERS]):
        raise WeightsError(
            f"{path.name} is not the file that was published: its SHA-256 begins with {found[:_HASH_LETTERS]}. "
            "It was not opened.",
            hint="Get the file again, or train from scratch.",
            code=ALTERED,
        )


def _other(label: str, found: str, wanted: str) -> WeightsError:
    return WeightsError(
        f"{label} is {found}; this run trains {wanted}. The weights cannot be loaded.",
        hint="Choose the same network in the configuration, or other weights.",
        code=OTHER_ARCHITECTURE,
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
