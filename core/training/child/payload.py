"""What a training's request carries beside what every run's does: written by Start, read by the child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.dataset_uses import DatasetUse, use_from_json
from core.domain.ids import SnapshotId, TaskId, VersionId
from core.domain.licences import LicenceLine
from core.domain.training import StartKind, TrainingDraft
from core.domain.workers import ConfigValue
from core.errors import RunError
from core.home import found_in_home, told_in_home
from core.models.licences import from_json, to_json
from core.training.draft.draft_json import draft_from_json, draft_to_json


@dataclass(frozen=True, slots=True)
class TrainingPayload:
    """`configuration` is complete. `weights` is the local file to start from, None for scratch and for published
    weights, which the child looks up (or fetches) under the name `pretrained`."""

    task: TaskId
    categories: tuple[str, ...]
    configuration: Mapping[str, ConfigValue]
    configuration_name: str
    snapshot: SnapshotId
    snapshot_label: str
    manifest: Path
    images_root: Path
    start: StartKind
    start_text: str  # in words, for the model card
    weights: Path | None
    pretrained: str
    may_download: bool
    weights_folder: Path
    store: Path  # of published versions
    parent: VersionId | None
    parent_label: str
    model_name: str
    model_description: str
    version_label: str
    max_detections: int
    draft: TrainingDraft
    licences: tuple[LicenceLine, ...] = ()  # of the network and of the start
    dataset: DatasetUse | None = None  # that the data were taken from

    def to_json(self, home: Path) -> dict[str, Any]:
        """Paths in the home are told relative to it: a copy of it must not write into the original."""
        return {
            "task": self.task,
            "categories": list(self.categories),
            "configuration": dict(self.configuration),
            "configuration_name": self.configuration_name,
            "snapshot": self.snapshot,
            "snapshot_label": self.snapshot_label,
            "manifest": told_in_home(self.manifest, home),
            "images_root": told_in_home(self.images_root, home),
            "start": self.start.value,
            "start_text": self.start_text,
            "weights": told_in_home(self.weights, home) if self.weights else None,
            "pretrained": self.pretrained,
            "may_download": self.may_download,
            "weights_folder": told_in_home(self.weights_folder, home),
            "store": told_in_home(self.store, home),
            "parent": self.parent,
            "parent_label": self.parent_label,
            "model_name": self.model_name,
            "model_description": self.model_description,
            "version_label": self.version_label,
            "max_detections": self.max_detections,
            "draft": draft_to_json(self.draft),
            "licences": to_json(self.licences),
            "dataset": self.dataset.to_json() if self.dataset else None,
        }


def payload_from_json(value: Mapping[str, Any], home: Path) -> TrainingPayload:
    """`home` is where the run's folder lies. Raises RunError when something is missing or of another kind."""
    try:
        store = Path(value["store"])
        written_in = store.parent if store.is_absolute() else None

        def found(text: str) -> Path:
            return found_in_home(text, home, written_in=written_in)

        return TrainingPayload(
            task=TaskId(value["task"]),
            categories=tuple(value["categories"]),
            configuration=dict(value["configuration"]),
            configuration_name=value["configuration_name"],
            snapshot=SnapshotId(value["snapshot"]),
            snapshot_label=value["snapshot_label"],
            manifest=found(value["manifest"]),
            images_root=found(value["images_root"]),
            start=StartKind(value["start"]),
            start_text=value["start_text"],
            weights=found(value["weights"]) if value["weights"] else None,
            pretrained=value["pretrained"],
            may_download=bool(value["may_download"]),
            weights_folder=found(value["weights_folder"]),
            store=found(value["store"]),
            parent=VersionId(value["parent"]) if value["parent"] else None,
            parent_label=value["parent_label"],
            model_name=value["model_name"],
            model_description=value["model_description"],
            version_label=value["version_label"],
            max_detections=int(value["max_detections"]),
            draft=draft_from_json(value["draft"]),
            licences=from_json(value.get("licences", ())),  # absent before there was a shelf of weights
            dataset=use_from_json(value.get("dataset")),  # absent before there were datasets
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RunError(f"The training's request is damaged ({error!r}).") from error
