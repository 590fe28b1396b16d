"""What a prediction's request carries beside what every run's does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.domain.ids import PredictionSetId, ProjectId, VersionId
from core.domain.predicting import Tiling
from core.errors import RunError
from core.home import found_in_home, told_in_home

IMAGES_FILE = "images.jsonl"
"""In the run's folder: the images to look at, a line each."""


@dataclass(frozen=True, slots=True)
class PredictionPayload:
    """`published` is the version's folder, `pack` becomes the file of the predictions.

    An object counts from `confidence` on, those of a class in `by_category` from theirs, all from `kept_from` on are
    kept. `images_root` is None where images are named by whole paths. `where` says in words which images they are.
    """

    set: PredictionSetId
    label: str  # of the version, with its model's name
    version: VersionId
    published: Path
    pack: Path
    images_root: Path | None
    project: ProjectId | None
    where: str
    n_images: int
    has_truth: bool
    confidence: float
    by_category: Mapping[str, float]
    kept_from: float
    iou: float
    max_detections: int
    tiling: Tiling | None

    def to_json(self, home: Path) -> dict[str, Any]:
        """Paths in the home are told relative to it."""
        tiling = self.tiling
        return {
            "set": self.set,
            "label": self.label,
            "version": self.version,
            "published": told_in_home(self.published, home),
            "pack": told_in_home(self.pack, home),
            "images_root": None if self.images_root is None else told_in_home(self.images_root, home),
            "project": self.project,
            "where": self.where,
            "n_images": self.n_images,
            "has_truth": self.has_truth,
            "confidence": self.confidence,
            "by_category": dict(self.by_category),
            "kept_from": self.kept_from,
            "iou": self.iou,
            "max_detections": self.max_detections,
            "tiling": tiling and {"size": tiling.size, "overlap": tiling.overlap, "with_whole": tiling.with_whole},
        }


def payload_from_json(value: Mapping[str, Any], home: Path) -> PredictionPayload:
    """`home` is where the run's folder lies. Raises RunError when something is missing or of another kind."""
    try:
        tiling, root = value["tiling"], value["images_root"]
        return PredictionPayload(
            set=PredictionSetId(value["set"]),
            label=str(value["label"]),
            version=VersionId(value["version"]),
            published=found_in_home(value["published"], home),
            pack=found_in_home(value["pack"], home),
            images_root=None if root is None else found_in_home(root, home),
            project=None if value["project"] is None else ProjectId(value["project"]),
            where=str(value["where"]),
            n_images=int(value["n_images"]),
            has_truth=bool(value["has_truth"]),
            confidence=float(value["confidence"]),
            by_category={str(name): float(least) for name, least in value["by_category"].items()},
            kept_from=float(value["kept_from"]),
            iou=float(value["iou"]),
            max_detections=int(value["max_detections"]),
            tiling=tiling and Tiling(int(tiling["size"]), int(tiling["overlap"]), bool(tiling["with_whole"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"The prediction's request is damaged ({error!r}).") from error
