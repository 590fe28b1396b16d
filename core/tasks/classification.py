"""One class for each image, or for each region that is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from core.domain.counting import counted
from core.domain.ids import TaskId
from core.domain.metrics import ACCURACY
from core.metrics.classification import LabelScores, score_labels
from core.metrics.coco import EvalImage
from core.tasks.labelling import remarks_on, usable_region
from core.tasks.task import Task


def score_classes(n_categories: int, images: Iterable[EvalImage], *, max_detections: int) -> LabelScores:
    """Every prediction counts, whatever the limit: it belongs to a region that was asked about."""
    return score_labels(n_categories, images, is_exclusive=True)


def confusions(scored: LabelScores) -> Sequence[Mapping[int, int]]:
    """Per class, what regions of it were taken for instead."""
    found: list[Counter[int]] = [Counter() for _ in range(scored.table.n_classes)]
    chosen = scored.table.top_choices()
    for truth, choice in zip(scored.table.truths.argmax(axis=1).tolist(), chosen.tolist(), strict=True):
        if choice not in (truth, -1):
            found[truth][choice] += 1
    return found


def _remarks(scored: LabelScores, categories: Sequence[str]) -> tuple[str, ...]:
    notes = list(remarks_on(scored, categories))
    if scored.n_unlabelled:
        notes.append(f"{counted(scored.n_unlabelled, 'region')} without a class; left out.")
    if scored.n_ambiguous:
        notes.append(f"{counted(scored.n_ambiguous, 'region')} with several classes; left out.")
    return tuple(notes)


CLASSIFICATION = Task(
    slug=TaskId("classification"),
    title="Classification",
    words="One class each (classification)",
    usable_shape=usable_region,
    score=score_classes,
    about=lambda _max_detections: "The surest class of each image or region counts, however sure it is.",
    headline=ACCURACY,
    keeps_boxes=True,
    labels=True,
    is_exclusive=True,
    remarks=_remarks,
    confusions=confusions,
)
