"""Decides which shapes of an annotation file can be used. One bad shape never costs its image or its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.geometry import Box, Polygon, Ring

_TOLERANCE = 1.0
"""Pixels beyond the border that rounding in other programs explains; cut off without a word."""


@dataclass(frozen=True, slots=True)
class CheckedShape:
    """`shape` None = it has to be left out. `kind` and `text` are those of the problem; "" = nothing to say."""

    shape: Box | Polygon | None
    kind: str = ""
    text: str = ""


def check_shape(shape: Box | Polygon, width: int | None, height: int | None) -> CheckedShape:
    """The shape inside an image of that size (None = unknown: borders are not checked), or why it is left out."""
    if not shape.is_finite():
        return CheckedShape(None, "coordinates-not-finite", "has a coordinate that is not a finite number")
    checked = _check_box(shape) if isinstance(shape, Box) else _check_polygon(shape)
    if checked.shape is None or width is None or height is None:
        return checked
    bounds = checked.shape if isinstance(checked.shape, Box) else checked.shape.bounds()
    what = "box" if isinstance(checked.shape, Box) else "polygon"
    if bounds.x0 >= 0 and bounds.y0 >= 0 and bounds.x1 <= width and bounds.y1 <= height:
        return checked
    if bounds.clipped(width, height).area <= 0:
        text = f"lies outside the image of {width} x {height} pixels ({_words(bounds)})"
        return CheckedShape(None, f"{what}-out-of-bounds", text)
    beyond = max(-bounds.x0, -bounds.y0, bounds.x1 - width, bounds.y1 - height)
    clipped = checked.shape.clipped(width, height)
    if isinstance(clipped, Polygon) and clipped.area <= 0:
        return CheckedShape(None, "polygon-out-of-bounds", f"has no area inside the image ({_words(bounds)})")
    if beyond <= _TOLERANCE:
        return CheckedShape(clipped, checked.kind, checked.text)
    text = f"reaches {beyond:.0f} px beyond the image of {width} x {height} pixels; the part inside is kept"
    return CheckedShape(clipped, f"{what}-clipped", text)


def _check_box(box: Box) -> CheckedShape:
    if box.width < 0 or box.height < 0:
        return CheckedShape(None, "box-negative-size", f"has a negative width or height ({_words(box)})")
    if box.width == 0 or box.height == 0:
        return CheckedShape(None, "box-without-area", f"has no area ({_words(box)})")
    return CheckedShape(box)


def _check_polygon(polygon: Polygon) -> CheckedShape:
    kept = tuple(ring for ring in polygon.rings if _n_points(ring) >= 3)
    if not kept:
        return CheckedShape(None, "polygon-too-few-points", "has fewer than 3 different points")
    solid = Polygon(tuple(ring for ring in kept if Polygon((ring,)).area > 0))
    if not solid.rings:
        return CheckedShape(None, "polygon-without-area", "has no area: its points lie on a line or cross evenly")
    if len(solid.rings) < len(polygon.rings):
        n_lost = len(polygon.rings) - len(solid.rings)
        text = f"has {n_lost} of {len(polygon.rings)} parts without area; the others are kept"
        return CheckedShape(solid, "polygon-part-dropped", text)
    return CheckedShape(polygon)


def _n_points(ring: Ring) -> int:
    return len(set(zip(ring[0::2], ring[1::2], strict=True))) if len(ring) % 2 == 0 else 0


def _words(box: Box) -> str:
    return f"x {box.x0:g} to {box.x1:g}, y {box.y0:g} to {box.y1:g}"
