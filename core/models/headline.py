"""The one number of a version."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.metrics import MAP50_95, MASK_MAP50_95, EvaluationTable
from core.domain.models import Headline
from core.domain.projects import Task
from core.domain.snapshots import Split

# Test first: only its images had no part in the training. What was measured on train says nothing of other images.
_SPLITS = (Split.TEST, Split.VAL)


def headline_of(tables: Iterable[EvaluationTable], task: Task) -> Headline | None:
    """mAP50-95 on test, else on val; of masks for a segmenter. None when neither could be stated."""
    metric = MASK_MAP50_95 if task is Task.SEGMENTATION else MAP50_95
    overall = {table.split: table.overall for table in tables}
    for split in _SPLITS:
        value = getattr(overall[split], metric) if split in overall else None
        if value is not None:
            return Headline(metric, value, split.value)
    return None
