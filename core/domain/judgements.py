"""What a person decides while looking at predictions: tags of images, verdicts on labels, accepted predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.domain.geometry import Box, Geometry
from core.domain.ids import AnnotationId, CategoryId, ImageId, PredictionSetId, VersionId
from core.domain.suspicions import SuspicionKind

LABEL_SUSPICIOUS = "label suspicious"
HARD_CASE = "hard case"
EXCLUDE = "exclude"
"""An image with this tag is left out of training data."""

TRAIN_TAG = "train"
VALIDATION_TAG = "validation"
TEST_TAG = "test"
SPLIT_TAGS = (TRAIN_TAG, VALIDATION_TAG, TEST_TAG)
"""What an image is for. One without any of them is in the "missing subset"."""

USUAL_TAGS = (*SPLIT_TAGS, HARD_CASE, EXCLUDE, LABEL_SUSPICIOUS)
MAX_TAG = 40
"""Characters."""

SAME_OBJECT_IOU = 0.9
"""Two objects of one class on one image whose boxes overlap so much are one and the same object."""


@dataclass(frozen=True, slots=True)
class ImageTag:
    image: ImageId
    tag: str
    created_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class TaggedImage:
    """A line of the list of tagged images."""

    path: str  # relative to the project's root
    tag: ImageTag


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored prediction on an image of the project that nobody judged yet. `number` is its place on its image."""

    image: ImageId
    path: str
    place: int  # of the image in the pack
    number: int
    category: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person made of a prediction before accepting it; None = as it was predicted."""

    category: str | None = None
    geometry: Geometry = None


@dataclass(frozen=True, slots=True)
class ModelAnnotation:
    """An accepted prediction. It is no ground truth: it is shown, counted and trained with apart."""

    id: AnnotationId
    image: ImageId
    category: CategoryId
    geometry: Geometry
    confidence: float | None
    source: str  # the version or set in words, "" when neither is known any more
    reviewed_at: datetime | None
    is_corrected: bool
    version: VersionId | None = None
    set: PredictionSetId | None = None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A label of the project that may be wrong. `category` and `box` are the annotation's, or those of the prediction
    where one is missing; `candidate` is the prediction, where there is one."""

    image: ImageId
    path: str
    kind: SuspicionKind
    category: str
    box: Box
    score: float  # 0 to 1, higher is likelier; no probability
    text: str
    candidate: Candidate | None = None


class Verdict(StrEnum):
    WRONG = "label is wrong"
    RIGHT = "label is right"
    UNSURE = "unsure"
    REJECTED = "rejected"  # of a prediction in the review queue


KIND_WORDS: Mapping[SuspicionKind, str] = {
    SuspicionKind.MISSING: "likely missing",
    SuspicionKind.EXTRA: "likely extra",
    SuspicionKind.MISLABELLED: "likely another class",
    SuspicionKind.MISPLACED: "likely badly placed",
}
