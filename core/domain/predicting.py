"""What "Predict on..." is asked, and what can be said of it beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.domain.ids import ImageId, ProjectId, VersionId
from core.domain.thresholds import VersionThreshold

KEPT_FROM = 0.01
"""Least confidence that is kept: below the threshold too, so that it can be lowered afterwards."""

DEFAULT_IOU = 0.7
DEFAULT_TILE, DEFAULT_OVERLAP = 1024, 128
LEAST_TILE, MOST_TILE = 64, 8192


@dataclass(frozen=True, slots=True)
class Tiling:
    """Large images are looked at piece by piece. All in pixels of the upright image."""

    size: int = DEFAULT_TILE
    overlap: int = DEFAULT_OVERLAP
    with_whole: bool = False  # the image is also looked at as a whole, for what is larger than a tile


@dataclass(frozen=True, slots=True)
class PredictionDraft:
    """Which version looks at which images. Either a project (all of it, some folders, or some images) or `paths`, which
    are files and folders on the disk. `confidence` None = the version's own thresholds. `device` "" = the training's.
    """

    version: VersionId
    project: ProjectId | None = None
    folders: tuple[str, ...] = ()
    images: tuple[ImageId, ...] = ()
    paths: tuple[Path, ...] = ()
    device: str = ""
    confidence: float | None = None
    kept_from: float = KEPT_FROM
    iou: float = DEFAULT_IOU
    max_detections: int = 300  # of an image, or of a tile
    tiling: Tiling | None = None


@dataclass(frozen=True, slots=True)
class PredictionSurvey:
    """What a draft would do. `seconds` is None where nobody has measured yet."""

    label: str  # of the version, with its model's name
    where: str  # "test", "12 chosen images", "3 files"
    n_images: int
    threshold: VersionThreshold  # the version's own
    device: str
    imgsz: int | None = None
    seconds: float | None = None
