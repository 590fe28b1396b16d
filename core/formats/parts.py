"""Objects of several rings in formats whose polygons have one ring: parts share a number of a group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from core.domain.details import AnnotationDetails
from core.domain.geometry import Polygon
from core.domain.imports import RawAnnotation


class PartsFound:
    """Puts together the polygons of an image that have one class and one group."""

    def __init__(self, attribute: str) -> None:
        """`attribute` of the details holds the group."""
        self.annotations: list[RawAnnotation] = []
        self.n_joined = 0  # objects of more than one polygon
        self._attribute = attribute
        self._places: dict[tuple[str | None, str], int] = {}

    def add(self, annotation: RawAnnotation, *, is_part: bool) -> None:
        """In the place of the first part. `is_part`: it may be one, by its kind."""
        details, shape = annotation.details, annotation.geometry
        group = details.get(self._attribute) if details else None
        if group is None or not is_part or not isinstance(shape, Polygon):
            self.annotations.append(annotation)
            return
        place = self._places.setdefault((annotation.category, group), len(self.annotations))
        if place == len(self.annotations):
            self.annotations.append(annotation)
            return
        first = self.annotations[place]
        assert isinstance(first.geometry, Polygon)
        is_second = first.details is not None and first.details.get(self._attribute) is not None
        self.n_joined += is_second
        joined = replace(first, geometry=Polygon((*first.geometry.rings, *shape.rings)))
        self.annotations[place] = replace(joined, details=self._joined(first.details, details))

    def _joined(self, first: AnnotationDetails | None, second: AnnotationDetails | None) -> AnnotationDetails | None:
        """Without the group, which is what made them one."""
        pairs = dict((second.attributes if second else ()) + (first.attributes if first else ()))
        pairs.pop(self._attribute, None)
        text = next((one.text for one in (first, second) if one is not None and one.text is not None), None)
        stated_id = first.stated_id if first else ""
        joined = AnnotationDetails(stated_id, text=text, attributes=tuple(pairs.items()))
        return joined if pairs or stated_id or text is not None else None


class GroupNumbers:
    """Numbers for the groups of an image that is written: one that nobody else has for an object of several parts; for
    all others the one that was read, unless it would make two objects one."""

    def __init__(self, attribute: str, annotations: Iterable[RawAnnotation]) -> None:
        self._attribute = attribute
        self._stated = {item.details.get(attribute) for item in annotations if item.details is not None}
        self._next = 1
        self._used: set[tuple[str | None, int]] = set()

    def take(self, item: RawAnnotation) -> int | None:
        """None = it belongs to no group."""
        shape = item.geometry
        if isinstance(shape, Polygon) and len(shape.rings) > 1:
            while str(self._next) in self._stated:
                self._next += 1
            self._next += 1
            return self._next - 1
        group = _number((item.details.get(self._attribute) if item.details else None) or "")
        if group is None or not isinstance(shape, Polygon):
            return group
        if (item.category, group) in self._used:
            return None
        self._used.add((item.category, group))
        return group


def _number(text: str) -> int | None:
    is_number = text.removeprefix("-").isdecimal() and text.isascii() and len(text) < 19
    return int(text) if is_number else None
