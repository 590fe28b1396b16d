"""What files say of an image against what the project has of it: what is the same, new, changed, or gone."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Geometry, Polygon, bounds_of
from core.domain.ids import CategoryId
from core.domain.imports import Difference, RawAnnotation
from core.domain.projects import Annotation, Source

_SAME_PLACE_PX = 0.05
"""Corners this close are one object stated in two formats, of which one rounds its numbers."""

_SAME_OBJECT_IOU = 0.5
"""Boxes around two shapes of a class that overlap so much are one object, drawn anew."""

_Kind = tuple[str | None, str, bool]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of one image. `gone` and what `changed` names were imported: a person's own are never among them."""

    same: tuple[RawAnnotation, ...]
    new: tuple[RawAnnotation, ...]
    changed: tuple[tuple[RawAnnotation, Annotation], ...]
    gone: tuple[Annotation, ...]
    n_only_details: int  # of the changed ones, those of the same class and shape
    markers: tuple[Annotation, ...]  # imported words that there is nothing on the image

    @property
    def difference(self) -> Difference:
        return Difference(len(self.same), len(self.new), len(self.changed), len(self.gone), self.n_only_details)

    def by_class(self, names: Mapping[CategoryId, str]) -> dict[str, Difference]:
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for annotation in self.same:
            counts[annotation.category or ""]["same"] += 1
        for annotation in self.new:
            counts[annotation.category or ""]["new"] += 1
        for annotation, _ in self.changed:
            counts[annotation.category or ""]["changed"] += 1
        for known in self.gone:
            counts[_name(known, names) or ""]["gone"] += 1
        return {name: Difference(**found) for name, found in counts.items()}


def compare(
    stated: Sequence[RawAnnotation],
    existing: Sequence[Annotation],
    names: Mapping[CategoryId, str],
    left_out: Iterable[RawAnnotation] = (),
) -> Comparison:
    """`existing` is the project's ground truth of the image, `names` are those of its classes. Each of its annotations
    answers for one of the files', matched by place, else by the id that the files gave it, else by overlap. What was
    `left_out` as chosen is not imported, and takes nothing away."""
    matching = _Matching(existing, names)
    same: list[RawAnnotation] = []
    changed: list[tuple[RawAnnotation, Annotation]] = []
    open_ones: list[RawAnnotation] = []
    for annotation in stated:
        known = matching.take_same_place(annotation)
        if known is None:
            open_ones.append(annotation)
        elif known.source is Source.IMPORT and _say_something_else(annotation, known):
            changed.append((annotation, known))
        else:
            same.append(annotation)
    n_only_details = len(changed)
    still_open: list[RawAnnotation] = []
    for annotation in open_ones:
        known = matching.take_stated_id(annotation)
        if known is None:
            still_open.append(annotation)
        else:
            changed.append((annotation, known))
    new: list[RawAnnotation] = []
    for annotation in still_open:
        known = matching.take_overlapping(annotation)
        if known is None:
            new.append(annotation)
        else:
            changed.append((annotation, known))
    for annotation in left_out:
        _ = matching.take_same_place(annotation) or matching.take_stated_id(annotation)
    left = matching.left()
    gone = tuple(known for known in left if not _is_marker(known))
    return Comparison(tuple(same), tuple(new), tuple(changed), gone, n_only_details, tuple(filter(_is_marker, left)))


class _Places:
    """Annotations of one kind by where their boxes begin, so that looking for one does not look at all."""

    def __init__(self, found: Iterable[tuple[float, int]]) -> None:
        self._sorted = sorted(found)

    def between(self, low: float, high: float) -> list[int]:
        """In the order in which they came."""
        first = bisect_left(self._sorted, (low, -1))
        last = bisect_right(self._sorted, (high, sys.maxsize))
        return sorted(number for _, number in self._sorted[first:last])


