"""What became of each object in matching: the words and numbers that picture, grid, matrix and curves share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from core.domain.predictions import Floats, Integers

States = npt.NDArray[np.uint8]

MATCHER = "coco-greedy 1"
"""The name and version of the matching, stored beside every number that was made with it."""

NO_PARTNER = -1

LOC_FLOOR = 0.1
"""IoU from which a prediction of no match counts as badly placed rather than as background (TIDE)."""


class PredictionState(IntEnum):
    """Exactly one for each prediction. The values are those of the arrays."""

    BELOW = 0  # confidence under the threshold: it does not exist at this setting
    TP = 1
    FP_CLASS = 2  # lies on an object of another class (IoU of the threshold or more)
    FP_LOC = 3  # the right class, IoU from 0.1 to below the threshold
    FP_BOTH = 4  # another class, and badly placed
    FP_DUP = 5  # its object was found already by a surer prediction
    FP_BKG = 6  # nothing there
    IGNORED = 7  # on a crowd region: neither right nor wrong


class TruthState(IntEnum):
    """Exactly one for each object of the ground truth."""

    CROWD = 0  # costs nothing
    MATCHED = 1
    MISSED = 2
    MISSED_CLASS = 3  # missed, explained by a prediction of another class
    MISSED_LOC = 4  # missed, explained by a badly placed prediction


FALSE_POSITIVES = (
    PredictionState.FP_CLASS,
    PredictionState.FP_LOC,
    PredictionState.FP_BOTH,
    PredictionState.FP_DUP,
    PredictionState.FP_BKG,
)
FALSE_NEGATIVES = (TruthState.MISSED, TruthState.MISSED_CLASS, TruthState.MISSED_LOC)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where predictions begin to count. `by_category` replaces `confidence` for classes that it names (by index)."""

    confidence: float
    iou: float = 0.5
    is_class_aware: bool = True
    by_category: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counts:
    tp: int
    fp: int
    fn: int

    @property
    def precision(self) -> float | None:
        """None when nothing was predicted."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        """None when there is nothing to find."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        """1 for nothing to find and nothing found is the rule of single images (see ImageScores), not of sets."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else None


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Of an ObjectTable at `thresholds`, row by row. Links lead both ways; -1 where there is no partner.

    Sums close: matched + missed = objects that are no crowd; TP + FP = predictions from the confidence up that are not
    ignored.
    """

    thresholds: Thresholds
    prediction_states: States
    prediction_truths: Integers  # the partner, also of FP_CLASS, FP_LOC, FP_BOTH and FP_DUP
    prediction_ious: Floats  # with the partner; 0 without
    truth_states: States
    truth_predictions: Integers
    truth_ious: Floats

    @property
    def counts(self) -> Counts:
        predictions = np.bincount(self.prediction_states, minlength=len(PredictionState))
        truths = np.bincount(self.truth_states, minlength=len(TruthState))
        return Counts(
            int(predictions[PredictionState.TP]),
            int(predictions[list(FALSE_POSITIVES)].sum()),
            int(truths[list(FALSE_NEGATIVES)].sum()),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ImageScores:
    """A column each, a row an image. NaN where a number cannot be stated.

    An image without objects and without predictions has F1 1.
    """

    tp: Integers
    fp: Integers
    fn: Integers
    f1: Floats
    mean_iou: Floats  # of the true positives
    highest_fp: Floats  # confidence
    lowest_tp: Floats  # confidence
    nearest_threshold: Floats  # distance of the prediction that lies nearest to the confidence threshold
    count_errors: Integers  # predicted minus true


@dataclass(frozen=True, slots=True, eq=False)
class ConfusionMatrix:
    """Rows: what is there, the last one "background". Columns: what was predicted, the last one "missed"."""

    categories: tuple[str, ...]
    counts: Integers  # (classes + 1, classes + 1)
    n_images: Integers  # of the same shape: images with at least one of them
    thresholds: Thresholds
    prediction_cells: Integers  # per prediction: row * (classes + 1) + column, -1 when it is in no cell
    truth_cells: Integers  # per truth


OUTCOME_WORDS: Mapping[PredictionState, str] = {
    PredictionState.BELOW: "below the confidence threshold",
    PredictionState.TP: "true positive",
    PredictionState.FP_CLASS: "false positive: wrong class",
    PredictionState.FP_LOC: "false positive: badly placed",
    PredictionState.FP_BOTH: "false positive: wrong class and badly placed",
    PredictionState.FP_DUP: "false positive: found twice",
    PredictionState.FP_BKG: "false positive: nothing is there",
    PredictionState.IGNORED: "not counted: on a crowd region",
}

TRUTH_WORDS: Mapping[TruthState, str] = {
    TruthState.CROWD: "crowd region: not counted",
    TruthState.MATCHED: "found",
    TruthState.MISSED: "missed",
    TruthState.MISSED_CLASS: "missed: found as another class",
    TruthState.MISSED_LOC: "missed: found, but badly placed",
}
