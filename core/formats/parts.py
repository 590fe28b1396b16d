"""Objects of several rings in formats whose polygons have one ring: parts share a number of a group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.domain.details import AnnotationDetails
from core.domain.geometry import Polygon
from core.domain.imports import RawAnnotation


class PartsFound:
    """Puts together the polygons of an image that have one class and one group."""

    def __init__(self, attribute: str) -> None:
        """`attribute` of the details holds the group."""
        self._attribute = attribute
        self._found: list[list[RawAnnotation]] = []  # each the parts of an object
        self._places: dict[tuple[str | None, str], list[RawAnnotation]] = {}

    @property
    def annotations(self) -> list[RawAnnotation]:
        """All that was added, each object in the place of its first part."""
        return [parts[0] if len(parts) == 1 else self._joined(parts) for parts in self._found]

    @property
    def n_joined(self) -> int:
        """Objects of more than one polygon."""
        return sum(len(parts) > 1 for parts in self._found)

    def add(self, annotation: RawAnnotation, *, is_part: bool) -> None:
        """`is_part`: it may be one, by its kind."""
        group = annotation.details.get(self._attribute) if annotation.details else None
        if group is None or not is_part or not isinstance(annotation.geometry, Polygon):
            self._found.append([annotation])
            return
        parts = self._places.setdefault((annotation.category, group), [])
        if not parts:
            self._found.append(parts)
        parts.append(annotation)

    def _joined(self, parts: Sequence[RawAnnotation]) -> RawAnnotation:
        """Without the group, which is what made them one; of what several say the first counts."""
        rings = [ring for part in parts if isinstance(part.geometry, Polygon) for ring in part.geometry.rings]
        said = [part.details for part in parts if part.details is not None]
        pairs = {name: value for details in reversed(said) for name, value in reversed(details.attributes)}
        pairs.pop(self._attribute, None)
        text = next((details.text for details in said if details.text is not None), None)
        stated_id = parts[0].details.stated_id if parts[0].details is not None else ""
        details = AnnotationDetails(stated_id, text=text, attributes=tuple(reversed(pairs.items())))
        known = details if pairs or stated_id or text is not None else None
        return replace(parts[0], geometry=Polygon(tuple(rings)), details=known)


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