class _Matching:
    """The project's annotations of an image that are not spoken for yet."""

    def __init__(self, existing: Sequence[Annotation], names: Mapping[CategoryId, str]) -> None:
        self._left = dict(enumerate(existing))
        self._bounds = {number: _bounds(known.geometry) for number, known in self._left.items()}
        self._ids: dict[str, int | None] = {}  # None = of several
        kinds: defaultdict[_Kind, list[tuple[float, int]]] = defaultdict(list)
        classes: defaultdict[str | None, list[tuple[float, int]]] = defaultdict(list)
        for number, known in self._left.items():
            name, place = _name(known, names), self._bounds[number]
            begin = 0.0 if place is None else place.x0
            kinds[name, type(known.geometry).__name__, known.is_crowd].append((begin, number))
            if known.source is Source.IMPORT and place is not None:
                classes[name].append((begin, number))
            id = known.details.stated_id if known.details is not None else ""
            if id and known.source is Source.IMPORT:
                self._ids[id] = None if id in self._ids else number
        self._kinds = {kind: _Places(found) for kind, found in kinds.items()}
        self._classes = {name: _Places(found) for name, found in classes.items()}

    def take_same_place(self, annotation: RawAnnotation) -> Annotation | None:
        """Of the same class and shape; the one of the same id among several."""
        place = _bounds(annotation.geometry)
        begin = 0.0 if place is None else place.x0
        places = self._kinds.get(_kind(annotation))
        near = [] if places is None else places.between(begin - _SAME_PLACE_PX, begin + _SAME_PLACE_PX)
        candidates = [
            number
            for number in near
            if number in self._left
            and _is_same_place(place, self._bounds[number])
            and _is_same_shape(annotation.geometry, self._left[number].geometry)
        ]
        wanted = annotation.details.stated_id if annotation.details is not None else ""
        preferred = self._ids.get(wanted)
        number = preferred if preferred in candidates else next(iter(candidates), None)
        return None if number is None else self._left.pop(number)

    def take_stated_id(self, annotation: RawAnnotation) -> Annotation | None:
        number = self._ids.get(annotation.details.stated_id) if annotation.details is not None else None
        return None if number is None else self._left.pop(number, None)

    def take_overlapping(self, annotation: RawAnnotation) -> Annotation | None:
        """Of the same class: the imported one that covers the same place best."""
        place, places = _bounds(annotation.geometry), self._classes.get(annotation.category)
        if place is None or places is None:
            return None
        best, best_iou = None, _SAME_OBJECT_IOU
        # What shares half with it is at most twice as wide, and so begins at most its width before it.
        for number in places.between(place.x0 - (place.x1 - place.x0) - 1, place.x1):
            other = self._bounds[number]
            if number in self._left and other is not None:
                iou = _iou(place, other)
                if iou > best_iou or (iou == best_iou and best is None):
                    best, best_iou = number, iou
        return None if best is None else self._left.pop(best)

    def left(self) -> list[Annotation]:
        """Of those that were imported."""
        return [known for known in self._left.values() if known.source is Source.IMPORT]


def _say_something_else(annotation: RawAnnotation, known: Annotation) -> bool:
    """Besides class and shape; an id alone is no news, and files that say nothing take nothing back."""
    now = annotation.details
    return now is not None and _without_id(now) != _without_id(known.details or AnnotationDetails())


def _without_id(details: AnnotationDetails) -> AnnotationDetails:
    """Attributes in an order that says nothing: formats group them as they need."""
    return replace(details, stated_id="", attributes=tuple(sorted(details.attributes)))


def _is_marker(known: Annotation) -> bool:
    return known.category is None and known.geometry is None


def _kind(annotation: RawAnnotation) -> _Kind:
    return annotation.category, type(annotation.geometry).__name__, annotation.is_crowd


def _name(known: Annotation, names: Mapping[CategoryId, str]) -> str | None:
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


def _iou(a: Box, b: Box) -> float:
    width = min(a.x1, b.x1) - max(a.x0, b.x0)
    height = min(a.y1, b.y1) - max(a.y0, b.y0)
    if width <= 0 or height <= 0:
        return 0.0
    both = width * height
    return both / ((a.x1 - a.x0) * (a.y1 - a.y0) + (b.x1 - b.x0) * (b.y1 - b.y0) - both)
