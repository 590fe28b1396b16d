"""Pascal VOC's XML of one image: its name, size and objects, in the dialects of the programs that write it.

A box is `bndbox`, a rotated one `robndbox` (roLabelImg, radians), an outline `polygon` with x1, y1, x2, ... or with
points `pt`. Where an object has an outline and a box, the outline counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation
from core.domain.names import one_line, shown
from core.domain.rotated import Rotated, corners_of
from core.errors import FormatError
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.kept_details import kept_details
from core.formats.reading.xml_files import Node, read_xml

DETAILS, CROWD, PIXELS, FROM_1 = "calque:details", "is_crowd", "calque:pixels", "from-1"
FLAGS: Mapping[str, str] = {"pose": "Unspecified", "truncated": "0", "difficult": "0", "occluded": "0"}
"""What an object says besides, with what is nothing to remember."""

_CORNERS = ("xmin", "ymin", "xmax", "ymax")
_UNREAD_SHAPES = ("point", "line", "dashed", "circle", "mask", "mask_source", "cubi_box", "segm")
_COORDINATE = re.compile(r"([xy])(\d{1,6})")
_NOTHING = frozenset({"", "0", "0.0", "false", "False", "Unspecified", "unspecified"})


@dataclass(frozen=True, slots=True)
class VocDocument:
    """A parsed file. `name` and `path` of the picture are as stated, "" when they are not."""

    file: Path
    root: Node
    name: str
    path: str
    size: tuple[int, int] | None
    details: ImageDetails | None
    is_from_1: bool = False  # the file says itself that its pixels are counted from 1

    @property
    def objects(self) -> Iterator[Node]:
        return (node for node in self.root.children if node.name == "object")


@dataclass(slots=True)
class VocContent:
    """`n_stated` counts objects, usable or not. `n_parts`, `n_swapped` and `n_deleted` are for remarks on the whole."""

    made_by: str = ""
    annotations: list[RawAnnotation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    n_stated: int = 0
    n_parts: int = 0
    n_swapped: int = 0
    n_deleted: int = 0
    n_turned: int = 0  # boxes that CVAT's attribute "rotation" says to be turned


@dataclass(frozen=True, slots=True)
class _Shapes:
    """What an object's elements say of its place. `lost` says what could not be read, as the end of a sentence."""

    best: Box | Polygon | None
    box: Box | None
    lost: str = ""
    is_swapped: bool = False


def read_voc(path: Path) -> VocDocument:
    """Raises FormatError when the file is not XML of this kind."""
    root = read_xml(path)
    if root.name != "annotation":
        text = f'"{shown(path.name)}" is not Pascal VOC: its outermost element is "{shown(root.name)}".'
        raise FormatError(text, file=path, line=root.line)
    is_from_1 = (PIXELS, FROM_1) in _attributes(root)
    name, stated = _text(root, "filename"), _text(root, "path")
    return VocDocument(path, root, name, stated, _size(root), _image_details(root), is_from_1)


def extents_of(document: VocDocument, offset: float) -> Iterator[Box]:
    """Of the objects' shapes as stated, for the question on which picture they were drawn."""
    for node in document.objects:
        shape = _shapes(node, max(offset, document.is_from_1)).best
        if shape is not None and shape.is_finite():
            yield shape.bounds()


def read_objects(
    document: VocDocument, size: tuple[int, int] | None, *, is_from_1: bool = False, made_by: str = ""
) -> VocContent:
    """The objects in pixels of an image of `size`, None = unknown. `is_from_1`: pixels are counted from 1, and a box's
    last row and column belong to it. `made_by` is the model that made them, "" for a person."""
    content = VocContent(made_by)
    for node in document.objects:
        content.n_stated += 1
        _add(node, document, size, float(is_from_1 or document.is_from_1), content)
    return content


