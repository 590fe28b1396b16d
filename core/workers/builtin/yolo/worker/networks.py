"""Networks as modules and as files: built by name, started from weights, written and rebuilt without unpickling."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from ultralytics.nn.tasks import DetectionModel, OBBModel, SegmentationModel, load_checkpoint

from core.domain.ids import TaskId
from core.domain.training import StartKind
from core.errors import WeightsError
from core.tasks.detection import DETECTION
from core.tasks.oriented import ORIENTED
from core.tasks.segmentation import SEGMENTATION
from core.workers.api import Reporter, Start
from core.workers.builtin.yolo.worker.engine import ENGINE_VERSION
from core.workers.shared_classes import shared_classes

OTHER_ARCHITECTURE = "E-142"

_CLASS_ROWS = re.compile(r"\.(one2one_)?cv3\.\d+\.2\.(weight|bias)$|\.proto\.semseg\.\d+\.(weight|bias)$")
_NETWORKS: Mapping[TaskId, Any] = {
    DETECTION.slug: DetectionModel,
    SEGMENTATION.slug: SegmentationModel,
    ORIENTED.slug: OBBModel,
}


def build_network(task: TaskId, yaml: str | Mapping[str, Any], n_categories: int) -> Any:
    """A network with random weights. `yaml` is the name of one of the engine's files, or its content."""
    source = yaml if isinstance(yaml, str) else copy.deepcopy(dict(yaml))
    return _NETWORKS[task](source, ch=3, nc=n_categories, verbose=False)


def write_weights(state: Mapping[str, torch.Tensor], path: Path) -> None:
    """Every tensor of a state, as it is, into a .safetensors file."""
    tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()}
    save_file(tensors, path, metadata={"format": "pt"})


def describe_network(network: Any, task: TaskId) -> dict[str, Any]:
    """What `rebuild_network` needs beside the weights, as JSON."""
    return {
        "engine": "ultralytics",
        "engine_version": ENGINE_VERSION,
        "class": type(network).__name__,
        "task": task,
        "yaml": _as_json(network.yaml),
    }


def rebuild_network(weights: Path, model: Mapping[str, Any]) -> Any:
    """The network of a published version, in 32 bits, ready to predict. Raises WeightsError; unpickles nothing."""
    categories = [str(name) for name in model["categories"]]
    try:
        network = build_network(TaskId(model["task"]), model["network"]["yaml"], len(categories))
        network.load_state_dict(load_file(weights), strict=True)
    except (KeyError, TypeError, ValueError, RuntimeError, AttributeError, IndexError, SafetensorError) as error:
        raise WeightsError(
            f"{weights.name} and its model.json do not fit together: {error}", hint="Export the version again."
        ) from error
    except OSError as error:
        raise WeightsError(f"{weights} cannot be read: {error}.", hint="Is the version's folder complete?") from error
    network.names = dict(enumerate(categories))
    return network.float().eval()


def load_start(network: Any, start: Start, architecture: str, categories: Sequence[str], reporter: Reporter) -> None:
    """Fill a fresh network with the weights a training starts from.

    Rows of classes that both sides know are kept by name (W-141), others stay fresh. Raises WeightsError (E-142)
    when the weights are of another architecture, or when a foreign file holds more than numbers.
    """
    if start.kind is StartKind.SCRATCH:
        return
    if start.weights is None:
        raise WeightsError("The weights to start from are not stated.", hint="Choose them again.")
    is_ours = start.kind is StartKind.VERSION or start.weights.suffix == ".safetensors"
    if is_ours:
        source, name = _version_network(start, architecture)
    else:
        source, name = load_foreign(start.weights), start.weights.name
    network.names = dict(enumerate(categories))
    _check_fit(source, network, name, architecture)
    shared = _take_over(source, network, categories)
    if is_ours and list(_names_of(source).values()) != list(categories):
        reporter.warning(
            f"The starting version has the classes {_listed(_names_of(source).values())}; this run has "
            f"{_listed(categories)}. Shared classes are kept, the others start fresh."
        )
    kept = f": {_listed([categories[index] for index in shared])}" if shared else ""
    reporter.log(f"Started from {name}: {len(shared)} of {len(categories)} classes known{kept}.")


