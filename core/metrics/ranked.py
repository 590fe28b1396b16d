"""Predictions of all classes by falling confidence, with how many of their class are right and wrong up to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.domain.predictions import Booleans, Floats, Integers
from core.metrics.average_precision import interpolated


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """By class, then by falling confidence; ties keep their order. A prediction can be neither right nor wrong."""

    rows: Integers  # as they were given
    classes: Integers
    is_right: Booleans
    right: Floats
    wrong: Floats

    @staticmethod
    def of(
        confidences: Floats,
        classes: Integers,
        is_right: Booleans,
        is_wrong: Booleans,
        rows: Integers | None = None,
    ) -> Ranked:
        """`rows` is the order, where it is known (see `order_of`); with fewer rows, of these predictions alone."""
        rows = order_of(confidences, classes) if rows is None else rows
        classes, is_right, is_wrong = classes[rows], is_right[rows], is_wrong[rows]
        begins = np.searchsorted(classes, classes)
        return Ranked(rows, classes, is_right, _running(is_right, begins), _running(is_wrong, begins))

    def precision_at_levels(self, n_truths: Floats) -> Floats:
        """COCO's interpolated precision, shape (classes, 101); NaN for a class without ground truth."""
        at = np.flatnonzero(self.is_right)
        return interpolated(self.classes[at], self.right[at], self.right[at] + self.wrong[at], n_truths)


def order_of(confidences: Floats, classes: Integers) -> Integers:
    """Rows by class, then by falling confidence; ties keep their order, as in the reference."""
    return np.lexsort((-confidences, classes))


def _running(flags: Booleans, begins: Integers) -> Floats:
    total = np.concatenate([[0.0], np.cumsum(flags, dtype=np.float64)])
    running: Floats = total[1:] - total[begins]
    return running
