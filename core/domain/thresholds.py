"""From which confidence on a version's predictions count, and who says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.domain.outcomes import Thresholds

USUAL_CONFIDENCE = 0.25
"""Where nobody chose any."""


class ThresholdOrigin(StrEnum):
    """Where a version's threshold comes from."""

    PERSON = "person"  # set as the default of this version
    TRAINING = "training"  # where F1 was highest on the validation images
    TABLE = "table"  # the same, of a version from before thresholds were kept
    USUAL = "usual"  # not chosen


@dataclass(frozen=True, slots=True)
class ChosenThreshold:
    """A person's own default of a version, and of single classes, by name. `confidence` None leaves the training's."""

    confidence: float | None = None
    by_category: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return self.confidence is None and not self.by_category


@dataclass(frozen=True, slots=True)
class VersionThreshold:
    """What holds wherever a version predicts, is exported or served.

    `about` says in a sentence where it comes from. `by_category` are a person's own for single classes, of a tagger
    else the training's. `best` is where F1 was highest on the validation images, and `best_by_category` where that of
    each class was: to compare with, and to go back to; None and empty where it is not known.
    """

    confidence: float
    origin: ThresholdOrigin
    about: str
    by_category: Mapping[str, float] = field(default_factory=dict)
    best: float | None = None
    best_by_category: Mapping[str, float] = field(default_factory=dict)
    f1: float | None = None  # at `best`

    @property
    def is_chosen(self) -> bool:
        """By a person or by a measurement."""
        return self.origin is not ThresholdOrigin.USUAL

    def limits(self, categories: Sequence[str]) -> Mapping[int, float]:
        """The classes with a threshold of their own, by index in `categories`."""
        return {place: self.by_category[name] for place, name in enumerate(categories) if name in self.by_category}

    def at(self, categories: Sequence[str], iou: float = 0.5) -> Thresholds:
        """As the matching wants them."""
        from core.domain.outcomes import Thresholds  # which brings numpy: not with the first list of versions

        return Thresholds(self.confidence, iou, by_category=self.limits(categories))

    def with_chosen(self, chosen: ChosenThreshold) -> VersionThreshold:
        """With a person's own in front."""
        if chosen.is_empty:
            return self
        is_own = chosen.confidence is not None
        about = "Set as the default of this version." if is_own else self.about
        if chosen.by_category:
            about = f"{about} Single classes have one of their own: {_listed(chosen.by_category)}."
        return VersionThreshold(
            confidence=self.confidence if chosen.confidence is None else chosen.confidence,
            origin=ThresholdOrigin.PERSON if is_own else self.origin,
            about=about,
            by_category=dict(chosen.by_category or self.by_category),
            best=self.best,
            best_by_category=self.best_by_category,
            f1=self.f1,
        )


def _listed(by_category: Mapping[str, float]) -> str:
    return ", ".join(f'"{name}" {confidence:.2f}' for name, confidence in by_category.items())
