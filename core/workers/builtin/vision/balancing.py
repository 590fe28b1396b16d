"""Rare classes shown more often: which training images are repeated, and what the classes' counts become.

Pure: the review shows the same numbers before a training that the training uses.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Labels = Sequence[frozenset[int]]
"""Of each training image or region, the classes that it shows; the empty set = "without concept"."""

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Balance:
    """`repeats` of each image in an epoch; how often each class is shown before and after."""

    repeats: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    @property
    def n_shown(self) -> int:
        """Images in an epoch."""
        return sum(self.repeats)


def balance(labels: Labels, n_categories: int, max_expansion: float) -> Balance:
    """Raise the rarest classes to one level, as high as an epoch of `max_expansion` times the images allows.

    No image is left out, none of the most frequent class is repeated. An image of several classes is repeated as its
    rarest one asks. With `max_expansion` 1 everything stays as it is.
    """
    before = counts_of(labels, [1] * len(labels), n_categories)
    budget = math.floor(len(labels) * max_expansion)
    low, high = 0.0, float(max(before, default=0))
    repeats = _repeats(labels, before, high)
    if sum(repeats) > budget:
        for _ in range(_HALVINGS):
            level = (low + high) / 2
            low, high = (level, high) if sum(_repeats(labels, before, level)) <= budget else (low, level)
        repeats = _repeats(labels, before, low)
    return Balance(tuple(repeats), before, counts_of(labels, repeats, n_categories))


def counts_of(labels: Labels, repeats: Iterable[int], n_categories: int) -> tuple[int, ...]:
    """How often each class is shown."""
    counts = [0] * n_categories
    for shown, times in zip(labels, repeats, strict=True):
        for category in shown:
            counts[category] += times
    return tuple(counts)


def _repeats(labels: Labels, counts: Sequence[int], level: float) -> list[int]:
    """Fractions are spread evenly over the images that show the same classes."""
    owed: Counter[frozenset[int]] = Counter()
    factors: dict[frozenset[int], float] = {}
    repeats = []
    for shown in labels:
        if shown not in factors:
            factors[shown] = max([1.0, *(level / counts[category] for category in shown)])
        number = owed[shown]
        owed[shown] += 1
        repeats.append(_whole((number + 1) * factors[shown]) - _whole(number * factors[shown]))
    return repeats


def _whole(value: float) -> int:
    return math.floor(value + 1e-9)


def in_words(found: Balance, categories: Sequence[str]) -> str:
    """For the log: what each class's count becomes."""
    parts = [f"{name} {a} → {b}" for name, a, b in zip(categories, found.before, found.after, strict=True)]
    return f"Balanced: {found.n_shown} images in an epoch instead of {len(found.repeats)}; {', '.join(parts)}."
