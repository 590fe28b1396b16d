"""What of a study is listed, in which order, and at which thresholds: one question, and its one answer for everybody.

Image rows count `ObjectTable.images`; rows of predictions and truths are those of its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.domain.analysis import Calibration, CocoSummary, ErrorCost, Histogram, PrecisionRecall, ThresholdCurves
from core.domain.outcomes import ConfusionMatrix, Counts, ImageScores, Outcomes, PredictionState, Thresholds, TruthState
from core.domain.predictions import Booleans, Integers
from core.domain.snapshots import Split


class ListOrder(StrEnum):
    """How images (and patches) are sorted."""

    ERRORS = "errors"
    FALSE_POSITIVES = "fp"
    MISSED = "fn"
    LOWEST_F1 = "f1"
    HIGHEST_FALSE_POSITIVE = "highest-fp"
    NEAREST_THRESHOLD = "nearest"
    DISAGREEMENT = "disagreement"  # of two sets of predictions
    NAME = "name"


ORDER_TITLES: Mapping[ListOrder, str] = {
    ListOrder.ERRORS: "Most errors",
    ListOrder.FALSE_POSITIVES: "Most false positives",
    ListOrder.MISSED: "Most missed",
    ListOrder.LOWEST_F1: "Lowest F1",
    ListOrder.HIGHEST_FALSE_POSITIVE: "Surest false positive",
    ListOrder.NEAREST_THRESHOLD: "Nearest the threshold",
    ListOrder.DISAGREEMENT: "Largest disagreement A–B",
    ListOrder.NAME: "Name",
}


class ObjectOutcome(StrEnum):
    """What an object is listed for: its outcome, or one kind of error."""

    TP = "tp"
    FP = "fp"
    FN = "fn"
    WRONG_CLASS = "cls"
    BADLY_PLACED = "loc"
    BOTH = "both"
    TWICE = "dup"
    NOTHING_THERE = "bkg"


OUTCOME_TITLES: Mapping[ObjectOutcome, str] = {
    ObjectOutcome.TP: "True positives",
    ObjectOutcome.FP: "False positives",
    ObjectOutcome.FN: "Missed",
    ObjectOutcome.WRONG_CLASS: "Wrong class",
    ObjectOutcome.BADLY_PLACED: "Badly placed",
    ObjectOutcome.BOTH: "Wrong class and badly placed",
    ObjectOutcome.TWICE: "Found twice",
    ObjectOutcome.NOTHING_THERE: "Nothing is there",
}

ERROR_STATES: Mapping[ObjectOutcome, tuple[PredictionState, TruthState | None]] = {
    ObjectOutcome.WRONG_CLASS: (PredictionState.FP_CLASS, TruthState.MISSED_CLASS),
    ObjectOutcome.BADLY_PLACED: (PredictionState.FP_LOC, TruthState.MISSED_LOC),
    ObjectOutcome.BOTH: (PredictionState.FP_BOTH, None),
    ObjectOutcome.TWICE: (PredictionState.FP_DUP, None),
    ObjectOutcome.NOTHING_THERE: (PredictionState.FP_BKG, None),
}
"""The prediction's state of each kind of error, and that of the object that it explains."""


class ObjectSize(StrEnum):
    """COCO's: by the area of the object in square pixels."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


SIZE_TITLES: Mapping[ObjectSize, str] = {
    ObjectSize.SMALL: "Small (below 32²)",
    ObjectSize.MEDIUM: "Medium (32² to 96²)",
    ObjectSize.LARGE: "Large (above 96²)",
}


class ImageChange(StrEnum):
    """What a second set of predictions made of an image: wrong = it has a false positive or something missed."""

    FIXED = "fixed"  # wrong in A, right in B
    BROKEN = "broken"
    BOTH_WRONG = "both-wrong"
    BOTH_RIGHT = "both-right"


CHANGE_TITLES: Mapping[ImageChange, str] = {
    ImageChange.FIXED: "Fixed",
    ImageChange.BROKEN: "Broken",
    ImageChange.BOTH_WRONG: "Both wrong",
    ImageChange.BOTH_RIGHT: "Both right",
}


@dataclass(frozen=True, slots=True, eq=False)
class ChosenObjects:
    """What was picked in a chart or in the matrix; `text` says it in words: "illustration taken for text line"."""

    predictions: Integers
    truths: Integers
    text: str


@dataclass(frozen=True, slots=True)
class ListFilter:
    """All conditions hold together. Those on objects hold of one and the same object; None does not restrict."""

    category: int | None = None
    outcome: ObjectOutcome | None = None
    size: ObjectSize | None = None
    chosen: ChosenObjects | None = None
    split: Split | None = None
    tag: str = ""
    name: str = ""  # a part of the image's path
    change: ImageChange | None = None

    @property
    def asks_for_objects(self) -> bool:
        return any(one is not None for one in (self.category, self.outcome, self.size, self.chosen))

    @property
    def is_empty(self) -> bool:
        return self == ListFilter()


@dataclass(frozen=True, slots=True)
class StudyQuestion:
    """What the page wants to be told. `tagged` are the image rows that have the filter's tag."""

    thresholds: Thresholds
    filter: ListFilter = field(default_factory=ListFilter)
    order: ListOrder = ListOrder.ERRORS
    wants_patches: bool = False
    tagged: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Single objects in the order of the list: rows of truths where `is_truth`, else of predictions."""

    is_truth: Booleans
    rows: Integers
    images: Integers

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class SecondAnswer:
    """The same images by predictions B. `changes` counts the images of each kind; `delta_f1` is B minus A."""

    outcomes: Outcomes
    counts: Counts
    scores: ImageScores
    delta_f1: npt.NDArray[np.float64]
    changes: Mapping[ImageChange, int]


@dataclass(frozen=True, slots=True, eq=False)
class StudyAnswer:
    """Everything that a move of a slider changes. `images` are the rows that pass the filter, in their order."""

    question: StudyQuestion
    outcomes: Outcomes
    counts: Counts
    scores: ImageScores
    matrix: ConfusionMatrix
    images: Integers
    patches: Patches | None = None
    second: SecondAnswer | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StudyCurves:
    """What the charts beside a study show: at one IoU for all confidences; histograms at the present thresholds."""

    thresholds: ThresholdCurves
    precision_recall: PrecisionRecall
    score_histogram: Histogram
    iou_histogram: Histogram
    calibration: Calibration
    errors: tuple[ErrorCost, ...] = ()
    coco: CocoSummary | None = None
