"""COCO's measures, taken from what COCO's scorer found: of boxes, and of masks where there are some."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from core.domain.evaluation import Measure
from core.domain.metrics import BOX_MEASURES, MASK_MEASURES
from core.evaluation.measures import ComputedMeasure
from core.metrics.coco import CocoScores, Scored

Value = Callable[[CocoScores, int | None], float | None]

# In the order in which core.domain.metrics describes them.
_VALUES: tuple[Value, ...] = (
    lambda scores, category: scores.point(category).precision,
    lambda scores, category: scores.point(category).recall,
    lambda scores, category: scores.mean_ap_at(0, category),
    lambda scores, category: scores.mean_ap(category),
    lambda scores, category: scores.point(category).threshold,
)


def _measure(description: Measure, part: Callable[[Scored], CocoScores | None], value: Value) -> ComputedMeasure:
    def take(scored: Scored, category: int | None) -> float | None:
        scores = part(scored)
        return None if scores is None else value(scores, category)

    return ComputedMeasure(description, Scored, take, applies=lambda scored: part(scored) is not None)


MEASURES: tuple[ComputedMeasure, ...] = tuple(
    _measure(description, part, value)
    for descriptions, part in ((BOX_MEASURES, attrgetter("boxes")), (MASK_MEASURES, attrgetter("masks")))
    for description, value in zip(descriptions, _VALUES, strict=True)
)
