"""Which of a project's annotations of an image a file speaks of, found without comparing each with each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from math import floor

import numpy as np

from core.domain.geometry import Box, Geometry, Polygon, bounds_of
from core.domain.ids import CategoryId
from core.domain.imports import RawAnnotation
from core.domain.projects import Annotation, Source
from core.registry.stores.overruled import Overruled

_SAME_PLACE_PX = 0.05
"""Corners this close are one object stated in two formats, of which one rounds its numbers."""

_SAME_OBJECT_IOU = 0.5
"""Boxes around two shapes of a class that overlap so much are one object, drawn anew."""

_LEAST_AREA = 1e-12  # nothing is divided by nothing

_Kind = tuple[str | None, str, bool]


class Cells:
    """Annotations of one kind by where their boxes begin, so that looking for one does not look at all. Those that are
    taken have to be taken out, for many may lie at one place."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], dict[int, None]] = defaultdict(dict)

    def add(self, number: int, place: Box | None) -> None:
        self._cells[_cell(place)][number] = None

    def take_out(self, number: int, place: Box | None) -> None:
        del self._cells[_cell(place)][number]

    def first(self, place: Box | None, fits: Callable[[int], bool]) -> int | None:
        """The lowest number of what begins as good as there."""
        found = (next(filter(fits, self._cells[cell]), None) for cell in _cells_at(place) if cell in self._cells)
        return min((number for number in found if number is not None), default=None)


def _cell(place: Box | None, by: tuple[float, float] = (0.0, 0.0)) -> tuple[int, int]:
    """Of a pixel's size."""
    return (0, 0) if place is None else (floor(place.x0 + by[0]), floor(place.y0 + by[1]))


def _cells_at(place: Box | None) -> set[tuple[int, int]]:
    reach = (-_SAME_PLACE_PX, _SAME_PLACE_PX)
    return {_cell(place, (x, y)) for x in reach for y in reach}


class _Overlaps:
    """The boxes of one class, of which the one that shares most with another is asked for."""

    def __init__(self, boxes: Mapping[int, Box]) -> None:
        """In the order of their numbers."""
        self._numbers = list(boxes)
        self._rows = {number: row for row, number in enumerate(self._numbers)}
        self._corners = np.array([(box.x0, box.y0, box.x1, box.y1) for box in boxes.values()], dtype=np.float64)

    def take_out(self, number: int) -> None:
        if number in self._rows:
            self._corners[self._rows[number]] = 0.0  # shares nothing with anything

    def best(self, place: Box) -> int | None:
        """The first of those that share most with it, if that is enough for one object."""
        x0, y0, x1, y1 = self._corners.T
        width = np.minimum(x1, place.x1) - np.maximum(x0, place.x0)
        height = np.minimum(y1, place.y1) - np.maximum(y0, place.y0)
        both = np.maximum(width, 0.0) * np.maximum(height, 0.0)
        area = (place.x1 - place.x0) * (place.y1 - place.y0)
        row = int(np.argmax(both / np.maximum((x1 - x0) * (y1 - y0) + area - both, _LEAST_AREA)))
        all_of_both = float((x1[row] - x0[row]) * (y1[row] - y0[row]) + area - both[row])
        is_enough = both[row] > 0 and both[row] / all_of_both >= _SAME_OBJECT_IOU
        return self._numbers[row] if is_enough else None


