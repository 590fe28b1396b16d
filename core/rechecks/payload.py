"""What a recheck's request carries beside what every run's does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.ids import SnapshotId
from core.domain.snapshots import Split
from core.errors import RunError
from core.home import found_in_home, told_in_home


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

    def to_json(self, home: Path) -> dict[str, Any]:
        """Paths in the home are told relative to it."""
        return {
            "label": self.label,
            "published": told_in_home(self.published, home),
            "predictions": told_in_home(self.predictions, home),
            "snapshot": self.snapshot,
            "manifest": told_in_home(self.manifest, home),
            "images_root": told_in_home(self.images_root, home),
            "split": self.split.value,
            "max_detections": self.max_detections,
        }


def payload_from_json(value: Mapping[str, Any], home: Path) -> RecheckPayload:
    """`home` is where the run's folder lies. Raises RunError when something is missing or of another kind."""
    try:
        published = Path(value["published"])
        written_in = published.parent.parent if published.is_absolute() else None

        def found(text: str) -> Path:
            return found_in_home(text, home, written_in=written_in)

        return RecheckPayload(
            label=value["label"],
            published=found(value["published"]),
            predictions=found(value["predictions"]),
            snapshot=SnapshotId(value["snapshot"]),
            manifest=found(value["manifest"]),
            images_root=found(value["images_root"]),
            split=Split(value["split"]),
            max_detections=int(value["max_detections"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"The recheck's request is damaged ({error!r}).") from error
