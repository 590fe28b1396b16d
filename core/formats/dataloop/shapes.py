"""Makes annotations of Dataloop's records: what is sound is kept, the rest is reported or counted."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation
from core.domain.names import one_line, shown
from core.domain.rotated import Rotated, corners_of
from core.formats.reading.curves import ellipse_outline
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.json_values import as_name, as_number, as_text
from core.formats.reading.mask_pictures import outline_of_png

PREFIX = "dataloop:"
TEXT = "text"
"""The attribute in which a transcription goes to Dataloop and comes back."""

_UNKNOWN_MODEL = "a model without a name"
_WITHOUT_AREA = frozenset({"point", "polyline", "pose", "note", "text", "item_description", "comparison", "ref_image"})
_DATA_URL = "data:image/png;base64,"
_MOST_TEXT = 2000

Size = tuple[int, int] | None


@dataclass(slots=True)
class ShapesFound:
    """Of one item. `lost` are index, kind and text of what is left out or changed; the numbers are told for the whole
    import."""

    annotations: list[RawAnnotation] = field(default_factory=list)
    lost: list[tuple[int, str, str]] = field(default_factory=list)
    without_area: Counter[str] = field(default_factory=Counter)
    n_ellipses: int = 0
    n_discarded: int = 0
    n_long: int = 0

    @property
    def is_open(self) -> bool:
        """Whether something of the item was left out, so that nobody can call it empty."""
        return bool(self.lost or self.without_area or self.n_discarded)


def read_shapes(records: list[Any], size: Size) -> ShapesFound:
    """`size` is that of the image (None = unknown: then borders are not checked)."""
    found = ShapesFound()
    for index, record in enumerate(records):
        if isinstance(record, dict):
            annotation = _to_annotation(index, record, size, found)
            if annotation is not None:
                found.annotations.append(annotation)
        else:
            found.lost.append((index, "annotation-invalid", f"Annotation {index + 1} is no record; it is left out."))
    return found


def extents(records: list[Any]) -> Iterator[Box]:
    """Roughly what the shapes cover."""
    for record in records:
        if isinstance(record, dict) and record.get("type") in ("box", "segment"):
            shape = _drawn(record, None)
            if isinstance(shape, (Box, Polygon)):
                yield shape.bounds()


def _to_annotation(index: int, record: Mapping[str, Any], size: Size, found: ShapesFound) -> RawAnnotation | None:
    kind, name = record.get("type"), as_name(record.get("label"))
    called = f'Annotation {index + 1} ("{shown(name)}")' if name else f"Annotation {index + 1}"
    if isinstance(kind, str) and kind in _WITHOUT_AREA:
        found.without_area[kind] += 1
        return None
    if _system(record).get("status") in ("discard", "discarded"):
        found.n_discarded += 1
        return None
    if not name:
        found.lost.append((index, "class-missing", f"{called} has no label; it is left out."))
        return None
    made_by, confidence = _maker(record)
    details = _details(record, found)
    if kind == "class":
        return RawAnnotation(name, None, details=details, made_by=made_by, confidence=confidence)
    shape = _drawn(record, size)
    if isinstance(shape, str):
        lost = "mask-invalid" if kind == "binary" else "shape-invalid"
        found.lost.append((index, lost, f"{called} {shape}; it is left out."))
        return None
    checked = check_shape(shape, *(size or (None, None)))
    if checked.kind:
        rest = "; it is left out." if checked.shape is None else "."
        found.lost.append((index, checked.kind, f"{called} {checked.text}{rest}"))
    if checked.shape is None:
        return None
    found.n_ellipses += kind == "ellipse"
    return RawAnnotation(name, checked.shape, details=details, made_by=made_by, confidence=confidence)


def _drawn(record: Mapping[str, Any], size: Size) -> Box | Polygon | str:
    """The shape, or why there is none, as the end of a sentence."""
    kind = record.get("type")
    place = record.get("coordinates", record.get("data"))
    if kind == "box":
        return _box(place, record)
    if kind == "segment":
        return _segment(place)
    if kind == "ellipse":
        return _ellipse(place)
    if kind == "binary":
        return _mask(place, size)
    return f'is of the kind "{shown(str(kind)[:40])}", which is not read'


def _box(place: Any, record: Mapping[str, Any]) -> Box | Polygon | str:
    """Two opposite corners, and an angle behind them for a turned one; or the four corners of that."""
    points = [_point(value) for value in place[:4]] if isinstance(place, list) else []
    corners = [point for point in points if point is not None]
    if len(corners) == 4:
        ring = tuple(value for point in corners for value in point)
        is_upright = len(set(ring[0::2])) == len(set(ring[1::2])) == 2
        return Polygon((ring,)).bounds() if is_upright else Polygon((ring,))
    if len(corners) != 2:
        return "has coordinates that are not two corners"
    (x0, y0), (x1, y1) = corners
    box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    angle = as_number(place[2]) if len(place) > 2 else as_number(record.get("angle"))
    if not angle or not math.isfinite(angle) or not box.is_finite():
        return box
    return corners_of(Rotated((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, box.width, box.height, angle % 360))


def _segment(place: Any) -> Polygon | str:
    """A list of rings, or one ring."""
    rings = place if isinstance(place, list) and place and isinstance(place[0], list) else [place]
    found = []
    for ring in rings:
        points = [_point(value) for value in ring] if isinstance(ring, list) else [None]
        sound = [point for point in points if point is not None]
        if not sound or len(sound) < len(points):
            return "has coordinates that are not lists of points"
        found.append(tuple(value for point in sound for value in point))
    return Polygon(tuple(found))


def _ellipse(place: Any) -> Polygon | str:
    centre = _point(place.get("center")) if isinstance(place, dict) else None
    if centre is None or not isinstance(place, dict):
        return "is an ellipse without a centre"
    rx, ry = as_number(place.get("rx")), as_number(place.get("ry"))
    if not rx or not ry or not math.isfinite(rx) or not math.isfinite(ry):
        return "is an ellipse without two radii"
    return ellipse_outline(*centre, abs(rx), abs(ry), as_number(place.get("angle")) or 0.0)


def _mask(place: Any, size: Size) -> Polygon | str:
    """A PNG of the whole image's size: what is not transparent is the object."""
    text = place.get("data") if isinstance(place, dict) else place
    if not isinstance(text, str) or not text.startswith(_DATA_URL):
        return "is a mask that is no PNG picture"
    mask = outline_of_png(text[len(_DATA_URL) :], size, 0, 0)
    return mask.polygon or f"is a mask that {mask.fault}"


