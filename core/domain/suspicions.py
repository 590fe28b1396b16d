"""Annotations that may be wrong, as predictions make one think. A suspicion changes nothing; a person judges it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.domain.geometry import Box


class SuspicionKind(StrEnum):
    """Stored with what a person decided."""

    MISSING = "missing"  # a sure prediction where nothing is annotated
    EXTRA = "extra"  # an annotation that nothing predicts
    MISLABELLED = "mislabelled"  # a sure prediction of another class on it
    MISPLACED = "misplaced"  # a sure prediction of the class that overlaps it only in part


@dataclass(frozen=True, slots=True)
class LabelSuspicion:
    """Rows are those of the ObjectTable; -1 where there is no such object.

    `category` and `box` are those of the annotation, of the prediction where one is missing. `score` runs from 0 to 1,
    higher is likelier; it is no probability. `text` is a sentence.
    """

    image: int
    kind: SuspicionKind
    category: int
    box: Box
    truth: int
    prediction: int
    score: float
    text: str
