"""What an ALTO file says of its page: lines and zones with their shapes and classes, and what else they have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.alto.notes import Notes, notes_of
from core.formats.alto.order import stated_ranks
from core.formats.alto.text import baseline_of, has_words, text_of, unkept_of
from core.formats.layout.arranging import MADE_CONTAINER
from core.formats.layout.content import PageContent, StatedIds, called, checked_baseline, is_dummy, line_details
from core.formats.layout.heads import NAME, name_in_head
from core.formats.layout.labels import TEXT_LINE
from core.formats.layout.numbers import coordinates, number
from core.formats.layout.scaling import pixel_scale
from core.formats.reading.geometry_checks import CheckedShape, check_shape
from core.formats.reading.xml_files import Node, read_xml, read_xml_head

__all__ = ["TEXT_LINE", "AltoFile", "read_alto", "read_image_name", "read_page"]

_ZONES = {
    "TextBlock": "text_block",
    "Illustration": "illustration",
    "GraphicalElement": "graphical_element",
    "ComposedBlock": "composed_block",
}
_UNITS = {"pixel", "mm10", "inch1200"}
_BASELINE_ONLY = "has a baseline but no outline and no box"
_NO_PLACE = "has no outline, no box and no words that have one"
_PICTURES = frozenset({"Illustration", "GraphicalElement"})
_PLACELESS = "has no outline and no box"
_SPEAKING_TAGS = ("OtherTag", "LayoutTag", "StructureTag", "RoleTag")
_KEPT = ("LANG", "ROTATION", "BASEDIRECTION")
_KEPT_OF_PAGE = ("PAGECLASS", "PHYSICAL_IMG_NR", "PRINTED_IMG_NR", "QUALITY", "QUALITY_DETAIL", "POSITION")
_NAME = re.compile(rb"<alto[\s>].*?<sourceImageInformation>\s*<fileName>" + NAME + rb"</fileName>", re.DOTALL)


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
    notes: Notes
    ranks: Mapping[str, int]  # place in the reading order that the file states, by id
    url: str = ""

    @property
    def stated_size(self) -> tuple[int, int] | None:
        sides = [side for side in (self.width, self.height) if side is not None and 1 <= side < 2**31]
        return (int(sides[0]), int(sides[1])) if self.unit == "pixel" and len(sides) == 2 else None

    def content(self, size: tuple[int, int] | None, *, lines_by_type: bool) -> PageContent:
        return read_page(self, size, lines_by_type=lines_by_type)


def read_alto(path: Path) -> AltoFile:
    """Raises FormatError when the file is not ALTO, has no page, or measures in an unknown unit."""
    root = read_xml(path)
    name = shown(path.name)
    if root.name != "alto":
        raise _not_alto(path, root)
    nodes = list(root.walk())
    pages = [node for node in nodes if node.name == "Page"]
    if not pages:
        raise FormatError(f'"{name}" has no page.', file=path)
    unit = next((node.text.strip() for node in nodes if node.name == "MeasurementUnit"), "") or "pixel"
    if unit not in _UNITS:
        text = f'"{name}" measures in "{shown(unit)}"; pixel, mm10 and inch1200 are read.'
        raise FormatError(text, file=path, hint="Export it in pixels.")
    tags = {
        node.attributes["ID"]: one_line(node.attributes["LABEL"])
        for node in nodes
        if node.name in _SPEAKING_TAGS and "ID" in node.attributes and "LABEL" in node.attributes
    }
    width, height = (number(pages[0].attributes.get(key)) for key in ("WIDTH", "HEIGHT"))
    url = next((node.text.strip() for node in nodes if node.name == "fileIdentifier"), "")
    return AltoFile(
        path,
        pages[0],
        _image_name(root),
        unit,
        width,
        height,
        tags,
        len(pages),
        notes_of(nodes),
        stated_ranks(root),
        url if "://" in url else "",
    )


def read_image_name(path: Path) -> str:
    """The picture's file name as the file states it, "" when it does not. Reads no further than to the layout.

    Raises FormatError when the file breaks off or is not ALTO up to there.
    """
    if name := name_in_head(path, _NAME):
        return name
    head = read_xml_head(path, until="Layout", having="sourceImageInformation")
    if head.name != "alto":
        raise _not_alto(path, head)
    return _image_name(head)


def _image_name(root: Node) -> str:
    source = next((node for node in root.walk() if node.name == "sourceImageInformation"), None)
    file_name = source.find("fileName") if source else None
    return file_name.text.strip() if file_name else ""


def _not_alto(path: Path, root: Node) -> FormatError:
    text = f'"{shown(path.name)}" is not ALTO: its outermost element is "{shown(root.name)}".'
    return FormatError(text, file=path, line=1)


def read_page(file: AltoFile, size: tuple[int, int] | None, *, lines_by_type: bool = False) -> PageContent:
    """The page's lines and zones in pixels of an image of `size` (None = unknown; then only pixels can be read)."""
    content = PageContent(details=_image_details(file))
    scale = _scale(file, size, content)
    if scale is None:
        return content
    if file.n_pages > 1:
        content.report(file.path, None, "several-pages", f"The file has {file.n_pages} pages; the first one is read.")
    stated = [node.attributes["ID"] for node in file.page.walk() if "ID" in node.attributes]
    reader = _PageReader(file, size, scale, content, StatedIds(content, stated), lines_by_type=lines_by_type)
    for node, parent, own in reader.elements(file.page, ""):
        reader.add(node, parent, own)
    content.put_in_order(file.ranks)
    return content


