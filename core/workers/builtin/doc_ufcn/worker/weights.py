"""Networks as files: started from, written, and rebuilt without unpickling objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from core.domain.training import StartKind
from core.errors import WeightsError
from core.workers.api import Reporter, Start
from core.workers.builtin.doc_ufcn.configuration import ARCHITECTURE
from core.workers.builtin.doc_ufcn.worker.network import DocUfcn
from core.workers.foreign_weights import refuse_weights
from core.workers.shared_classes import shared_classes

OTHER_ARCHITECTURE = "E-142"
_LAST = ("last_conv.weight", "last_conv.bias")
_WRAPPED = ("state_dict", "model_state_dict", "model")  # under which a checkpoint keeps the tensors

State = Mapping[str, torch.Tensor]


def write_weights(state: State, path: Path) -> None:
    save_file(
        {name: value.detach().cpu().contiguous() for name, value in state.items()}, path, metadata={"format": "pt"}
    )


def rebuild_network(weights: Path, model: Mapping[str, Any]) -> DocUfcn:
    """The network of a published version, ready to predict. Raises WeightsError."""
    try:
        network = DocUfcn(len(model["categories"]) + 1)
        network.load_state_dict(load_file(weights), strict=True)
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"{weights.name} and its model.json do not fit together: {error}", hint="Export the version again."
        ) from error
    except OSError as error:
        raise WeightsError(f"{weights} cannot be read: {error}.", hint="Is the version's folder complete?") from error
    return network.eval()


def load_start(
    network: DocUfcn, start: Start, categories: Sequence[str], reporter: Reporter, *, same_classes: bool
) -> None:
    """Fill a fresh network with the weights that a training starts from.

    A version's classes are kept by name (W-141): their channels of the last layer, and the background's. Raises
    WeightsError when the weights are of another architecture (E-142), damaged, or more than numbers.
    """
    if start.kind is StartKind.SCRATCH:
        return
    if start.weights is None:
        raise WeightsError("The weights to start from are not stated.", hint="Choose them again.")
    if start.weights.suffix == ".safetensors":
        _load_version(network, start, start.weights, categories, reporter)
    else:
        _load_foreign(network, start.weights, reporter, same_classes=same_classes)


def read_foreign(path: Path) -> dict[str, torch.Tensor]:
    """The tensors in a .pth file by name. Nothing in it is executed. Raises WeightsError."""
    refusal = refuse_weights(path)
    if refusal:
        raise WeightsError(refusal, hint="Choose weights saved by Doc-UFCN.")
    try:
        content = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # hostile bytes can raise anything while they are parsed
        raise WeightsError(
            f"{path.name} was refused: it is damaged, or holds more than numbers. Nothing in it was executed.",
            hint="Choose weights saved by Doc-UFCN.",
        ) from error
    for key in _WRAPPED:
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
            break
    if not isinstance(content, dict) or not all(isinstance(value, torch.Tensor) for value in content.values()):
        raise WeightsError(f"{path.name} holds no table of weights.", hint="Choose weights saved by Doc-UFCN.")
    return {str(name).removeprefix("module."): value for name, value in content.items()}


def _load_version(network: DocUfcn, start: Start, weights: Path, categories: Sequence[str], reporter: Reporter) -> None:
    if start.model is None:
        raise WeightsError("The starting version has no model.json.", hint="Choose another version.")
    name = str(start.model.get("label") or start.model.get("name") or "the starting version")
    found = str(start.model.get("architecture", "?"))
    if found != ARCHITECTURE:
        raise WeightsError(
            f"{name} is {found}; this run trains {ARCHITECTURE}. The weights cannot be loaded.",
            hint="Choose a version of Doc-UFCN, or train from scratch.",
            code=OTHER_ARCHITECTURE,
        )
    source = dict(rebuild_network(weights, start.model).state_dict())
    old = [str(value) for value in start.model["categories"]]
    shared = shared_classes(old, categories)
    state = network.state_dict()
    for key in _LAST:
        fresh = state[key].clone()
        for new_place, old_place in [(-1, -1), *shared.items()]:
            fresh[new_place + 1] = source[key][old_place + 1]
        source[key] = fresh
    network.load_state_dict(source)
    if old != list(categories):
        reporter.warning(
            f"The starting version has the classes {_listed(old)}; this run has {_listed(categories)}. Shared classes "
            f"are kept, the others start fresh."
        )
    reporter.log(f"Started from {name}: {len(shared)} of {len(categories)} classes known.")


def _load_foreign(network: DocUfcn, path: Path, reporter: Reporter, *, same_classes: bool) -> None:
    source, state = read_foreign(path), network.state_dict()
    checked = [key for key in state if same_classes or key not in _LAST]
    difference = next(_differences(source, state, checked), "")
    if difference:
        raise WeightsError(
            f"{path.name} is no Doc-UFCN that fits: {difference}.",
            hint='Choose weights of Doc-UFCN; if only "last_conv" differs, switch "Same classes" off.',
            code=OTHER_ARCHITECTURE,
        )
    network.load_state_dict({**state, **{key: source[key] for key in checked}})
    kept = "with its last layer" if same_classes else "its last layer starts fresh"
    reporter.log(f"Started from {path.name}, {kept}.")


def _differences(source: State, state: State, checked: Sequence[str]) -> Iterator[str]:
    """What does not fit, in the order of the network; then what is there too much."""
    for key in checked:
        if key not in source:
            yield f'it has no "{key}"'
        elif source[key].shape != state[key].shape:
            yield f'"{key}" is {_sides(source[key])} where {_sides(state[key])} is wanted'
        elif not _holds_numbers(source[key]):
            yield f'"{key}" holds values that are not numbers'
    for key in source:
        if key not in state:
            yield f'"{key}" is not of this network'


def _holds_numbers(tensor: torch.Tensor) -> bool:
    """Stored one by one, with a point, and finite."""
    is_plain = tensor.layout is torch.strided and tensor.device.type == "cpu" and tensor.is_floating_point()
    return is_plain and bool(torch.isfinite(tensor).all())


def _sides(tensor: torch.Tensor) -> str:
    return " x ".join(str(side) for side in tensor.shape) or "a single number"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