class Matching:
    """The project's annotations of an image that are not spoken for yet."""

    def __init__(
        self,
        existing: Sequence[Annotation],
        names: Mapping[CategoryId, str],
        overruled: Sequence[Overruled] = (),
    ) -> None:
        """`overruled` is what imports said before a person changed or deleted it: files that say it again are known."""
        self._left = dict(enumerate(existing))
        self._first_overruled = len(self._left)
        self._left |= dict(enumerate((one.annotation for one in overruled), len(self._left)))
        self._deleted = {self._first_overruled + n for n, one in enumerate(overruled) if one.is_deleted}
        self._bounds = {number: _bounds(known.geometry) for number, known in self._left.items()}
        self._kind_of: dict[int, _Kind] = {}
        self._ids: dict[str, int | None] = {}  # None = of several
        self._cells: defaultdict[_Kind, Cells] = defaultdict(Cells)
        self._overlaps: dict[str | None, _Overlaps] | None = None  # made when somebody asks
        for number, known in self._left.items():
            is_overruled = number >= self._first_overruled
            name = overruled[number - self._first_overruled].category if is_overruled else name_of(known, names)
            kind = name, type(known.geometry).__name__, known.is_crowd
            self._kind_of[number] = kind
            self._cells[kind].add(number, self._bounds[number])
            id = known.details.stated_id if known.details is not None else ""
            # What a person deleted comes back where a file states it otherwise: only its own place is remembered.
            if id and known.source is Source.IMPORT and number not in self._deleted:
                self._ids[id] = None if id in self._ids else number

    def take_same_place(self, annotation: RawAnnotation) -> Annotation | None:
        """Of the same class and shape; the one of the same id among several."""
        place, kind = _bounds(annotation.geometry), _kind(annotation)

        def fits(number: int) -> bool:
            is_same = _is_same_place(place, self._bounds[number])
            return is_same and _is_same_shape(annotation.geometry, self._left[number].geometry)

        wanted = annotation.details.stated_id if annotation.details is not None else ""
        preferred = self._ids.get(wanted)
        if preferred in self._left and self._kind_of[preferred] == kind and fits(preferred):
            return self._take(preferred)
        number = self._cells[kind].first(place, fits) if kind in self._cells else None
        return None if number is None else self._take(number)

    def take_stated_id(self, annotation: RawAnnotation) -> Annotation | None:
        number = self._ids.get(annotation.details.stated_id) if annotation.details is not None else None
        return self._take(number) if number is not None and number in self._left else None

    def take_overlapping(self, annotation: RawAnnotation) -> Annotation | None:
        """Of the same class: the imported one that covers the same place best."""
        if self._overlaps is None:
            self._overlaps = self._find_overlaps()
        place, overlaps = _bounds(annotation.geometry), self._overlaps.get(annotation.category)
        number = None if place is None or overlaps is None else overlaps.best(place)
        return None if number is None else self._take(number)

    def _find_overlaps(self) -> dict[str | None, _Overlaps]:
        classes: defaultdict[str | None, dict[int, Box]] = defaultdict(dict)
        for number, known in self._left.items():
            place = self._bounds[number]
            if known.source is Source.IMPORT and place is not None and number not in self._deleted:
                classes[self._kind_of[number][0]][number] = place
        return {name: _Overlaps(boxes) for name, boxes in classes.items()}

    def _take(self, number: int) -> Annotation:
        kind = self._kind_of[number]
        self._cells[kind].take_out(number, self._bounds[number])
        if self._overlaps is not None and kind[0] in self._overlaps:
            self._overlaps[kind[0]].take_out(number)
        return self._left.pop(number)

    def left(self) -> list[Annotation]:
        """Of those that were imported, and that nobody has changed since."""
        left = ((number, known) for number, known in self._left.items() if number < self._first_overruled)
        return [known for _, known in left if known.source is Source.IMPORT]


def _kind(annotation: RawAnnotation) -> _Kind:
    return annotation.category, type(annotation.geometry).__name__, annotation.is_crowd


def name_of(known: Annotation, names: Mapping[CategoryId, str]) -> str | None:
    return None if known.category is None else names.get(known.category)


def _bounds(geometry: Geometry) -> Box | None:
    return None if geometry is None else bounds_of(geometry, 0, 0)


def _is_same_place(a: Box | None, b: Box | None) -> bool:
    if a is None or b is None:
        return a is b
    pairs = ((a.x0, b.x0), (a.y0, b.y0), (a.x1, b.x1), (a.y1, b.y1))
    return all(abs(first - second) < _SAME_PLACE_PX for first, second in pairs)


def _is_same_shape(a: Geometry, b: Geometry) -> bool:
    """Of shapes at the same place; corners may begin elsewhere or be one more, but none lies somewhere new."""
    if not isinstance(a, Polygon) or not isinstance(b, Polygon) or _corners(a) == _corners(b):
        return True
    if [len(ring) for ring in a.rings] != [len(ring) for ring in b.rings]:
        return False
    pairs = zip(chain.from_iterable(a.rings), chain.from_iterable(b.rings), strict=True)
    return all(abs(first - second) < _SAME_PLACE_PX for first, second in pairs)


def _corners(polygon: Polygon) -> set[tuple[int, int]]:
    return {(round(x), round(y)) for ring in polygon.rings for x, y in zip(ring[0::2], ring[1::2], strict=True)}