def _image_details(file: AltoFile) -> ImageDetails | None:
    attributes = file.page.attributes
    kept = tuple((f"alto:{name}", attributes[name]) for name in _KEPT_OF_PAGE if attributes.get(name))
    details = ImageDetails(attributes.get("ID", ""), file.url, kept)
    return details if details != ImageDetails() else None


class _PageReader:
    """Adds the elements of one page to its content."""

    def __init__(
        self,
        file: AltoFile,
        size: tuple[int, int] | None,
        scale: tuple[float, float],
        content: PageContent,
        ids: StatedIds,
        *,
        lines_by_type: bool,
    ) -> None:
        self._file = file
        self._size = size
        self._scale = scale
        self._content = content
        self._ids = ids
        self._lines_by_type = lines_by_type

    def elements(self, node: Node, parent: str) -> Iterator[tuple[Node, str, str]]:
        """The lines and zones inside an element in the order of the file, with the id of the block that each lies in
        and their own."""
        for child in node.children:
            stated = child.attributes.get("ID", "")
            if child.name == "TextLine":
                yield child, parent, stated
                yield from self.elements(child, parent)
            elif child.name in _ZONES:
                if is_dummy(stated):
                    yield from self.elements(child, "")
                    continue
                is_container = "container" in self._notes(child)
                own = self._ids.own(stated) or self._made_id(child)
                if not is_container:
                    yield child, self._file.notes.parents.get(own, parent), own
                yield from self.elements(child, "" if is_container and own == MADE_CONTAINER else own or parent)
            else:
                yield from self.elements(child, parent)

    def add(self, node: Node, parent: str, own: str) -> None:
        shape, lost = _shape(node, self._scale)
        if shape is None and not lost:
            if node.name not in _PICTURES:
                return  # a block that only groups lines
            lost = _PLACELESS
        self._content.n_stated += 1
        checked, shape = self._checked(node, shape, lost)
        if checked is None or checked.shape is None:
            return
        is_of_words = shape == _words_box(node, self._scale) and _box(node, self._scale) is None
        self._content.n_from_strings += is_of_words and not lost
        geometry = checked.shape
        if "box" in self._notes(node) and isinstance(geometry, Polygon):
            geometry = geometry.bounds()
        category, details = self._line(node, parent, own) if node.name == "TextLine" else self._zone(node, parent, own)
        self._content.annotations.append(RawAnnotation(category, geometry, line=node.line, details=details))

    def _checked(
        self, node: Node, shape: Box | Polygon | None, lost: str
    ) -> tuple[CheckedShape | None, Box | Polygon | None]:
        name = called(node.name, node.attributes.get("ID", ""))
        if shape is None:
            kind = "line-without-outline" if lost in (_BASELINE_ONLY, _NO_PLACE) else "coordinates-invalid"
            kind = "region-without-outline" if lost == _PLACELESS else kind
            self._report(node, kind, f"{name} {lost}; it is left out.")
            return None, None
        sides = self._size or (None, None)
        checked = check_shape(shape, *sides)
        if checked.shape is None:
            for other, word in ((_box(node, self._scale), "box"), (_words_box(node, self._scale), "words' box")):
                instead = check_shape(other, *sides) if other is not None and other != shape else None
                if instead is not None and instead.shape is not None:
                    what = "outline" if isinstance(shape, Polygon) else "box"
                    self._report(node, checked.kind, f"The {what} of {name} {checked.text}; its {word} is kept.")
                    checked, lost = instead, ""
                    break
        if checked.kind:
            rest = "; it is left out." if checked.shape is None else "."
            self._report(node, checked.kind, f"{name} {checked.text}{rest}")
        elif lost:
            kind = "polygon-invalid" if node.find("Shape") is not None else "coordinates-invalid"
            kept = "its box" if _box(node, self._scale) is not None else "the box of its words"
            self._report(node, kind, f"{name} {lost}; {kept} is kept.")
        return checked, shape

    def _line(self, node: Node, parent: str, own: str) -> tuple[str, AnnotationDetails]:
        category, attributes = self._content.line_class(self._label(node), by_type=self._lines_by_type)
        self._content.unkept.update(unkept_of(node))
        if has_words(node) and (node.find("Shape") is not None or _box(node, self._scale) is not None):
            self._content.unkept["lines whose words have places of their own"] += 1
        baseline = checked_baseline(baseline_of(node, self._scale), self._size)
        if baseline.kind:
            rest = "the part inside is kept" if baseline.points else "the line is kept without it"
            name = called(node.name, node.attributes.get("ID", ""))
            self._report(node, baseline.kind, f"{name} {baseline.text}; {rest}.")
        is_derived = "baseline" in self._notes(node)
        kept = (*attributes, *_kept(node))
        return category, line_details(own, parent, text_of(node), baseline.points, kept, is_derived=is_derived)

    def _zone(self, node: Node, parent: str, own: str) -> tuple[str, AnnotationDetails]:
        self._content.unkept.update(unkept_of(node))
        category, attributes = self._content.zone_class(self._label(node))
        kind = one_line(node.attributes.get("TYPE", "")) if node.name in ("ComposedBlock", "Illustration") else ""
        name = category or kind or _ZONES[node.name]
        return name, AnnotationDetails(stated_id=own, parent=parent, attributes=(*attributes, *_kept(node)))

    def _label(self, node: Node) -> str:
        """Of the first tag that has one."""
        tags = self._file.tags
        labels = [tags[key] for key in node.attributes.get("TAGREFS", "").split() if tags.get(key)]
        if len(labels) > 1:
            self._content.unkept["lines and zones with more than one tag"] += 1
        return labels[0] if labels else ""

    def _notes(self, node: Node) -> frozenset[str]:
        return self._file.notes.of(node.attributes.get("PROCESSINGREFS", ""))

    def _made_id(self, node: Node) -> str:
        """For a block without one, so that its lines can say where they lie."""
        return self._ids.make("block") if node.children and _shape(node, self._scale)[0] is not None else ""

    def _report(self, node: Node, kind: str, text: str) -> None:
        self._content.report(self._file.path, node.line, kind, text)


