"""Where the shapes of Label Studio's results lie, in pixels of the picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.domain.geometry import Box, Polygon
from core.formats.label_studio.brush import outline_of_brush
from core.formats.reading.curves import ellipse_outline
from core.formats.reading.json_values import as_number, as_size, as_text
from core.formats.reading.mask_pictures import outline_of_png

Size = tuple[int, int]

_DATA_URL = re.compile("data:image/png;base64,", re.IGNORECASE)


def stated_size(results: Any) -> Size | None:
    """Of the picture, as the first result has it that says so."""
    for result in results if isinstance(results, list) else []:
        if isinstance(result, dict):
            size = size_of(result)
            if size is not None:
                return size
    return None


def extents(results: Any, size: Size | None) -> Iterator[Box]:
    """Roughly what the shapes cover in a picture of that size."""
    for result in results if isinstance(results, list) and size else []:
        value = result.get("value") if isinstance(result, dict) else None
        if isinstance(value, dict) and size is not None and not result.get("image_rotation"):
            kind = "polygon" if "points" in value else "rectangle"
            shape = _in_view(kind, value, size)
            if isinstance(shape, (Box, Polygon)):
                yield shape.bounds()


def size_of(result: Mapping[str, Any]) -> Size | None:
    """Of the picture, as the result has it."""
    return as_size(result.get("original_width"), result.get("original_height"))


def geometry_of(kind: str, result: Mapping[str, Any], size: Size | None) -> Box | Polygon | str:
    """In pixels of the picture, or why it is left out, as the end of a sentence. Shapes of a picture that was turned
    in the window are stated in the turned view."""
    stated = size_of(result)
    target = size or stated
    if target is None:
        return "is stated in parts of a picture whose size is not known"
    value = result.get("value")
    turn = as_number(result.get("image_rotation") or 0)
    if not isinstance(value, dict) or turn is None or turn % 90:
        return "lies in a picture that was turned by no quarter"
    quarters = int(turn % 360) // 90
    if kind in ("brush", "bitmask"):
        return _mask(kind, value, stated or target, target) if not quarters else "is a mask of a turned picture"
    width, height = target
    shape = _in_view(kind, value, (height, width) if quarters % 2 else target)
    if isinstance(shape, str) or not quarters or not shape.is_finite():
        return shape

    def back(x: float, y: float) -> tuple[float, float]:
        return ((y, height - x), (width - x, height - y), (width - y, x))[quarters - 1]

    return shape.moved(back)


def _in_view(kind: str, value: Mapping[str, Any], view: Size) -> Box | Polygon | str:
    """From parts of a hundred to pixels; turned clockwise about its left top corner."""
    width, height = view[0] / 100, view[1] / 100
    if kind == "polygon":
        return _polygon(value.get("points"), width, height)
    keys = ("x", "y", "radiusX", "radiusY") if kind == "ellipse" else ("x", "y", "width", "height")
    numbers = [number for key in keys if (number := as_number(value.get(key))) is not None]
    angle = as_number(value.get("rotation") or 0)
    if len(numbers) != 4 or angle is None:
        return f"has no numbers for {', '.join(keys)} or its rotation"
    x, y, a, b = numbers[0] * width, numbers[1] * height, numbers[2] * width, numbers[3] * height
    if kind == "ellipse":
        return ellipse_outline(x, y, a, b, angle)
    if not math.isfinite(angle) or angle % 360 == 0:
        return Box(x, y, x + a, y + b)
    cos, sin = _direction(angle % 360)
    along, down = (a * cos, a * sin), (-b * sin, b * cos)
    far = (x + along[0] + down[0], y + along[1] + down[1])
    return Polygon(((x, y, x + along[0], y + along[1], *far, x + down[0], y + down[1]),))


def _direction(degrees: float) -> tuple[float, float]:
    """Cosine and sine; exact for quarters."""
    exact = {90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}
    return exact.get(degrees) or (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def _polygon(points: Any, width: float, height: float) -> Polygon | str:
    ring: list[float] = []
    for point in points if isinstance(points, list) else []:
        x, y = (as_number(one) for one in point) if isinstance(point, list) and len(point) == 2 else (None, None)
        if x is None or y is None:
            return "has points that are not pairs of numbers"
        ring += (x * width, y * height)
    return Polygon((tuple(ring),)) if len(ring) >= 6 else "has fewer than 3 points"


def _mask(kind: str, value: Mapping[str, Any], own: Size, target: Size) -> Polygon | str:
    """The outline of exactly its pixels; scaled if the picture has another size than the one it was painted on."""
    if kind == "brush":
        mask = outline_of_brush(value.get("rle"), own)
    else:
        text = as_text(value.get("imageDataURL"))
        mask = outline_of_png(_DATA_URL.sub("", text, count=1), own, 0, 0)
    if mask.polygon is None:
        return f"is a mask that {mask.fault}"
    if own == target:
        return mask.polygon
    return mask.polygon.moved(lambda x, y: (x * target[0] / own[0], y * target[1] / own[1]))
