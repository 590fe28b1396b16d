"""What a study of a set of predictions says beside its table: curves, histograms, costs of errors, and how sure it is.

Arrays are NaN where nothing was measured; no number is ever 0 for want of a measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.domain.outcomes import PredictionState
from core.domain.predictions import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdCurves:
    """Precision, recall and F1 at every confidence of `confidences` (0 to 1 in steps of 0.01), at one IoU.

    Shapes (classes + 1, steps); the first row is that of all classes: of all objects together.
    `best` is the confidence at which F1 is highest, per row, and `best_f1` what it is there; NaN without an instance.
    """

    confidences: Floats
    precision: Floats
    recall: Floats
    f1: Floats
    best: Floats
    best_f1: Floats
    iou: float


@dataclass(frozen=True, slots=True, eq=False)
class PrecisionRecall:
    """Precision at 101 levels of recall, COCO's interpolation. Shape (classes + 1, 101), the first row the mean."""

    recall: Floats
    precision: Floats
    ap: Floats  # (classes + 1,)
    iou: float


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """`parts` are shown on top of each other: "TP" and "FP", or the one there is. Edges are one more than bins."""

    edges: Floats
    parts: Mapping[str, Integers]


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How often predictions of a confidence are right. Bins without a prediction are NaN."""

    edges: Floats
    confidence: Floats  # mean of the bin
    accuracy: Floats  # share of true positives
    n: Integers
    error: float | None  # ECE: mean distance of the two, weighted by n; None without predictions


@dataclass(frozen=True, slots=True)
class CocoNumbers:
    """The twelve numbers that COCO's own evaluation prints, of all classes or of one; None = not measured.

    AP is the mean over IoU 0.50 to 0.95; small, medium and large objects are below 32 x 32, up to 96 x 96, and above.
    """

    ap: float | None
    ap50: float | None
    ap75: float | None
    ap_small: float | None
    ap_medium: float | None
    ap_large: float | None
    ar1: float | None  # highest recall with the surest detection of each image and class
    ar10: float | None
    ar100: float | None
    ar_small: float | None
    ar_medium: float | None
    ar_large: float | None


@dataclass(frozen=True, slots=True)
class CocoSummary:
    """`limits` are the detections of an image and class that AR1, AR10 and AR100 look at; AP looks at the last."""

    overall: CocoNumbers
    by_category: tuple[CocoNumbers, ...]
    limits: tuple[int, int, int] = (1, 10, 100)


@dataclass(frozen=True, slots=True)
class ErrorCost:
    """One of TIDE's errors: how many there are, and the AP50 that mending them all would give back."""

    kind: str  # "cls", "loc", "both", "dupe", "bkg", "miss"
    title: str
    n: int
    ap_cost: float | None


@dataclass(frozen=True, slots=True)
class Interval:
    """Percentile bootstrap over images: where the number would lie for other sets of as many images of the kind."""

    low: float
    high: float
    level: float  # 0.95
    n_images: int
    n_resamples: int

    @property
    def is_wide(self) -> bool:
        """So few images that the interval says little."""
        return self.n_images < 30


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """A number with its interval; `value` None = not measured."""

    value: float | None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """B minus A on the same images, by a paired bootstrap. `n_fixed` images were wrong in A and right in B."""

    measure: str
    a: float | None
    b: float | None
    difference: MeasuredValue
    n_fixed: int
    n_broken: int
    n_both_wrong: int
    n_both_right: int


@dataclass(frozen=True, slots=True)
class Definition:
    """A measure in words that an archivist reads. `formula` may be ""."""

    name: str
    title: str
    text: str
    formula: str = ""


TIDE_KINDS: Mapping[PredictionState, str] = {
    PredictionState.FP_CLASS: "cls",
    PredictionState.FP_LOC: "loc",
    PredictionState.FP_BOTH: "both",
    PredictionState.FP_DUP: "dupe",
    PredictionState.FP_BKG: "bkg",
}
