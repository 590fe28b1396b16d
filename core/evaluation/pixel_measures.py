"""Measures of pixels, beside COCO's of objects, where there are masks."""

from __future__ import annotations

from collections.abc import Callable

from core.domain.evaluation import Measure
from core.domain.metrics import PIXEL_MEASURES
from core.evaluation.measures import ComputedMeasure
from core.metrics.coco import Scored
from core.metrics.pixels import PixelScores

# In the order in which core.domain.metrics describes them.
_VALUES: tuple[Callable[[PixelScores, int | None], float | None], ...] = (
    PixelScores.precision,
    PixelScores.recall,
    PixelScores.f1,
    PixelScores.iou,
)


def _measure(description: Measure, value: Callable[[PixelScores, int | None], float | None]) -> ComputedMeasure:
    def take(scored: Scored, category: int | None) -> float | None:
        return None if scored.pixels is None else value(scored.pixels, category)

    return ComputedMeasure(description, Scored, take, applies=lambda scored: scored.pixels is not None)


MEASURES: tuple[ComputedMeasure, ...] = tuple(
    _measure(description, value) for description, value in zip(PIXEL_MEASURES, _VALUES, strict=True)
)