def _kept(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple((f"alto:{name}", node.attributes[name]) for name in _KEPT if node.attributes.get(name))


def _shape(node: Node, scale: tuple[float, float]) -> tuple[Box | Polygon | None, str]:
    """The outline if there is a readable one, else the box, of a line else that of its words; and what could not be
    read ("" = nothing was stated, which no line may)."""
    outline = node.find("Shape")
    polygon = outline.find("Polygon") if outline else None
    box = _box(node, scale)
    lost = ""
    if polygon is not None:
        values = coordinates(polygon.attributes.get("POINTS", ""))
        if values is not None:
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
    x, y, width, height = (number(node.attributes.get(key)) for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT"))
    if x is None or y is None or width is None or height is None:
        return None
    return Box(x * scale[0], y * scale[1], (x + width) * scale[0], (y + height) * scale[1])


def _scale(file: AltoFile, size: tuple[int, int] | None, content: PageContent) -> tuple[float, float] | None:
    """Pixels per unit across and down; None after reporting that it cannot be known."""
    if size is None or not file.width or not file.height:
        if file.unit == "pixel":
            return (1.0, 1.0)
        text = f"The page is measured in {file.unit} and says no size, so its pixels are not known; it is left out."
        content.report(file.path, None, "unit-unknown-scale", text)
        return None
    if file.unit != "pixel":
        return (size[0] / file.width, size[1] / file.height)
    return pixel_scale((file.width, file.height), size, file.path, content)
