"""Writes PAGE 2019 or 2013, which eScriptorium, kraken and Transkribus read: an XML file for each image, at its path.

Every zone is a TextRegion that says its type in `custom` alone, for eScriptorium passes over other regions and trips
over a type that is stated twice; every line has Coords and a Baseline in whole pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from core.domain.details import ImageDetails
from core.domain.formats import FormatOption
from core.domain.imports import RawImage
from core.formats.base import WriteOptions, WriteResult
from core.formats.layout.arranging import (
    LINE_CLASSES_OPTION,
    ArrangedPage,
    Arranger,
    PlacedLine,
    PlacedZone,
    changed_names,
    line_classes,
)
from core.formats.layout.labels import Ids, is_usable_id
from core.formats.layout.xml_text import attribute, element_text, name, paired
from core.formats.page.attributes import CUSTOM, UNDATED, written
from core.formats.page.custom import custom_text, read_custom
from core.formats.writing import FileNames, write_file

VERSION_OPTION = FormatOption(
    "version",
    "Version",
    "2019 for eScriptorium, kraken and OCR-D; 2013 for Transkribus.",
    (("2019", "PAGE 2019-07-15"), ("2013", "PAGE 2013-07-15")),
    "2019",
)
_NAMESPACES = {
    "2019": "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15",
    "2013": "http://schema.primaresearch.org/PAGE/gts/pagecontent/2013-07-15",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")


def write_page_files(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, options: WriteOptions
) -> WriteResult:
    """Raises RefusedError for two images that differ in their ending only, StorageError."""
    names = FileNames("PAGE")
    classes = line_classes(options.option(LINE_CLASSES_OPTION.name, LINE_CLASSES_OPTION.default))
    arranger = page_arranger(line_classes=classes)
    version = options.option(VERSION_OPTION.name, VERSION_OPTION.default)
    n_images = n_annotations = 0
    for image in images:
        page = arranger.arrange(image)
        if not page.n_annotations and not image.is_explicit_negative:
            continue  # its page would say that nothing is there
        place = PurePosixPath(image.path)
        file = folder / names.take(str(place.with_suffix(".xml")), image)
        write_file(file, page_xml(page, place.name, version=version, details=image.details))
        n_images += 1
        n_annotations += page.n_annotations
    return WriteResult(n_images, n_annotations, (*arranger.problems("PAGE"), *changed_names(categories, "PAGE")))


def page_arranger(*, line_classes: Iterable[str]) -> Arranger:
    return Arranger(is_whole=True, line_classes=line_classes)


def page_xml(
    page: ArrangedPage,
    image_name: str,
    *,
    version: str = VERSION_OPTION.default,
    details: ImageDetails | None = None,
    moment: str = "",
) -> str:
    """The whole file. `moment` is when it was made; "" = as `details` say, or no time at all."""
    return "\n".join(_Writer(page, version).lines(image_name, details or ImageDetails(), moment))


class _Writer:
    def __init__(self, page: ArrangedPage, version: str) -> None:
        self._page = page
        self._version = version if version in _NAMESPACES else VERSION_OPTION.default
        taken = {page.id}
        for zone in page.zones:
            taken |= {zone.id, *(line.id for line in zone.lines)}
        self._ids = Ids(frozenset(taken))

    def lines(self, image_name: str, details: ImageDetails, moment: str) -> Iterator[str]:
        namespace = _NAMESPACES[self._version]
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        own = f" pcGtsId={attribute(self._page.id)}" if is_usable_id(details.stated_id) else ""
        yield f'<PcGts xmlns="{namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        yield f'       xsi:schemaLocation="{namespace} {namespace}/pagecontent.xsd"{own}>'
        stated = details.get("page:Created") or ""
        created = moment or (stated if _MOMENT.fullmatch(stated) else UNDATED)
        times = f"<Created>{created}</Created><LastChange>{moment or created}</LastChange>"
        address = f" externalRef={attribute(details.url)}" if details.url and self._version == "2019" else ""
        yield f"<Metadata{address}><Creator>Calque</Creator>{times}</Metadata>"
        size = f'imageWidth="{self._page.width}" imageHeight="{self._page.height}"'
        more = written(details, "page", self._version)
        yield f"<Page imageFilename={attribute(name(image_name))} {size}{more}>"
        yield from self._reading_order()
        for index, zone in enumerate(self._page.zones):
            yield from self._zone(index, zone)
        yield "</Page>"
        yield "</PcGts>"
        yield ""

    def _reading_order(self) -> Iterator[str]:
        if not self._page.zones:
            return
        yield f'<ReadingOrder><OrderedGroup id="{self._ids.make("order")}">'
        for index, zone in enumerate(self._page.zones):
            yield f'<RegionRefIndexed index="{index}" regionRef={attribute(zone.id)}/>'
        yield "</OrderedGroup></ReadingOrder>"

    def _zone(self, index: int, zone: PlacedZone) -> Iterator[str]:
        notes = [("made", "container")] * zone.is_container
        notes += [("parent", zone.parent)] if zone.parent else []
        notes += [("shape", "box")] * (zone.is_box and not zone.is_container)
        custom = custom_text(_kept(zone), index, notes, zone.type)
        more = written(zone.details, "region", self._version)
        yield f"<TextRegion id={attribute(zone.id)} custom={attribute(custom)}{more}>"
        yield self._coords(zone)
        for at, line in enumerate(zone.lines):
            yield from self._line(at, line)
        if zone.text:
            yield _text(zone.text)
        yield "</TextRegion>"

    def _line(self, index: int, line: PlacedLine) -> Iterator[str]:
        notes = [("baseline", "derived")] * line.is_baseline_derived + [("shape", "box")] * line.is_box
        custom = custom_text(_kept(line), index, notes, line.type)
        more = written(line.details, "line", self._version)
        yield f"<TextLine id={attribute(line.id)} custom={attribute(custom)}{more}>"
        yield self._coords(line)
        yield f'<Baseline points="{paired(line.baseline)}"/>'
        if line.text:
            yield _text(line.text)
        yield "</TextLine>"

    def _coords(self, item: PlacedZone | PlacedLine) -> str:
        """With how sure a model is, for which 2013 has no place."""
        is_sure = item.confidence is not None and self._version != "2013"
        confidence = f' conf="{min(max(item.confidence or 0.0, 0.0), 1.0):.4f}"' if is_sure else ""
        return f'<Coords points="{paired(item.points)}"{confidence}/>'


def _kept(item: PlacedZone | PlacedLine) -> str:
    """Groups of `custom` that the data brought, as far as they are of its form."""
    return read_custom(item.details.get(CUSTOM) or "").kept


def _text(text: str) -> str:
    return f"<TextEquiv><Unicode>{element_text(text)}</Unicode></TextEquiv>"
