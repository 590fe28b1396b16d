"""What a model found: single objects, the objects of an image beside its ground truth, and all of a set as columns.

Predictions are never ground truth. They are kept in packs (core.packs), one record an image, and name their source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.ids import PredictionSetId, ProjectId, RunId, SnapshotId, VersionId
from core.domain.imports import Problem
from core.domain.snapshots import SnapshotObject, Split

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PredictedObject:
    """One prediction in pixels of the upright image. `mask` is COCO's compressed RLE at full image resolution."""

    category: int
    confidence: float
    box: Box
    polygon: Polygon | None = None
    mask: Mapping[str, Any] | None = None  # {"size": [height, width], "counts": str}
    is_whole: bool = False  # a label of the image as a whole; `box` is then all of it

    @property
    def geometry(self) -> Geometry:
        """What is drawn: the outline where there is one; None of the image as a whole."""
        return None if self.is_whole else self.polygon or self.box


@dataclass(frozen=True, slots=True)
class PredictedImage:
    """An image that was looked at. `key` is its path in the project, or its whole path where it belongs to none."""

    key: str
    sha256: str  # of the file's bytes, "" when not known
    width: int  # upright
    height: int
    split: Split | None = None
    n_predictions: int = 0
    n_truths: int = 0


@dataclass(frozen=True, slots=True)
class MaskPairs:
    """IoU of the masks of an image, of all classes, where it is 0.1 or more: rows of predictions and of truths. Of the
    boxes as they are turned, where the task is about oriented boxes."""

    prediction: Integers
    truth: Integers
    iou: Floats


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image of a pack. `truths` is empty where nothing was measured against. `mask_pairs` is None where
    upright boxes decide."""

    image: PredictedImage
    predictions: tuple[PredictedObject, ...]  # by falling confidence
    truths: tuple[SnapshotObject, ...] = ()
    mask_pairs: MaskPairs | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ObjectTable:
    """All objects of a set, a column each; rows lie image by image, an image's predictions by falling confidence. Every
    number is finite.

    Boxes are (n, 4) as x0, y0, x1, y1 in pixels; categories are indices into `categories`, and a truth of none is left
    out. `areas` are those of the masks where the task has masks, of the turned boxes where it is about those, else of
    the boxes. `mask_pairs` counts rows of the whole table; None where upright boxes decide.
    """

    categories: tuple[str, ...]
    images: tuple[PredictedImage, ...]
    prediction_images: Integers  # index into images
    prediction_categories: Integers
    confidences: Floats
    prediction_boxes: Floats
    prediction_areas: Floats
    truth_images: Integers
    truth_categories: Integers
    truth_boxes: Floats
    truth_areas: Floats
    is_crowd: Booleans
    mask_pairs: MaskPairs | None = None
    labels: bool = False  # of regions, which overlap wholly or not at all
    is_exclusive: bool = False  # of labels: one class a region, the surest

    @property
    def n_images(self) -> int:
        return len(self.images)

    @property
    def n_predictions(self) -> int:
        return len(self.confidences)

    @property
    def n_truths(self) -> int:
        return len(self.is_crowd)

    def predictions_of(self, image: int) -> slice:
        """The rows of an image's predictions."""
        first, last = np.searchsorted(self.prediction_images, (image, image + 1))
        return slice(int(first), int(last))

    def truths_of(self, image: int) -> slice:
        """The rows of an image's ground truth."""
        first, last = np.searchsorted(self.truth_images, (image, image + 1))
        return slice(int(first), int(last))


class SetKind(StrEnum):
    """How predictions came to be."""

    TRAINING = "training"  # a training's own evaluations
    PREDICTION = "prediction"  # "Predict on..."
    EVALUATION = "evaluation"  # "Evaluate on..."
    IMPORT = "import"  # read from a file that another program wrote


@dataclass(frozen=True)
class PredictionSet:
    """A row of the registry about a pack. `name` is the source in words: a version's label, or an import's name.

    `version_label` stays when the version is deleted. `settings` holds confidence, IoU of suppression, tiles.
    """

    id: PredictionSetId
    kind: SetKind
    name: str
    created_at: datetime
    categories: tuple[str, ...]
    n_images: int
    n_predictions: int
    n_bytes: int
    version: VersionId | None = None
    version_label: str = ""
    worker: str = ""
    run: RunId | None = None
    project: ProjectId | None = None
    snapshot: SnapshotId | None = None
    split: Split | None = None
    has_truth: bool = False
    has_masks: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def title(self) -> str:
        """The source, and the set where it is one of a training."""
        return f"{self.name}, {self.split.value}" if self.split is not None else self.name


@dataclass(frozen=True, slots=True)
class ImportedPredictions:
    """A set that was read from a file, with what has to be said of it."""

    set: PredictionSet
    n_read: int
    n_kept: int
    problems: tuple[Problem, ...] = ()
