"""Makes annotations of the records of shapes: what is sound is kept, the rest is reported or counted."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon, Ring
from core.domain.imports import RawAnnotation
from core.domain.names import shown
from core.formats.parts import PartsFound
from core.formats.reading.curves import ellipse_outline
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.json_values import as_name, as_number, as_text, storable
from core.formats.reading.mask_pictures import outline_of_png

GROUP = "labelme:group_id"
PREFIX = "labelme:"
_WITHOUT_AREA = frozenset({"line", "linestrip", "point", "points"})
_CORNERS = frozenset({"rotation", "oriented_rectangle", "quadrilateral"})
_MOST_TEXT = 2000
_SPOKEN_KEYS = frozenset(
    {"label", "points", "group_id", "shape_type", "flags", "mask", "description", "score", "difficult", "attributes"}
    | {"line_color", "fill_color", "closed"}
)

Size = tuple[int, int] | None


@dataclass(slots=True)
class ShapesFound:
    """Of one file. `lost` are index, kind and text of what is left out or changed; the numbers are told for the whole
    import: shapes that have no area, circles, objects put together, shapes with a score, values that are too long."""

    annotations: list[RawAnnotation] = field(default_factory=list)
    lost: list[tuple[int, str, str]] = field(default_factory=list)
    without_area: dict[str, int] = field(default_factory=dict)
    first_without_area: int | None = None
    n_circles: int = 0
    n_joined: int = 0
    n_scored: int = 0
    n_long: int = 0


def read_shapes(records: list[Any], size: Size) -> ShapesFound:
    """`size` is that of the image (None = unknown: then borders are not checked)."""
    found = ShapesFound()
    parts = PartsFound(GROUP)
    for index, record in enumerate(records):
        if not isinstance(record, dict):
            found.lost.append((index, "shape-invalid", f"Shape {index + 1} is no record; it is left out."))
            continue
        annotation = _to_annotation(index, record, size, found)
        if annotation is not None:
            parts.add(annotation, is_part=_kind(record) == "polygon")
    found.annotations, found.n_joined = parts.annotations, parts.n_joined
    return found


def extents(records: list[Any]) -> Iterator[Box]:
    """Roughly what the shapes cover."""
    for record in records:
        ring = _ring(record.get("points")) if isinstance(record, dict) else None
        if ring and record.get("shape_type") != "circle":
            yield Polygon((ring,)).bounds()


def _to_annotation(index: int, record: Mapping[str, Any], size: Size, found: ShapesFound) -> RawAnnotation | None:
    name, kind = as_name(record.get("label")), _kind(record)
    called = f'Shape {index + 1} ("{shown(name)}")' if name else f"Shape {index + 1}"
    if kind in _WITHOUT_AREA:
        found.without_area[kind] = found.without_area.get(kind, 0) + 1
        found.first_without_area = index if found.first_without_area is None else found.first_without_area
        return None
    if not name:
        found.lost.append((index, "class-missing", f"{called} has no label; it is left out."))
        return None
    shape = _mask(record) if kind == "mask" else _drawn(kind, record)
    if isinstance(shape, str):
        found.lost.append((index, _lost_kind(kind), f"{called} {shape}; it is left out."))
        return None
    checked = check_shape(shape, *(size or (None, None)))
    if checked.kind:
        rest = "; it is left out." if checked.shape is None else "."
        found.lost.append((index, checked.kind, f"{called} {checked.text}{rest}"))
    if checked.shape is None:
        return None
    found.n_circles += kind == "circle"
    return RawAnnotation(name, checked.shape, details=_details(record, found))


def _kind(record: Mapping[str, Any]) -> str:
    """Old files have polygons only, and say no kind."""
    kind = record.get("shape_type")
    return kind.strip().lower() if isinstance(kind, str) and kind.strip() else "polygon"


def _lost_kind(kind: str) -> str:
    return "mask-invalid" if kind == "mask" else "shape-invalid"


def _drawn(kind: str, record: Mapping[str, Any]) -> Box | Polygon | str:
    """The shape, or why there is none, as the end of a sentence."""
    ring = _ring(record.get("points"))
    if ring is None:
        return "has points that are not pairs of numbers"
    n = len(ring) // 2
    if kind == "polygon":
        return Polygon((ring,)) if n >= 3 else f"is a polygon of {n} {'point' if n == 1 else 'points'}"
    if kind == "rectangle":
        return _rectangle(ring) if n in (2, 4) else f"is a rectangle of {n} points instead of 2 or 4"
    if kind == "circle":
        return _circle(ring) if n == 2 else f"is a circle of {n} points instead of its centre and one of its rim"
    if kind in _CORNERS:
        return Polygon((ring,)) if n == 4 else f"has {n} corners instead of 4"
    return f'is of the kind "{shown(kind)}", which is not read'


def _rectangle(ring: Ring) -> Box | Polygon:
    """Two opposite corners, or four; four that are not upright stay a polygon."""
    xs, ys = set(ring[0::2]), set(ring[1::2])
    if len(ring) == 8 and (len(xs) > 2 or len(ys) > 2):
        return Polygon((ring,))
    return Box(min(ring[0::2]), min(ring[1::2]), max(ring[0::2]), max(ring[1::2]))


def _circle(ring: Ring) -> Polygon:
    radius = math.hypot(ring[2] - ring[0], ring[3] - ring[1])
    return ellipse_outline(ring[0], ring[1], radius, radius)


def _mask(record: Mapping[str, Any]) -> Polygon | str:
    """A PNG within a box of whole pixels, both its corners included."""
    ring = _ring(record.get("points"))
    if ring is None or len(ring) != 4 or not all(abs(value) < 2**31 for value in ring):
        return "is a mask without the two corners of its box"
    x0, y0, x1, y1 = (int(value) for value in ring)
    mask = outline_of_png(record.get("mask"), (x1 - x0 + 1, y1 - y0 + 1), x0, y0)
    return mask.polygon or f"is a mask that {mask.fault}"


def _ring(points: Any) -> Ring | None:
    if not isinstance(points, list) or not points:
        return None
    ring: list[float] = []
    for point in points:
        if not isinstance(point, list) or len(point) != 2:
            return None
        x, y = as_number(point[0]), as_number(point[1])
        if x is None or y is None:
            return None
        ring += (x, y)
    return tuple(ring)


def _details(record: Mapping[str, Any], found: ShapesFound) -> AnnotationDetails | None:
    pairs: list[tuple[str, str]] = []
    group = record.get("group_id")
    if group is not None and as_text(group):
        pairs.append((GROUP, as_text(group)))
    if record.get("difficult") is True:
        pairs.append(("difficult", "1"))
    if as_number(record.get("score")) is not None:
        found.n_scored += 1
        pairs.append(("score", as_text(record["score"])))
    pairs += attributes_of(record.get("flags"))
    pairs += attributes_of(record.get("attributes"))
    for key, value in record.items():
        if key not in _SPOKEN_KEYS and value not in (None, "", [], {}):
            pairs.append((PREFIX + shown(key), json.dumps(value)))
    found.n_long += sum(len(value) > _MOST_TEXT for _, value in pairs)
    kept = {name: value for name, value in pairs if len(value) <= _MOST_TEXT}
    text = record.get("description")
    text = storable(text) if isinstance(text, str) and text else None
    return AnnotationDetails(text=text, attributes=tuple(kept.items())) if kept or text is not None else None


def attributes_of(values: Any) -> Iterator[tuple[str, str]]:
    """Of flags or of attributes as other programs of this format write them; what is not plain is kept as JSON."""
    for name, value in values.items() if isinstance(values, dict) else ():
        plain = json.dumps(value) if isinstance(value, (dict, list)) else as_text(value)
        if name.strip() and value is not None:
            yield shown(name), plain
