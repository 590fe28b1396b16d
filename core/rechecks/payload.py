"""What a recheck's request carries beside what every run's does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.ids import SnapshotId
from core.domain.snapshots import Split
from core.errors import RunError


@dataclass(frozen=True, slots=True)
class RecheckPayload:
    """`published` is the version's folder, `predictions` what it predicted on the images of `split` when measured."""

    label: str  # of the version, with its model's name
    published: Path
    predictions: Path
    snapshot: SnapshotId
    manifest: Path
    images_root: Path
    split: Split
    max_detections: int

    def to_json(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "published": str(self.published),
            "predictions": str(self.predictions),
            "snapshot": self.snapshot,
            "manifest": str(self.manifest),
            "images_root": str(self.images_root),
            "split": self.split.value,
            "max_detections": self.max_detections,
        }


def payload_from_json(value: Mapping[str, Any]) -> RecheckPayload:
    """Raises RunError when something is missing or of another kind."""
    try:
        return RecheckPayload(
            label=value["label"],
            published=Path(value["published"]),
            predictions=Path(value["predictions"]),
            snapshot=SnapshotId(value["snapshot"]),
            manifest=Path(value["manifest"]),
            images_root=Path(value["images_root"]),
            split=Split(value["split"]),
            max_detections=int(value["max_detections"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"The recheck's request is damaged ({error!r}).") from error
