"""Rows of the annotation table from what an import states, many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat

import numpy as np

from core.domain.annotation_columns import ColumnAnnotations, places_of
from core.domain.imports import RawAnnotation
from core.domain.projects import Source
from core.registry.stores.annotations import AnnotationTuple, NewAnnotation, to_tuple

_AT_ONCE = 20_000

Stated = tuple[int, Sequence[RawAnnotation], bool]
"""An image's key, what is stated of it, and whether that is that there is nothing on it."""


def rows_of(stated: Iterable[Stated], categories: Mapping[str, int]) -> Iterator[list[AnnotationTuple]]:
    """`categories` are keys by name."""
    rows: list[AnnotationTuple] = []
    waiting: list[tuple[int, ColumnAnnotations]] = []
    n_waiting = 0
    for key, found, is_negative in stated:
        if isinstance(found, ColumnAnnotations):
            if waiting and (n_waiting >= _AT_ONCE or waiting[-1][1].columns is not found.columns):
                yield _of_columns(waiting, categories)
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
        yield _of_columns(waiting, categories)
    if rows:
        yield rows


def new_annotation(key: int, annotation: RawAnnotation, categories: Mapping[str, int]) -> NewAnnotation:
    category = None if annotation.category is None else categories[annotation.category]
    return NewAnnotation(key, category, annotation.geometry, annotation.is_crowd, details=annotation.details)


def _of_columns(
    stated: Sequence[tuple[int, ColumnAnnotations]], categories: Mapping[str, int]
) -> list[AnnotationTuple]:
    columns = stated[0][1].columns
    places = places_of([found for _, found in stated])
    lengths = [len(found) for _, found in stated]
    images = np.repeat(np.array([key for key, _ in stated], dtype=np.int64), lengths)
    # A class of which the file has no annotation need not have a key.
    keys = np.array([categories.get(name, 0) for name in columns.names], dtype=np.int64)
    points = columns.points_at(places)
    return list(
        zip(
            images.tolist(),
            keys[columns.categories[places]].tolist(),
            repeat(Source.IMPORT.value),
            ["box" if outline is None else "polygon" for outline in points],
            *columns.corners[:, places].tolist(),
            points,
            repeat(None),
            columns.crowds[places].astype(int).tolist(),
            repeat(None),
            strict=False,
        )
    )