def _take_over(source: Any, network: Any, categories: Sequence[str]) -> Mapping[int, int]:
    """Everything before the rows of the classes as it is in `source`, of these rows those of the classes that both
    know; the others stay as they were made. Returns the places of shared classes, ours to theirs.

    The engine does the first; of the rows it takes any whose number of classes is the same, whatever they are called.
    """
    names = _names_of(source)
    places = list(names)
    shared = {
        index: places[place] for index, place in shared_classes([str(n) for n in names.values()], categories).items()
    }
    made = _class_rows(network)
    learnt = _class_rows(source)
    network.load(source, verbose=False)
    rows = {}
    for key, value in _class_rows(network).items():
        # Where the engine made the head as wide as the source's, the layer of rows was made anew with it.
        fresh = made[key] if made[key].shape == value.shape else _fresh_rows(key, value, made)
        for ours, other in shared.items():
            fresh[ours] = learnt[key][other].to(fresh.dtype)
        rows[key] = fresh
    network.load_state_dict(rows, strict=False)
    return shared


def _class_rows(network: Any) -> dict[str, torch.Tensor]:
    """The tensors with a row for each class."""
    return {key: value.clone() for key, value in network.state_dict().items() if _CLASS_ROWS.search(key)}


def _fresh_rows(key: str, like: torch.Tensor, made: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Random rows of another width; the biases, which have none, are those that the network was made with."""
    if like.ndim == 1:
        return made[key].clone()
    return torch.nn.Conv2d(like.shape[1], like.shape[0], like.shape[2]).weight.detach().clone()


def load_foreign(path: Path) -> Any:
    """The network in a .pt file, read through the engine's allow-list of classes. Raises WeightsError."""
    if path.suffix != ".pt":
        raise WeightsError(f"{path.name} is not a .pt file.", hint="Choose weights saved by Ultralytics.")
    if not path.is_file():
        raise WeightsError(f"{path} is missing.", hint="Choose the weights again.")
    try:
        network, _ = load_checkpoint(path)
    except Exception as error:  # hostile bytes can raise anything while they are parsed
        raise WeightsError(
            f"{path.name} was refused: it is damaged, or holds more than the numbers of a known network. "
            f"Nothing in it was executed.",
            hint="Choose weights saved by Ultralytics.",
        ) from error
    if not isinstance(network, DetectionModel):
        raise WeightsError(f"{path.name} is a {type(network).__name__}, not a detector or segmenter.")
    return network


def _version_network(start: Start, architecture: str) -> tuple[Any, str]:
    assert start.weights is not None
    if start.model is None:
        raise WeightsError("The starting version has no model.json.", hint="Choose another version.")
    found = str(start.model.get("architecture", "?"))
    name = str(start.model.get("label") or start.model.get("name") or "the starting version")
    if found != architecture:
        raise _other_architecture(name, found, architecture)
    return rebuild_network(start.weights, start.model), name


def _check_fit(source: Any, network: Any, name: str, architecture: str) -> None:
    """Everything before the head must have the same shapes."""
    head = f"model.{len(network.model) - 1}."
    ours = {key: value.shape for key, value in network.state_dict().items() if not key.startswith(head)}
    theirs = {key: value.shape for key, value in source.state_dict().items()}
    if any(theirs.get(key) != shape for key, shape in ours.items()):
        raise _other_architecture(name, _architecture_of(source), architecture)


def _architecture_of(network: Any) -> str:
    stem = Path(str(getattr(network, "yaml", {}).get("yaml_file", ""))).stem
    return stem or "another architecture"


def _other_architecture(name: str, found: str, wanted: str) -> WeightsError:
    return WeightsError(
        f"{name} is {found}; this run trains {wanted}. The weights cannot be loaded.",
        hint="Choose the same family and size in the configuration, or other weights.",
        code=OTHER_ARCHITECTURE,
    )


def _names_of(network: Any) -> Mapping[int, str]:
    names = getattr(network, "names", {})
    return names if isinstance(names, dict) else dict(enumerate(names))


def _listed(names: Any) -> str:
    listed = [str(name) for name in names]
    return ", ".join(listed[:8]) + (f" and {len(listed) - 8} more" if len(listed) > 8 else "")


def _as_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