def _point(value: Any) -> tuple[float, float] | None:
    x = as_number(value.get("x")) if isinstance(value, dict) else None
    y = as_number(value.get("y")) if isinstance(value, dict) else None
    return None if x is None or y is None else (x, y)


def _maker(record: Mapping[str, Any]) -> tuple[str, float | None]:
    """The model that made an annotation and how sure it was; "" for a person."""
    metadata = record.get("metadata")
    user = metadata.get("user") if isinstance(metadata, dict) else None
    model = user.get("model") if isinstance(user, dict) else None
    if not isinstance(model, dict):
        return "", None
    name = as_name(model.get("name")) or as_name(model.get("model_id")) or _UNKNOWN_MODEL
    confidence = as_number(model.get("confidence"))
    return name, confidence if confidence is not None and 0 <= confidence <= 1 else None


def _system(record: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = record.get("metadata")
    system = metadata.get("system") if isinstance(metadata, dict) else None
    return system if isinstance(system, dict) else {}


def _details(record: Mapping[str, Any], found: ShapesFound) -> AnnotationDetails | None:
    system = _system(record)
    pairs: list[tuple[str, str]] = []
    attributes = record.get("attributes")
    if isinstance(attributes, list) and attributes:
        pairs.append((PREFIX + "attributes", as_json(attributes)))
    named = attributes if isinstance(attributes, dict) and attributes else system.get("attributes")
    pairs += named_pairs(named)
    description = record.get("description")
    pairs += [("description", description)] if isinstance(description, str) and description else []
    for key in ("status", "objectId"):
        pairs += [(PREFIX + key, as_text(system.get(key)))] if as_text(system.get(key)) else []
    pairs = [(one_line(name), storable(value)) for name, value in pairs]
    kept = [(name, value) for name, value in pairs if name and 0 < len(value) <= _MOST_TEXT]
    found.n_long += len(pairs) - len(kept)
    text = next((value for name, value in kept if name == TEXT), None)
    kept = [pair for pair in kept if pair[0] != TEXT]
    stated_id, parent = as_name(record.get("id")), as_name(record.get("parentId"))
    if not (stated_id or parent or kept or text is not None):
        return None
    return AnnotationDetails(stated_id, parent, text=text, attributes=tuple(kept))


def named_pairs(named: Any) -> list[tuple[str, str]]:
    """Attributes by name; what is no single value as JSON."""
    if not isinstance(named, dict):
        return []
    return [(name, as_text(value) or as_json(value)) for name, value in named.items() if value not in (None, "")]


def as_json(value: Any) -> str:
    """ "" for what is nested without end."""
    try:
        return json.dumps(value)
    except (ValueError, RecursionError):
        return ""


def storable(text: str) -> str:
    """Without halves of signs, which no database takes."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
