"""Rows of the annotation table from what an import states, many at a time."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

import numpy as np

from core.domain.annotation_columns import ColumnAnnotations, places_of
from core.domain.imports import RawAnnotation
from core.registry.stores.annotation_arrays import AnnotationArrays
from core.registry.stores.annotations import AnnotationTuple, NewAnnotation, to_tuple

_AT_ONCE = 20_000

Stated = tuple[int, Sequence[RawAnnotation], bool]
"""An image's key, what is stated of it, and whether that is that there is nothing on it."""


Rows = list[AnnotationTuple] | AnnotationArrays


def rows_of(stated: Iterable[Stated], categories: Mapping[str, int]) -> Iterator[Rows]:
    """`categories` are keys by name."""
    rows: list[AnnotationTuple] = []
    waiting: list[tuple[int, ColumnAnnotations]] = []
    n_waiting = 0
    for key, found, is_negative in stated:
        if isinstance(found, ColumnAnnotations):
            if waiting and (n_waiting >= _AT_ONCE or waiting[-1][1].columns is not found.columns):
                yield arrays_of(waiting, categories)
                waiting, n_waiting = [], 0
            waiting.append((key, found))
            n_waiting += len(found)
        else:
            rows += [to_tuple(new_annotation(key, annotation, categories)) for annotation in found]
        if is_negative:
            rows.append(to_tuple(NewAnnotation(key, None, None)))
        if len(rows) >= _AT_ONCE:
            yield rows
            rows = []
    if waiting:
        yield arrays_of(waiting, categories)
    if rows:
        yield rows


def new_annotation(key: int, annotation: RawAnnotation, categories: Mapping[str, int]) -> NewAnnotation:
    category = None if annotation.category is None else categories[annotation.category]
    return NewAnnotation(key, category, annotation.geometry, annotation.is_crowd, details=annotation.details)


def arrays_of(
    stated: Sequence[tuple[int, ColumnAnnotations]], categories: Mapping[str, int], *, for_counts: bool = False
) -> AnnotationArrays:
    """Of images, by key, whose annotations are in the same columns and inside the images; `for_counts`: without points
    that no count needs."""
    columns = stated[0][1].columns
    places = places_of([found for _, found in stated])
    lengths = [len(found) for _, found in stated]
    # A class of which the file has no annotation need not have a key.
    keys = np.array([categories.get(name, 0) for name in columns.names], dtype=np.int64)
    is_polygon = columns.buffer[places] >= 0
    have_area = columns.have_area[places] & is_polygon
    points: list[bytes | None] = [None] * len(places)
    if is_polygon.any() and not for_counts:
        points = columns.points_at(places)
    elif for_counts:
        doubtful = np.flatnonzero(is_polygon & ~have_area)
        for place, found in zip(doubtful.tolist(), columns.points_at(places[doubtful]), strict=True):
            points[place] = found
    return AnnotationArrays(
        images=np.repeat(np.array([key for key, _ in stated], dtype=np.int64), lengths),
        categories=keys[columns.categories[places]],
        is_box=~is_polygon,
        is_polygon=is_polygon,
        corners=columns.corners[:, places],
        points=points,
        crowds=columns.crowds[places],
        have_area=have_area,
    )


class AtHand:
    """What an import has written of images that had no annotations before: the counts need not read it again."""

    def __init__(self, categories: Mapping[str, int]) -> None:
        self._categories = categories
        self._found: dict[int, ColumnAnnotations] = {}

    def note(self, stated: Iterable[Stated]) -> Iterator[Stated]:
        """Hands on what it has noted."""
        for one in stated:
            key, found, is_negative = one
            if isinstance(found, ColumnAnnotations) and not is_negative:
                self._found[key] = found
            yield one

    def of(self, keys: Sequence[int]) -> tuple[Container[int], list[AnnotationArrays]]:
        """Those of the keys of which everything is at hand, and that."""
        together: dict[int, list[tuple[int, ColumnAnnotations]]] = {}
        known = {key for key in keys if key in self._found}
        for key in sorted(known):
            found = self._found[key]
            together.setdefault(id(found.columns), []).append((key, found))
        return known, [arrays_of(some, self._categories, for_counts=True) for some in together.values()]