def _add(node: Node, document: VocDocument, size: tuple[int, int] | None, offset: float, content: VocContent) -> None:
    name = one_line(_text(node, "name"))
    called = f'Object {content.n_stated} ("{shown(name)}")' if name else f"Object {content.n_stated}"
    content.n_parts += sum(child.name == "part" for child in node.children)

    def report(kind: str, words: str) -> None:
        content.problems.append(Problem(kind, f"{called} {words}", str(document.file), node.line))

    if _text(node, "deleted") == "1":
        content.n_deleted += 1
        return
    if not name:
        report("annotation-without-category", "has no name; it is left out.")
        return
    shapes = _shapes(node, offset)
    if shapes.best is None:
        report("coordinates-invalid" if shapes.lost else "object-without-box", f"{shapes.lost or _placeless(node)}.")
        return
    checked = check_shape(shapes.best, *(size or (None, None)))
    if checked.shape is None and shapes.box is not None and shapes.box is not shapes.best:
        instead = check_shape(shapes.box, *(size or (None, None)))
        if instead.shape is not None:
            report(checked.kind, f"{checked.text}; its box is kept.")
            checked = instead
    if checked.kind:
        report(checked.kind, f"{checked.text}{'; it is left out' if checked.shape is None else ''}.")
    elif shapes.lost:
        report("polygon-invalid", f"{shapes.lost}; its box is kept.")
    if checked.shape is None:
        return
    content.n_swapped += shapes.is_swapped
    details, is_crowd = _details(node, report)
    content.n_turned += isinstance(checked.shape, Box) and details is not None and is_turned(details.get("rotation"))
    made_by = content.made_by
    confidence = _number(_text(node, "confidence")) if made_by else None
    confidence = confidence if confidence is not None and 0 <= confidence <= 1 else None
    content.annotations.append(RawAnnotation(name, checked.shape, is_crowd, node.line, details, made_by, confidence))


def is_turned(rotation: str | None) -> bool:
    """Whether CVAT's attribute "rotation", degrees, says that a box is turned."""
    angle = _number(rotation)
    return angle is not None and math.isfinite(angle) and angle % 360 != 0


def _placeless(node: Node) -> str:
    other = next((child.name for child in node.children if child.name in _UNREAD_SHAPES), "")
    if other:
        return f"is drawn as {shown(other)}, which is not read; it is left out"
    return "has neither box nor outline; it is left out"


def _shapes(node: Node, offset: float) -> _Shapes:
    box, is_swapped, lost = None, False, ""
    rings: list[tuple[float, ...]] = []
    n_outlines = 0
    for child in node.children:
        if child.name == "bndbox" and box is None:
            box, is_swapped, lost = _box(child, offset)
        elif child.name == "robndbox":
            n_outlines += 1
            rings += [ring] if (ring := _rotated(child, offset / 2)) else []
        elif child.name == "polygon":
            n_outlines += 1
            rings += [ring] if (ring := _ring(child, offset / 2)) else []
    if n_outlines and len(rings) == n_outlines:
        return _Shapes(Polygon(tuple(rings)), box)
    if n_outlines:
        lost = "has an outline that is not pairs of numbers"
        return _Shapes(box, box, lost if box is not None else f"{lost}; it is left out", is_swapped)
    return _Shapes(box, box, lost, is_swapped)


def _box(node: Node, offset: float) -> tuple[Box | None, bool, str]:
    """The box, whether its corners were swapped, and what is wrong."""
    texts = {child.name.lower(): child.text for child in node.children}
    try:
        x0, y0, x1, y1 = [float(texts[key]) for key in _CORNERS]
    except (KeyError, ValueError):
        missing = [key for key in _CORNERS if _number(texts.get(key)) is None]
        return None, False, f"has a box without a number for {', '.join(missing)}; it is left out"
    if x0 <= x1 and y0 <= y1:
        return Box(x0 - offset, y0 - offset, x1, y1), False, ""
    if not math.isfinite(x0 + y0 + x1 + y1):
        return Box(x0, y0, x1, y1), False, ""
    return Box(min(x0, x1) - offset, min(y0, y1) - offset, max(x0, x1), max(y0, y1)), True, ""


