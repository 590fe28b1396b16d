"""What is said of a report of labels: no place, no overlap."""

from __future__ import annotations

from app.verbs.error_reports import _from_thresholds
from core.domain.outcomes import Thresholds


def test_labels_count_from_thresholds_or_as_the_surest() -> None:
    assert _from_thresholds(Thresholds(0.0), is_exclusive=True) == ""
    assert _from_thresholds(Thresholds(0.6), is_exclusive=True) == ", from confidence 0.60 up"
    own = Thresholds(0.5, by_category={1: 0.3})
    assert _from_thresholds(own, is_exclusive=False) == ", from confidence 0.50 up, of some classes from their own"
