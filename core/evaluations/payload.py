"""What an evaluation's request carries beside what every run's does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.dataset_uses import DatasetUse, use_from_json
from core.domain.ids import PredictionSetId, ProjectId, SnapshotId, VersionId
from core.domain.snapshots import Split
from core.errors import RunError
from core.home import found_in_home, told_in_home


@dataclass(frozen=True, slots=True)
class EvaluationPayload:
    """`published` is the version's folder, `pack` becomes the file of the predictions, `splits` are those of the frozen
    dataset that are measured, together, and `where` says in words which images they are. `dataset` is the one that a
    person froze, where what is measured was taken from one."""

    set: PredictionSetId
    label: str  # of the version, with its model's name
    version: VersionId
    published: Path
    pack: Path
    snapshot: SnapshotId
    manifest: Path
    images_root: Path
    project: ProjectId  # whose images they are
    splits: tuple[Split, ...]
    where: str
    name: str
    note: str
    max_detections: int
    snapshot_label: str = ""
    dataset: DatasetUse | None = None

    @property
    def split(self) -> Split:
        """As what the measurement is listed: images that no set is named for are test images."""
        return self.splits[0] if len(self.splits) == 1 else Split.TEST

    def to_json(self, home: Path) -> dict[str, Any]:
        """Paths in the home are told relative to it."""
        return {
            "set": self.set,
            "label": self.label,
            "version": self.version,
            "published": told_in_home(self.published, home),
            "pack": told_in_home(self.pack, home),
            "snapshot": self.snapshot,
            "manifest": told_in_home(self.manifest, home),
            "images_root": told_in_home(self.images_root, home),
            "project": self.project,
            "splits": [split.value for split in self.splits],
            "where": self.where,
            "name": self.name,
            "note": self.note,
            "max_detections": self.max_detections,
            "snapshot_label": self.snapshot_label,
            "dataset": self.dataset.to_json() if self.dataset else None,
        }


def payload_from_json(value: Mapping[str, Any], home: Path) -> EvaluationPayload:
    """`home` is where the run's folder lies. Raises RunError when something is missing or of another kind."""
    try:
        return EvaluationPayload(
            set=PredictionSetId(value["set"]),
            label=str(value["label"]),
            version=VersionId(value["version"]),
            published=found_in_home(value["published"], home),
            pack=found_in_home(value["pack"], home),
            snapshot=SnapshotId(value["snapshot"]),
            manifest=found_in_home(value["manifest"], home),
            images_root=found_in_home(value["images_root"], home),
            project=ProjectId(value["project"]),
            splits=tuple(Split(name) for name in value["splits"]),
            where=str(value["where"]),
            name=str(value["name"]),
            note=str(value["note"]),
            max_detections=int(value["max_detections"]),
            snapshot_label=str(value.get("snapshot_label", "")),  # both were not told at first
            dataset=use_from_json(value.get("dataset")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"The evaluation's request is damaged ({error!r}).") from error
