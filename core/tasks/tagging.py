"""Any number of classes for each image, or for each region that is given; none as well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from core.domain.ids import TaskId
from core.domain.metrics import MEAN_AP
from core.metrics.classification import DEFAULT_THRESHOLD, LabelScores, best_thresholds, score_labels
from core.metrics.coco import EvalImage
from core.tasks.labelling import remarks_on, usable_region
from core.tasks.task import Task


def score_tags(n_categories: int, images: Iterable[EvalImage], *, max_detections: int) -> LabelScores:
    """Every prediction counts, whatever the limit: it belongs to a region that was asked about."""
    return score_labels(n_categories, images, is_exclusive=False)


def _remarks(scored: LabelScores, categories: Sequence[str]) -> tuple[str, ...]:
    unknown = np.isnan(best_thresholds(scored.table)) & scored.counts.is_there
    names = ", ".join(categories[index] for index in np.flatnonzero(unknown).tolist())
    notes = remarks_on(scored, categories)
    if not names:
        return notes
    return (*notes, f"Never found at any confidence, so with the default threshold {DEFAULT_THRESHOLD:g}: {names}.")


TAGGING = Task(
    slug=TaskId("tagging"),
    title="Tagging",
    words="Any number of classes (tagging)",
    usable_shape=usable_region,
    score=score_tags,
    about=lambda _max_detections: "Each class is said from its own threshold on, where its F1 on this set is highest.",
    headline=MEAN_AP,
    keeps_boxes=True,
    labels=True,
    remarks=_remarks,
)
