"""What a training's request carries beside what every run's does: written by Start, read by the child."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.ids import SnapshotId, TaskId, VersionId
from core.domain.training import StartKind, TrainingDraft
from core.domain.workers import ConfigValue
from core.errors import RunError
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

    def to_json(self) -> dict[str, Any]:
        return {
            "task": self.task,
            "categories": list(self.categories),
            "configuration": dict(self.configuration),
            "configuration_name": self.configuration_name,
            "snapshot": self.snapshot,
            "snapshot_label": self.snapshot_label,
            "manifest": str(self.manifest),
            "images_root": str(self.images_root),
            "start": self.start.value,
            "start_text": self.start_text,
            "weights": str(self.weights) if self.weights else None,
            "pretrained": self.pretrained,
            "may_download": self.may_download,
            "weights_folder": str(self.weights_folder),
            "store": str(self.store),
            "parent": self.parent,
            "parent_label": self.parent_label,
            "model_name": self.model_name,
            "model_description": self.model_description,
            "version_label": self.version_label,
            "max_detections": self.max_detections,
            "draft": draft_to_json(self.draft),
        }


def payload_from_json(value: Mapping[str, Any]) -> TrainingPayload:
    """Raises RunError when something is missing or of another kind."""
    try:
        return TrainingPayload(
            task=TaskId(value["task"]),
            categories=tuple(value["categories"]),
            configuration=dict(value["configuration"]),
            configuration_name=value["configuration_name"],
            snapshot=SnapshotId(value["snapshot"]),
            snapshot_label=value["snapshot_label"],
            manifest=Path(value["manifest"]),
            images_root=Path(value["images_root"]),
            start=StartKind(value["start"]),
            start_text=value["start_text"],
            weights=Path(value["weights"]) if value["weights"] else None,
            pretrained=value["pretrained"],
            may_download=bool(value["may_download"]),
            weights_folder=Path(value["weights_folder"]),
            store=Path(value["store"]),
            parent=VersionId(value["parent"]) if value["parent"] else None,
            parent_label=value["parent_label"],
            model_name=value["model_name"],
            model_description=value["model_description"],
            version_label=value["version_label"],
            max_detections=int(value["max_detections"]),
            draft=draft_from_json(value["draft"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"The training's request is damaged ({error!r}).") from error
