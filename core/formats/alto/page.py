"""What an ALTO file says of its page: lines and zones with their shapes and classes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.xml_files import Node, read_xml, read_xml_head

TEXT_LINE = "text_line"
_ZONES = {
    "TextBlock": "text_block",
    "Illustration": "illustration",
    "GraphicalElement": "graphical_element",
    "ComposedBlock": "composed_block",
}
_UNITS = {"pixel", "mm10", "inch1200"}
_BASELINE_ONLY = "has a baseline but no outline and no box"
_NO_PLACE = "has no outline, no box and no words that have one"
_NUMBERED = re.compile(r"#\s*\d+\s*$")
_SPEAKING_TAGS = ("OtherTag", "LayoutTag", "StructureTag", "RoleTag")


@dataclass(frozen=True, slots=True)
class AltoFile:
    """A parsed file. `unit` is one of pixel, mm10 (tenths of a millimetre) and inch1200."""

    path: Path
    page: Node
    image_name: str  # as the file states it; "" when it does not
    unit: str
    width: float | None  # of the page, in `unit`
    height: float | None
    tags: Mapping[str, str]  # labels by id
    n_pages: int


@dataclass(slots=True)
class PageContent:
    """`line_types`, `numbered` and `n_from_strings` count what was merged, for a remark on the whole import."""

    annotations: list[RawAnnotation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    line_types: dict[str, int] = field(default_factory=dict)
    numbered: dict[str, int] = field(default_factory=dict)
    n_from_strings: int = 0  # lines whose place is that of their words
    n_stated: int = 0  # lines and zones that the file has, usable or not


def read_alto(path: Path) -> AltoFile:
    """Raises FormatError when the file is not ALTO, has no page, or measures in an unknown unit."""
    root = read_xml(path)
    name = shown(path.name)
    if root.name != "alto":
        raise _not_alto(path, root)
    pages = [node for node in root.walk() if node.name == "Page"]
    if not pages:
        raise FormatError(f'"{name}" has no page.', file=path)
    unit = next((node.text.strip() for node in root.walk() if node.name == "MeasurementUnit"), "") or "pixel"
    if unit not in _UNITS:
        text = f'"{name}" measures in "{shown(unit)}"; pixel, mm10 and inch1200 are read.'
        raise FormatError(text, file=path, hint="Export it in pixels.")
    tags = {
        node.attributes["ID"]: one_line(node.attributes["LABEL"])
        for node in root.walk()
        if node.name in _SPEAKING_TAGS and "ID" in node.attributes and "LABEL" in node.attributes
    }
    width, height = (_number(pages[0].attributes.get(key)) for key in ("WIDTH", "HEIGHT"))
    return AltoFile(path, pages[0], _image_name(root), unit, width, height, tags, len(pages))


def read_image_name(path: Path) -> str:
    """The picture's file name as the file states it, "" when it does not. Reads no further than to the layout.

    Raises FormatError when the file breaks off or is not ALTO up to there.
    """
    head = read_xml_head(path, until="Layout", having="sourceImageInformation")
    if head.name != "alto":
        raise _not_alto(path, head)
    return _image_name(head)


def without_number(label: str) -> str:
    """The label of a zone without the number that some programs add: "MainZone#1" is a MainZone."""
    return _NUMBERED.sub("", label).strip()


def _image_name(root: Node) -> str:
    source = next((node for node in root.walk() if node.name == "sourceImageInformation"), None)
    file_name = source.find("fileName") if source else None
    return file_name.text.strip() if file_name else ""


def _not_alto(path: Path, root: Node) -> FormatError:
    text = f'"{shown(path.name)}" is not ALTO: its outermost element is "{shown(root.name)}".'
    return FormatError(text, file=path, line=1)


def read_page(file: AltoFile, size: tuple[int, int] | None) -> PageContent:
    """The page's lines and zones in pixels of an image of `size` (None = unknown; then only pixels can be read)."""
    content = PageContent()
    scale = _scale(file, size, content)
    if scale is None:
        return content
    if file.n_pages > 1:
        text = f"The file has {file.n_pages} pages; the first one is read."
        content.problems.append(Problem("several-pages", text, str(file.path)))
    for node in file.page.walk():
        if node.name == "TextLine" or node.name in _ZONES:
            _add(node, file, size, scale, content)
    return content


