"""What the network of one epoch predicts on the pinned images of a training, and what became of each object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.domain.outcomes import Counts, States, Thresholds
from core.domain.predictions import Floats, ImageRecord, Integers


@dataclass(frozen=True, slots=True, eq=False)
class SeenOutcome:
    """Of one image, in the order of its record's predictions and truths; partners are rows of the other, -1 = none."""

    prediction_states: States
    prediction_truths: Integers
    prediction_ious: Floats
    truth_states: States
    truth_predictions: Integers
    truth_ious: Floats
    counts: Counts


@dataclass(frozen=True, slots=True, eq=False)
class SeenImage:
    """`picture` is the run's own copy, upright and perhaps reduced; it may be missing."""

    record: ImageRecord
    picture: Path
    outcome: SeenOutcome | None = None  # None where its ground truth cannot be compared


@dataclass(frozen=True, slots=True, eq=False)
class SeenEpoch:
    epoch: int  # from 1
    categories: tuple[str, ...]
    images: tuple[SeenImage, ...]
    thresholds: Thresholds
    least_confidence: float = 0.0  # of what was kept
    labels: bool = False  # of whole images or of given shapes, in place of objects


@dataclass(frozen=True, slots=True)
class PinCandidate:
    """An image of a training's validation set."""

    key: str  # its path in the project
    n_objects: int
    is_pinned: bool = False
