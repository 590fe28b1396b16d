"""What a PAGE file says of its page: lines and regions with their shapes and classes, and what else they have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation
from core.domain.names import one_line, shown
from core.errors import FormatError
from core.formats.layout.arranging import MADE_CONTAINER
from core.formats.layout.content import PageContent, StatedIds, called, checked_baseline, is_dummy, line_details
from core.formats.layout.heads import NAME, name_in_head
from core.formats.layout.numbers import number
from core.formats.layout.scaling import pixel_scale
from core.formats.page.attributes import UNDATED, kept_of_element, kept_of_page
from core.formats.page.custom import Custom, read_custom
from core.formats.page.order import stated_ranks
from core.formats.page.text import points_of, text_of, unkept_of, words_box
from core.formats.reading.geometry_checks import check_shape
from core.formats.reading.xml_files import Node, read_xml, read_xml_head

_REGIONS = frozenset(
    {
        *("TextRegion", "ImageRegion", "LineDrawingRegion", "GraphicRegion", "TableRegion", "TableCell"),
        *("ChartRegion", "MapRegion", "SeparatorRegion", "MathsRegion", "ChemRegion", "MusicRegion"),
        *("AdvertRegion", "NoiseRegion", "UnknownRegion", "CustomRegion", "FrameRegion"),
    }
)
_PASSED_OVER = {
    "Border": "page borders (Border, PrintSpace)",
    "PrintSpace": "page borders (Border, PrintSpace)",
    "Relations": "relations of regions",
    "Layers": "layers of regions",
}
_NAME = re.compile(rb"<PcGts[\s>].*?<Page\s(?:[^>]*?\s)?imageFilename=\"" + NAME + rb"\"", re.DOTALL)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class PageFile:
    """A parsed file."""

    path: Path
    root: Node
    page: Node
    image_name: str  # as the file states it; "" when it does not
    width: float | None
    height: float | None
    n_pages: int

    @property
    def stated_size(self) -> tuple[int, int] | None:
        sides = [side for side in (self.width, self.height) if side is not None and 1 <= side < 2**31]
        return (int(sides[0]), int(sides[1])) if len(sides) == 2 else None

    def content(self, size: tuple[int, int] | None, *, lines_by_type: bool) -> PageContent:
        return _read_page(self, size, lines_by_type=lines_by_type)


def read_page_file(path: Path) -> PageFile:
    """Raises FormatError when the file is not PAGE or has no page."""
    root = read_xml(path)
    if root.name != "PcGts":
        raise _not_page(path, root)
    pages = [node for node in root.children if node.name == "Page"]
    if not pages:
        raise FormatError(f'"{shown(path.name)}" has no page.', file=path)
    page = pages[0]
    width, height = (number(page.attributes.get(key)) for key in ("imageWidth", "imageHeight"))
    return PageFile(path, root, page, _image_name(page), width, height, len(pages))


def read_image_name(path: Path) -> str:
    """The picture's name as the file states it, "" when it does not. Reads no further than to the page's content.

    Raises FormatError when the file breaks off or is not PAGE up to there.
    """
    if name := name_in_head(path, _NAME):
        return _without_query(name)
    root = read_xml_head(path, until="*", having="Page")
    if root.name != "PcGts":
        raise _not_page(path, root)
    page = root.find("Page")
    return _image_name(page) if page is not None else ""


def _image_name(page: Node) -> str:
    return _without_query(page.attributes.get("imageFilename", "").strip())


def _without_query(name: str) -> str:
    """Of an address, without what is asked of its server."""
    return re.split("[?#]", name)[0] if "://" in name else name


def _not_page(path: Path, root: Node) -> FormatError:
    text = f'"{shown(path.name)}" is not PAGE: its outermost element is "{shown(root.name)}".'
    return FormatError(text, file=path, line=1)


def _read_page(file: PageFile, size: tuple[int, int] | None, *, lines_by_type: bool) -> PageContent:
    content = PageContent(details=_image_details(file))
    stated = (file.width, file.height) if file.stated_size is not None else None
    scale = pixel_scale(stated, size, file.path, content)
    if file.n_pages > 1:
        content.report(file.path, None, "several-pages", f"The file has {file.n_pages} pages; the first one is read.")
    ids = [node.attributes["id"] for node in file.page.walk() if "id" in node.attributes]
    reader = _PageReader(file, size, scale, content, StatedIds(content, ids), lines_by_type=lines_by_type)
    for found in reader.elements(file.page, ""):
        reader.add(found)
    ranks = stated_ranks(file.page)
    content.put_in_order(reader.ranks if not ranks else reader.line_ranks | ranks)
    return content


def _image_details(file: PageFile) -> ImageDetails | None:
    metadata = file.root.find("Metadata")
    created = metadata.find("Created") if metadata is not None else None
    transkribus = metadata.find("TranskribusMetadata") if metadata is not None else None
    stated = file.page.attributes.get("imageFilename", "").strip()
    addresses = [
        metadata.attributes.get("externalRef", "") if metadata is not None else "",
        transkribus.attributes.get("imgUrl", "") if transkribus is not None else "",
        stated,
    ]
    kept = kept_of_page(file.page.attributes)
    if created is not None and created.text.strip() not in ("", UNDATED):
        kept = (*kept, ("page:Created", created.text.strip()))
    url = next((address for address in addresses if "://" in address), "")
    details = ImageDetails(file.root.attributes.get("pcGtsId", ""), url, kept)
    return details if details != ImageDetails() else None


@dataclass(frozen=True, slots=True)
class _Element:
    """`parent` is the id of the region that it lies in, `id` its own as others refer to it."""

    node: Node
    custom: Custom
    parent: str
    id: str


class _PageReader:
    """Adds the elements of one page to its content. `ranks` are places in reading order by `custom`."""

    def __init__(
        self,
        file: PageFile,
        size: tuple[int, int] | None,
        scale: tuple[float, float],
        content: PageContent,
        ids: StatedIds,
        *,
        lines_by_type: bool,
    ) -> None:
        self.ranks: dict[str, int] = {}
        self.line_ranks: dict[str, int] = {}
        self._file = file
        self._size = size
        self._scale = scale
        self._content = content
        self._ids = ids
        self._lines_by_type = lines_by_type

    def elements(self, node: Node, parent: str) -> Iterator[_Element]:
        """The lines and regions inside an element in the order of the file."""
        for child in node.children:
            stated = child.attributes.get("id", "")
            if child.name == "TextLine":
                yield _Element(child, read_custom(child.attributes.get("custom", "")), parent, stated)
                yield from self.elements(child, parent)
            elif child.name in _REGIONS:
                yield from self._region(child, stated, parent)
            else:
                if child.name in _PASSED_OVER:
                    self._content.unkept[_PASSED_OVER[child.name]] += 1
                yield from self.elements(child, parent)

    def _region(self, node: Node, stated: str, parent: str) -> Iterator[_Element]:
        if is_dummy(stated):
            yield from self.elements(node, "")
            return
        custom = read_custom(node.attributes.get("custom", ""))
        calque = custom.calque or {}
        own = self._ids.own(stated) or self._ids.make("region")
        if calque.get("made") == "container":
            yield from self.elements(node, "" if own == MADE_CONTAINER else own)
            return
        yield _Element(node, custom, calque.get("parent", parent), own)
        yield from self.elements(node, own)

    def add(self, found: _Element) -> None:
        is_line = found.node.name == "TextLine"
        shape, lost = self._shape(found.node)
        if shape is None and not is_line and not lost and _holds_lines(found.node):
            self._report(found.node, "region-without-outline", "has no outline; its lines are kept.")
            return
        self._content.n_stated += 1
        if shape is None:
            has_baseline = is_line and bool(points_of(found.node, "Baseline"))
            reason = lost or ("has a baseline but no outline" if has_baseline else "has no outline")
            kind = "polygon-invalid" if lost else "line-without-outline" if is_line else "region-without-outline"
            self._report(found.node, kind, f"{reason}; it is left out.")
            return
        checked = check_shape(shape, *(self._size or (None, None)))
        if checked.kind:
            self._report(found.node, checked.kind, f"{checked.text}{'' if checked.shape else '; it is left out'}.")
        elif lost:
            self._report(found.node, "polygon-invalid", f"{lost}; the box of its words is kept.")
        if checked.shape is None:
            return
        self._content.n_from_strings += is_line and not lost and isinstance(shape, Box)
        geometry = checked.shape
        if (found.custom.calque or {}).get("shape") == "box":
            geometry = geometry.bounds()
        if found.custom.index is not None:
            self.ranks.setdefault(found.id, found.custom.index)
            if is_line:
                self.line_ranks.setdefault(found.id, found.custom.index)
        self._content.unkept.update(unkept_of(found.node))
        category, details = self._line(found) if is_line else self._zone(found)
        self._content.annotations.append(RawAnnotation(category, geometry, line=found.node.line, details=details))

    def _shape(self, node: Node) -> tuple[Box | Polygon | None, str]:
        """The outline, of a line without one the box of its words; and what could not be read."""
        values = points_of(node, "Coords")
        if values:
            return Polygon((tuple(value * self._scale[at % 2] for at, value in enumerate(values)),)), ""
        lost = "has an outline that is not pairs of numbers" if values is None else ""
        box = words_box(node) if node.name == "TextLine" else None
        if box is None:
            return None, lost
        across, down = self._scale
        return Box(box.x0 * across, box.y0 * down, box.x1 * across, box.y1 * down), lost

    def _line(self, found: _Element) -> tuple[str, AnnotationDetails]:
        category, attributes = self._content.line_class(one_line(found.custom.type), by_type=self._lines_by_type)
        values = points_of(found.node, "Baseline")
        scaled = None if values is None else tuple(value * self._scale[at % 2] for at, value in enumerate(values))
        baseline = checked_baseline(scaled, self._size)
        if baseline.kind:
            rest = "the part inside is kept" if baseline.points else "the line is kept without it"
            self._report(found.node, baseline.kind, f"{baseline.text}; {rest}.")
        is_derived = (found.custom.calque or {}).get("baseline") == "derived"
        kept = (*attributes, *kept_of_element(found.node.attributes, found.custom.kept))
        text = text_of(found.node)
        return category, line_details(found.id, found.parent, text, baseline.points, kept, is_derived=is_derived)

    def _zone(self, found: _Element) -> tuple[str, AnnotationDetails]:
        stated = one_line(found.node.attributes.get("type", ""))
        label = one_line(found.custom.type) or stated
        if stated and label != stated:
            self._content.unkept["regions with another type besides that of their structure"] += 1
        category, attributes = self._content.zone_class(label)
        text = None if _holds_lines(found.node) else text_of(found.node) or None
        kept = (*attributes, *kept_of_element(found.node.attributes, found.custom.kept))
        name = category or _CAPITAL.sub("_", found.node.name).lower()
        return name, AnnotationDetails(stated_id=found.id, parent=found.parent, text=text, attributes=kept)

    def _report(self, node: Node, kind: str, text: str) -> None:
        name = called(node.name, node.attributes.get("id", ""))
        self._content.report(self._file.path, node.line, kind, f"{name} {text}")


def _holds_lines(region: Node) -> bool:
    return any(child.name == "TextLine" or child.name in _REGIONS for child in region.children)
