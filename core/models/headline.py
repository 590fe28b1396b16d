"""The one number of a version."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.evaluation import EvaluationTable
from core.domain.models import Headline
from core.domain.snapshots import Split

# Test first: only its images had no part in the training. What was measured on train says nothing of other images.
_SPLITS = (Split.TEST, Split.VAL)


def headline_of(tables: Iterable[EvaluationTable]) -> Headline | None:
    """The measure that its task names, on test, else on val. None when neither could be stated.

    The tables say which one it is, so that a version can be read where its task is not installed.
    """
    measured = {table.split: table for table in tables}
    for split in _SPLITS:
        table = measured.get(split)
        value = table.overall.value(table.headline) if table is not None else None
        if table is not None and value is not None:
            return Headline(table.headline, value, split.value)
    return None