def _rotated(node: Node, offset: float) -> tuple[float, ...]:
    texts = {child.name: child.text for child in node.children}
    cx, cy, width, height, angle = (_number(texts.get(key)) for key in ("cx", "cy", "w", "h", "angle"))
    if cx is None or cy is None or width is None or height is None or angle is None or not math.isfinite(angle):
        return ()
    (ring,) = corners_of(Rotated(cx - offset, cy - offset, width, height, math.degrees(angle) % 360)).rings
    return ring


def _ring(node: Node, offset: float) -> tuple[float, ...]:
    """() when a point lacks a coordinate, or one is no number."""
    points = [child for child in node.children if child.name == "pt"]
    if points:
        told = [_number(_text(point, axis)) for point in points for axis in ("x", "y")]
    else:
        found: dict[tuple[int, str], float | None] = {}
        for child in node.children:
            match = _COORDINATE.fullmatch(child.name.lower())
            if match is not None:
                found[int(match[2]), match[1]] = _number(child.text)
        numbers = sorted({number for number, _ in found})
        told = [found.get((number, axis)) for number in numbers for axis in ("x", "y")]
    values = [value - offset for value in told if value is not None]
    return tuple(values) if len(values) == len(told) else ()


def _details(node: Node, report: Callable[[str, str], None]) -> tuple[AnnotationDetails | None, bool]:
    """What else an object says, and whether it is a crowd."""
    pairs = [(child.name, child.text.strip()) for child in node.children if child.name in FLAGS]
    attributes = [(name, one_line(text)) for name, text in pairs if text not in _NOTHING]
    kept: AnnotationDetails | None = None
    is_crowd = False
    for name, value in _attributes(node):
        if name == CROWD:
            is_crowd = value not in _NOTHING
        elif name == DETAILS:
            try:
                kept = kept_details(value)
            except ValueError:
                report("details-unreadable", f"has details ({DETAILS}) that cannot be read; they are left out.")
        else:
            attributes.append((name, value))
    if kept is None and not attributes:
        return None, is_crowd
    kept = kept or AnnotationDetails()
    return AnnotationDetails(
        kept.stated_id,
        kept.parent,
        kept.order,
        kept.text,
        kept.baseline,
        kept.is_baseline_derived,
        tuple(attributes),
    ), is_crowd


def _image_details(root: Node) -> ImageDetails | None:
    attributes: list[tuple[str, str]] = []
    verified = root.attributes.get("verified", "")
    if verified in ("yes", "true", "1"):
        attributes.append(("voc:verified", "yes"))
    source = root.find("source")
    database = _text(source, "database") if source is not None else ""
    if database and database != "Unknown":
        attributes.append(("voc:database", one_line(database)))
    stated_id = url = ""
    for name, value in _attributes(root):
        if name == "calque:id":
            stated_id = value
        elif name == "calque:url":
            url = value
        elif name != PIXELS:
            attributes.append((name, value))
    found = ImageDetails(stated_id, url, tuple(attributes))
    return found if found != ImageDetails() else None


def _attributes(node: Node) -> Iterator[tuple[str, str]]:
    """CVAT's pairs; of a text, line breaks count."""
    for child in node.children:
        if child.name == "attributes":
            for pair in child.children:
                name = one_line(_text(pair, "name"))
                value = pair.find("value")
                if name:
                    yield name, value.text if value is not None else ""


def _size(root: Node) -> tuple[int, int] | None:
    node = root.find("size")
    width, height = (_number(_text(node, key)) for key in ("width", "height")) if node is not None else (None, None)
    if width is None or height is None or not (1 <= width < 1e9 and 1 <= height < 1e9):
        return None
    return int(width), int(height)


def _text(node: Node | None, name: str) -> str:
    found = node.find(name) if node is not None else None
    return found.text.strip() if found is not None else ""


def _number(text: str | None) -> float | None:
    """May be NaN or infinite; the check of shapes refuses those."""
    try:
        return None if text is None or "_" in text else float(text)
    except ValueError:
        return None
