"""Makes annotations of the shapes of an image or a track: what is sound is kept, the rest is reported or counted."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation
from core.domain.names import one_line, shown
from core.domain.rotated import Rotated, corners_of
from core.formats.parts import PartsFound
from core.formats.reading.curves import ellipse_outline
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.json_values import as_number
from core.formats.reading.run_lengths import outline_of_rows
from core.formats.reading.xml_files import Node

GROUP = "cvat:group_id"
Z_ORDER = "cvat:z_order"
SOURCE = "cvat:source"
TRACK = "cvat:track"
MADE_BY = "made_by"
AUTOMATIC = "CVAT automatic annotation"
SHAPES = frozenset({"box", "polygon", "ellipse", "mask", "tag"})
WITHOUT_AREA = frozenset({"polyline", "points", "cuboid", "skeleton"})
_KNOWN = frozenset(
    {"label", "source", "occluded", "group_id", "z_order", "rotation", "score", "frame", "outside", "keyframe"}
    | {"xtl", "ytl", "xbr", "ybr", "points", "cx", "cy", "rx", "ry", "rle", "left", "top", "width", "height"}
)
_MOST_TEXT = 2000
_MOST_RLE = 8 * 2**20

Size = tuple[int, int] | None


@dataclass(slots=True)
class ShapesFound:
    """Of one image, or of the tracks of a file. The numbers are told for the whole import."""

    file: Path
    annotations: list[RawAnnotation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    without_area: Counter[str] = field(default_factory=Counter)
    first_without_area: int = 0  # its line
    n_ellipses: int = 0
    n_joined: int = 0
    n_long: int = 0

    def report(self, kind: str, text: str, line: int | None) -> None:
        self.problems.append(Problem(kind, text, str(self.file), line))


def read_shapes(nodes: Iterable[Node], size: Size, found: ShapesFound) -> None:
    """All of an image of that size (None = unknown: then borders are not checked)."""
    parts = PartsFound(GROUP)
    for node in nodes:
        annotation = to_annotation(node, node.attributes.get("label", ""), found)
        checked = None if annotation is None else check_annotation(annotation, node.name, size, found)
        if checked is not None:
            parts.add(checked, is_part=node.name in ("polygon", "mask"))
    found.annotations += parts.annotations
    found.n_joined += parts.n_joined


def to_annotation(node: Node, label: str, found: ShapesFound) -> RawAnnotation | None:
    """As it is stated, its shape not checked; None after reporting or counting it."""
    if node.name in WITHOUT_AREA:
        found.first_without_area = found.first_without_area or node.line
        found.without_area[node.name] += 1
        return None
    category = one_line(label)
    if node.name not in SHAPES:
        text = f"{_called(node, category)} is of a kind that is not read; it is left out."
        found.report("shape-invalid", text, node.line)
        return None
    if not category:
        found.report("class-missing", f"{_called(node, category)} has no label; it is left out.", node.line)
        return None
    shape = None if node.name == "tag" else _geometry(node)
    if isinstance(shape, str):
        kind = "mask-invalid" if node.name == "mask" else "coordinates-invalid"
        found.report(kind, f"{_called(node, category)} {shape}; it is left out.", node.line)
        return None
    found.n_ellipses += node.name == "ellipse"
    made_by, score = maker_of(node), as_number(node.attributes.get("score"))
    is_score = score is not None and made_by and 0 <= score <= 1
    return RawAnnotation(
        category,
        shape,
        line=node.line,
        details=_details(node, found),
        made_by=made_by,
        confidence=score if is_score else None,
    )


def _called(node: Node, category: str) -> str:
    return f'The {shown(node.name)} "{shown(category)}"' if category else f"A {shown(node.name)}"


def check_annotation(annotation: RawAnnotation, kind: str, size: Size, found: ShapesFound) -> RawAnnotation | None:
    """With the part of its shape that is usable, after reporting what is not."""
    if annotation.geometry is None:
        return annotation
    checked = check_shape(annotation.geometry, *(size or (None, None)))
    if checked.kind:
        rest = "; it is left out." if checked.shape is None else "."
        text = f'The {kind} "{shown(annotation.category or "")}" {checked.text}{rest}'
        found.report(checked.kind, text, annotation.line)
    if checked.shape is None or checked.shape == annotation.geometry:
        return None if checked.shape is None else annotation
    return replace(annotation, geometry=checked.shape)


def extents(nodes: Iterable[Node]) -> Iterator[Box]:
    """Roughly what the shapes cover."""
    for node in nodes:
        shape = _geometry(node) if node.name in ("box", "polygon") else None
        if isinstance(shape, (Box, Polygon)):
            yield shape.bounds()


def _geometry(node: Node) -> Box | Polygon | str:
    """The shape, or why there is none, as the end of a sentence."""
    if node.name == "polygon":
        return _polygon(node.attributes.get("points", ""))
    if node.name == "mask":
        return _mask(node)
    keys = ("xtl", "ytl", "xbr", "ybr") if node.name == "box" else ("cx", "cy", "rx", "ry")
    try:
        words = [node.attributes[key] for key in keys]
        numbers, angle = list(map(float, words)), float(node.attributes.get("rotation", "0"))
    except (KeyError, ValueError):
        words = ["_"]
    if "_" in "".join(words):  # which Python takes for a part of a number
        return f"has no numbers for {', '.join(keys)} or its rotation"
    if node.name == "ellipse":
        cx, cy, rx, ry = numbers
        return ellipse_outline(cx, cy, rx, ry, angle)
    x0, y0, x1, y1 = numbers
    if not math.isfinite(angle) or angle % 360 == 0 or x1 <= x0 or y1 <= y0:
        return Box(x0, y0, x1, y1)
    return corners_of(Rotated((x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0, angle % 360))


def _polygon(text: str) -> Polygon | str:
    words = text.replace(";", ",").split(",")
    try:
        ring = tuple(map(float, words))
    except ValueError:
        return "has points that are not pairs of numbers"
    if len(ring) % 2 or "_" in text:
        return "has points that are not pairs of numbers"
    return Polygon((ring,))


def _mask(node: Node) -> Polygon | str:
    """Runs of background and object in turn, row by row, within a box; the last of background may be missing."""
    text = node.attributes.get("rle", "")
    words = text.split(",") if len(text) <= _MOST_RLE else []
    place = [node.attributes.get(key, "").strip() for key in ("left", "top", "width", "height")]
    if not all(_is_whole(word.strip()) for word in (*words, *place)) or not words:
        return "is a mask whose runs or box are not whole numbers"
    runs, (left, top, width, height) = [int(word) for word in words], map(int, place)
    missing = width * height - sum(runs)
    if missing > 0 and len(runs) % 2 == 0:
        runs.append(missing)
    mask = outline_of_rows(runs, width, height, left, top)
    return mask.polygon or f"is a mask that {mask.fault}"


def _is_whole(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) < 10


def maker_of(node: Node) -> str:
    """Of a shape or a track; "" for what a person made, be it with a tool that helps."""
    stated = next((child.text.strip() for child in node.children if child.attributes.get("name") == MADE_BY), "")
    return one_line(stated) or AUTOMATIC if node.attributes.get("source") == "auto" else ""


def _details(node: Node, found: ShapesFound) -> AnnotationDetails | None:
    pairs: list[tuple[str, str]] = []
    for key, name, empty in (("group_id", GROUP, "0"), ("z_order", Z_ORDER, "0"), ("source", SOURCE, "manual")):
        value = node.attributes.get(key, "").strip()
        if value and value not in (empty, "auto"):
            pairs.append((name, shown(value)))
    for key in sorted(node.attributes.keys() - _KNOWN):  # what newer versions say of a shape
        pairs.append((f"cvat:{shown(key)}", shown(node.attributes[key])))
    if node.attributes.get("source") != "auto" and "score" in node.attributes:
        pairs.append(("score", shown(node.attributes["score"])))
    if node.attributes.get("occluded") == "1":
        pairs.append(("occluded", "1"))
    text: str | None = None
    for child in node.children:
        name = one_line(child.attributes.get("name", "")) if child.name == "attribute" else ""
        if name == "text" and child.text:
            text = child.text
        elif name and name != MADE_BY:
            pairs.append((name, child.text))
    kept = {name: value for name, value in pairs if len(value) <= _MOST_TEXT}
    found.n_long += sum(len(value) > _MOST_TEXT for _, value in pairs)
    return AnnotationDetails(text=text, attributes=tuple(kept.items())) if kept or text is not None else None
