"""Which images to label next, and which look most alike: angles between vectors. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.similar.vectors import Vectors

Array = npt.NDArray[Any]
Check = Callable[[float], None]
"""Called now and then with the share that is done; what it raises ends the work."""

_AT_ONCE = 16_384
MOST_LABELLED = 2_000
"""Of the labelled images so many, evenly spread, speak for all of them."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """`places` among the candidates, the most different first; `nearest[i]` is the place in `places` of the chosen one
    that candidate i looks most like, or -1 where a labelled image is nearer; `likeness[i]` how near that is."""

    places: Array
    nearest: Array
    likeness: Array


def most_different(candidates: Vectors, labelled: Array, n: int, check: Check = lambda share: None) -> Chosen:
    """The `n` candidates that together leave no candidate far from a chosen or a labelled one: each next one is that
    which is farthest from all before it (Gonzalez 1985). Without a labelled image the first is the one nearest to the
    middle. Vectors have length 1."""
    n = min(n, len(candidates))
    likeness = np.full(len(candidates), -2.0, dtype=np.float32)  # to the nearest of those that speak for others
    nearest = np.full(len(candidates), -1, dtype=np.int64)
    for start in range(0, len(candidates), _AT_ONCE):
        check(start / len(candidates) / 2)
        rows = slice(start, start + _AT_ONCE)
        if len(labelled):
            likeness[rows] = (candidates[rows] @ labelled.T).max(axis=1)
    places: list[int] = []
    for number in range(n):
        check(0.5 + number / n / 2)
        if number == 0 and not len(labelled):
            place = int(_likeness(candidates, _sum(candidates)).argmax())
        else:
            place = int(likeness.argmin())
        to_it = _likeness(candidates, candidates[place : place + 1][0])
        is_nearer = to_it > likeness
        nearest[is_nearer] = number
        likeness = np.where(is_nearer, to_it, likeness)
        # What is chosen is never chosen again, however alike all others are.
        likeness[place], nearest[place] = np.inf, number
        places.append(place)
    return Chosen(np.array(places, dtype=np.int64), nearest, likeness)


def nearest_to(vectors: Vectors, place: int, n: int) -> tuple[Array, Array]:
    """The places of the `n` others that look most like one, the nearest first, and their likeness."""
    likeness = _likeness(vectors, vectors[place : place + 1][0])
    likeness[place] = -np.inf
    n = min(n, len(vectors) - 1)
    found = np.argpartition(-likeness, max(n - 1, 0))[:n] if n > 0 else np.zeros(0, dtype=np.int64)
    found = found[np.argsort(-likeness[found], kind="stable")]
    return found, likeness[found]


def _likeness(vectors: Vectors, one: Array) -> Array:
    """Of each to one, a part at a time: they may lie on the disk."""
    found = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _AT_ONCE):
        found[start : start + _AT_ONCE] = vectors[start : start + _AT_ONCE] @ one
    return found


def _sum(vectors: Vectors) -> Array:
    """Points as their mean does."""
    parts = (vectors[start : start + _AT_ONCE].sum(axis=0) for start in range(0, len(vectors), _AT_ONCE))
    return np.asarray(sum(parts), dtype=np.float32)
