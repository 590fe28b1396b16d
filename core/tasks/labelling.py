"""What tasks that label images and given regions share."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.counting import counted
from core.domain.geometry import Box, Polygon
from core.metrics.classification import LabelScores


def usable_region(geometry: Box | Polygon, width: int, height: int) -> Box | Polygon | None:
    """The part of a shape that lies in the image: what is cut out and looked at; None when it has no area."""
    return geometry.inside(width, height)


def remarks_on(scored: LabelScores, categories: Sequence[str]) -> tuple[str, ...]:
    """What a reader of the table has to know, in sentences."""
    notes = []
    if scored.never_said:
        names = ", ".join(categories[index] for index in scored.never_said)
        notes.append(f"Never predicted, so without a precision, which counts as 0 in the mean: {names}.")
    if scored.n_silent:
        notes.append(f"Of {counted(scored.n_silent, 'region')} nothing was predicted; counted as wrong.")
    return tuple(notes)
