"""Annotations of many images as arrays, as they are written and counted by the hundred thousand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]

AnnotationColumns = tuple[
    int, int | None, str, float | None, float | None, float | None, float | None, bytes | None, int
]
"""Image, category, kind, x0, y0, x1, y1, points, is it a crowd."""


@dataclass(frozen=True, slots=True)
class AnnotationArrays:
    """An annotation a place. Neither box nor polygon: it speaks of the whole image, and its corners are not numbers."""

    images: Column  # keys
    categories: Column  # keys, 0 = none
    is_box: Column
    is_polygon: Column
    corners: Column  # (4, n): x0, y0, x1, y1
    points: Sequence[bytes | None]
    crowds: Column
    have_area: Column  # polygons inside their images of which it is known; to count them nobody needs their points

    def __len__(self) -> int:
        return len(self.images)


def arrays_of(rows: Sequence[AnnotationColumns]) -> AnnotationArrays:
    images, categories, kinds, x0, y0, x1, y1, points, crowds = columns_of(rows, 9)
    return AnnotationArrays(
        np.array(images, dtype=np.int64),
        np.array([category or 0 for category in categories], dtype=np.int64),
        np.array([kind == "box" for kind in kinds], dtype=bool),
        np.array([kind == "polygon" for kind in kinds], dtype=bool),
        np.array([x0, y0, x1, y1], dtype=np.float64).reshape(4, -1),
        points,
        np.array(crowds, dtype=bool),
        np.zeros(len(rows), dtype=bool),
    )


def joined(parts: Iterable[AnnotationArrays]) -> AnnotationArrays:
    some = [part for part in parts if len(part)]
    if len(some) == 1:
        return some[0]
    some = some or [arrays_of(())]
    return AnnotationArrays(
        np.concatenate([part.images for part in some]),
        np.concatenate([part.categories for part in some]),
        np.concatenate([part.is_box for part in some]),
        np.concatenate([part.is_polygon for part in some]),
        np.concatenate([part.corners for part in some], axis=1),
        list(chain.from_iterable(part.points for part in some)),
        np.concatenate([part.crowds for part in some]),
        np.concatenate([part.have_area for part in some]),
    )


def columns_of(rows: Sequence[tuple[Any, ...]], n: int) -> tuple[tuple[Any, ...], ...]:
    # One column after the other: `zip` of so many rows jumps through memory and takes ten times as long.
    return tuple(tuple(map(itemgetter(number), rows)) for number in range(n))