def _add(
    node: Node, file: AltoFile, size: tuple[int, int] | None, scale: tuple[float, float], content: PageContent
) -> None:
    shape, lost = _shape(node, scale)
    if shape is None and not lost:
        return  # a block that only groups lines
    content.n_stated += 1
    called = f"{node.name} {shown(node.attributes.get('ID', ''))}".strip()
    if shape is None:
        kind = "line-without-outline" if lost in (_BASELINE_ONLY, _NO_PLACE) else "coordinates-invalid"
        _report(content, file, node, kind, f"{called} {lost}; it is left out.")
        return
    checked = check_shape(shape, *(size or (None, None)))
    if checked.shape is None:
        for other, word in ((_box(node, scale), "box"), (_words_box(node, scale), "words' box")):
            instead = check_shape(other, *(size or (None, None))) if other is not None and other != shape else None
            if instead is not None and instead.shape is not None:
                what = "outline" if isinstance(shape, Polygon) else "box"
                text = f"The {what} of {called} {checked.text}; its {word} is kept."
                _report(content, file, node, checked.kind, text)
                checked, lost = instead, ""
                break
    if checked.kind:
        rest = "; it is left out." if checked.shape is None else "."
        _report(content, file, node, checked.kind, f"{called} {checked.text}{rest}")
    elif lost:
        kind = "polygon-invalid" if node.find("Shape") is not None else "coordinates-invalid"
        kept = "its box" if _box(node, scale) is not None else "the box of its words"
        _report(content, file, node, kind, f"{called} {lost}; {kept} is kept.")
    if checked.shape is not None:
        is_of_words = shape == _words_box(node, scale) and _box(node, scale) is None
        content.n_from_strings += is_of_words and not lost
        content.annotations.append(RawAnnotation(_category(node, file, content), checked.shape, line=node.line))


def _category(node: Node, file: AltoFile, content: PageContent) -> str:
    label = next((file.tags[key] for key in node.attributes.get("TAGREFS", "").split() if file.tags.get(key)), "")
    if node.name == "TextLine":
        if label:
            content.line_types[label] = content.line_types.get(label, 0) + 1
        return TEXT_LINE
    plain = without_number(label)
    if plain != label:
        content.numbered[label] = content.numbered.get(label, 0) + 1
    kind = one_line(node.attributes.get("TYPE", "")) if node.name in ("ComposedBlock", "Illustration") else ""
    return plain or kind or _ZONES[node.name]


def _shape(node: Node, scale: tuple[float, float]) -> tuple[Box | Polygon | None, str]:
    """The outline if there is a readable one, else the box, of a line else that of its words; and what could not be
    read ("" = nothing was stated, which no line may)."""
    outline = node.find("Shape")
    polygon = outline.find("Polygon") if outline else None
    box = _box(node, scale)
    lost = ""
    if polygon is not None:
        numbers = [_number(word) for word in re.split(r"[\s,]+", polygon.attributes.get("POINTS", "").strip())]
        if None not in numbers and len(numbers) % 2 == 0:
            values = (number for number in numbers if number is not None)
            return Polygon((tuple(value * scale[place % 2] for place, value in enumerate(values)),)), ""
        lost = "has an outline that is not pairs of numbers"
    elif box is None and any(key in node.attributes for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")):
        lost = "has no outline and not all of HPOS, VPOS, WIDTH and HEIGHT"
    if box is None and node.name == "TextLine":
        box = _words_box(node, scale)
        if box is None and not lost:
            lost = _BASELINE_ONLY if node.attributes.get("BASELINE", "").strip() else _NO_PLACE
    return box, lost


def _words_box(node: Node, scale: tuple[float, float]) -> Box | None:
    """What the boxes of a line's words span; words without a box, or one without end, do not count."""
    boxes = [_box(word, scale) for word in node.walk() if word.name == "String"] if node.name == "TextLine" else []
    found = [box for box in boxes if box is not None and box.is_finite() and box.area > 0]
    if not found:
        return None
    return Box(
        min(box.x0 for box in found),
        min(box.y0 for box in found),
        max(box.x1 for box in found),
        max(box.y1 for box in found),
    )


def _box(node: Node, scale: tuple[float, float]) -> Box | None:
    x, y, width, height = (_number(node.attributes.get(key)) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    if x is None or y is None or width is None or height is None:
        return None
    return Box(x * scale[0], y * scale[1], (x + width) * scale[0], (y + height) * scale[1])


def _scale(file: AltoFile, size: tuple[int, int] | None, content: PageContent) -> tuple[float, float] | None:
    """Pixels per unit across and down; None after reporting that it cannot be known."""
    if size is None or not file.width or not file.height:
        if file.unit == "pixel":
            return (1.0, 1.0)
        text = f"The page is measured in {file.unit} and says no size, so its pixels are not known; it is left out."
        content.problems.append(Problem("unit-unknown-scale", text, str(file.path)))
        return None
    across, down = size[0] / file.width, size[1] / file.height
    if file.unit != "pixel":
        return (across, down)
    if abs(across - 1) < 0.002 and abs(down - 1) < 0.002:
        return (1.0, 1.0)
    told = f"The page is {file.width:g} x {file.height:g}, the image {size[0]} x {size[1]} pixels"
    if abs(across - down) < 0.02 * across:
        text = f"{told}; the coordinates were scaled to the image."
        content.problems.append(Problem("page-scaled", text, str(file.path), severity=Severity.INFO))
        return (across, down)
    text = f"{told}, of another shape; the coordinates were taken as they are. Check them."
    content.problems.append(Problem("image-size-differs", text, str(file.path)))
    return (1.0, 1.0)


def _report(content: PageContent, file: AltoFile, node: Node, kind: str, text: str) -> None:
    content.problems.append(Problem(kind, text, str(file.path), node.line))


def _number(text: str | None) -> float | None:
    """May be NaN or infinite; the check of shapes refuses those."""
    try:
        return None if text is None or "_" in text else float(text)
    except ValueError:
        return math.nan if text and text.strip().lower() == "nan" else None
