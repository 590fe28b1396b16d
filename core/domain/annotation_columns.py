"""Annotations of many images as columns: what a file that states a million of them is read into.

Seventy bytes each (and the points of outlines) instead of a thousand; whoever iterates gets plain annotations, whoever
writes a million takes the columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from core.domain.geometry import Box, Geometry, Polygon
from core.domain.imports import RawAnnotation
from core.domain.packed_rings import unpack

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, eq=False)
class AnnotationColumns:
    """An annotation a place; those of an image lie side by side. `corners` are x0, y0, x1, y1 in pixels.

    An outline's points (core.domain.packed_rings) are `buffers[buffer][start:end]`; a box has -1 for `buffer`. A point
    is as exact as the registry keeps it.
    """

    names: tuple[str, ...]
    categories: npt.NDArray[Any]  # index into `names`
    corners: npt.NDArray[Any]  # (4, n) float64
    crowds: npt.NDArray[Any]
    buffers: Sequence[memoryview]
    buffer: npt.NDArray[Any]
    start: npt.NDArray[Any]
    end: npt.NDArray[Any]
    have_area: npt.NDArray[Any]  # an outline of one ring that has an area, however its points are rounded

    @cached_property
    def boxes(self) -> AnnotationColumns:
        """With the bounds of every outline in its place."""
        return replace(self, buffers=(), buffer=self.buffer * 0 - 1)

    @cached_property
    def has_crowds(self) -> bool:
        return bool(self.crowds.any())

    def points_at(self, places: npt.NDArray[Any] | slice) -> list[bytes | None]:
        """Packed rings, None for boxes."""
        found = zip(self.buffer[places].tolist(), self.start[places].tolist(), self.end[places].tolist(), strict=True)
        buffers = self.buffers
        return [bytes(buffers[buffer][start:end]) if buffer >= 0 else None for buffer, start, end in found]

    def geometry(self, place: int) -> Geometry:
        (points,) = self.points_at(slice(place, place + 1))
        return Box(*self.corners[:, place].tolist()) if points is None else Polygon(unpack(points))

    def annotation(self, place: int) -> RawAnnotation:
        return RawAnnotation(self.names[self.categories[place]], self.geometry(place), bool(self.crowds[place]))


class ColumnAnnotations(Sequence[RawAnnotation]):
    """Those of one image: a stretch of columns. Equal to a tuple of the same annotations."""

    __slots__ = ("columns", "start", "stop")

    def __init__(self, columns: AnnotationColumns, start: int, stop: int) -> None:
        self.columns = columns
        self.start = start
        self.stop = stop

    @property
    def n_crowds(self) -> int:
        return int(self.columns.crowds[self.start : self.stop].sum()) if self.columns.has_crowds else 0

    def as_boxes(self) -> ColumnAnnotations:
        """With bounds instead of outlines."""
        return ColumnAnnotations(self.columns.boxes, self.start, self.stop)

    def __len__(self) -> int:
        return self.stop - self.start

    @overload
    def __getitem__(self, index: int) -> RawAnnotation: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RawAnnotation]: ...
    def __getitem__(self, index: int | slice) -> RawAnnotation | Sequence[RawAnnotation]:
        if isinstance(index, slice):
            return tuple(self)[index]
        return self.columns.annotation(range(self.start, self.stop)[index])

    def __iter__(self) -> Iterator[RawAnnotation]:
        return map(self.columns.annotation, range(self.start, self.stop))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (tuple, ColumnAnnotations)) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def places_of(stretches: Sequence[ColumnAnnotations]) -> npt.NDArray[Any]:
    """Those of annotations of several images in the columns that they share."""
    import numpy as np

    starts = np.array([stretch.start for stretch in stretches], dtype=np.int64)
    lengths = np.array([len(stretch) for stretch in stretches], dtype=np.int64)
    return np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(int(lengths.sum()))


def count_classes(annotations: Iterable[Sequence[RawAnnotation]]) -> Counter[str | None]:
    """Of many images: a million in columns take a tenth of a second."""
    import numpy as np

    counts: Counter[str | None] = Counter()
    together: dict[int, list[ColumnAnnotations]] = {}
    for some in annotations:
        if isinstance(some, ColumnAnnotations):
            together.setdefault(id(some.columns), []).append(some)
        else:
            counts.update([annotation.category for annotation in some])
    for stretches in together.values():
        columns = stretches[0].columns
        numbers = np.bincount(columns.categories[places_of(stretches)], minlength=len(columns.names))
        for name, n in zip(columns.names, numbers.tolist(), strict=True):
            if n:
                counts[name] += n
    return counts
