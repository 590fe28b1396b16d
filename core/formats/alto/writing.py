"""Writes ALTO 4.2, which eScriptorium and kraken read: an XML file for each image, at the image's path.

Every zone is a TextBlock with a tag, for eScriptorium passes over Illustration, GraphicalElement and ComposedBlock;
every line has a BASELINE and a String, without which kraken and eScriptorium refuse it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.formats import FormatOption
from core.domain.imports import RawImage
from core.formats.alto import notes
from core.formats.base import WriteOptions, WriteResult
from core.formats.layout.arranging import (
    LINE_CLASSES_OPTION,
    ArrangedPage,
    Arranger,
    PlacedLine,
    PlacedZone,
    changed_names,
    labels_of,
    line_classes,
)
from core.formats.layout.labels import Ids
from core.formats.layout.outlines import Points
from core.formats.layout.xml_text import attribute, element_text, name, spaced
from core.formats.writing import FileNames, write_file

VERSION_OPTION = FormatOption(
    "version",
    "Version",
    "eScriptorium and kraken read 4.2. 4.4 also spells the reading order out, for readers that ask for it.",
    (("4.2", "ALTO 4.2"), ("4.4", "ALTO 4.4")),
    "4.2",
)
NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMAS = "http://www.loc.gov/standards/alto/v4"
_PAGE_ATTRIBUTES = {
    "PAGECLASS": ".+",
    "PRINTED_IMG_NR": ".+",
    "QUALITY": "OK|Missing|Missing in original|Damaged|Retained|Target|As in original",
    "QUALITY_DETAIL": ".+",
    "POSITION": "Left|Right|Foldout|Single|Cover",
}
_LANGUAGE = re.compile("[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def write_alto(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, options: WriteOptions
) -> WriteResult:
    """Raises RefusedError for two images that differ in their ending only, StorageError."""
    names = FileNames("ALTO")
    classes = line_classes(options.option(LINE_CLASSES_OPTION.name, LINE_CLASSES_OPTION.default))
    arranger = alto_arranger(line_classes=classes)
    version = options.option(VERSION_OPTION.name, VERSION_OPTION.default)
    n_images = n_annotations = 0
    for image in images:
        page = arranger.arrange(image)
        if not page.n_annotations and not image.is_explicit_negative:
            continue  # its page would say that nothing is there
        place = PurePosixPath(image.path)
        file = folder / names.take(str(place.with_suffix(".xml")), image)
        write_file(file, alto_xml(page, place.name, version=version, details=image.details))
        n_images += 1
        n_annotations += page.n_annotations
    return WriteResult(n_images, n_annotations, (*arranger.problems("ALTO"), *changed_names(categories, "ALTO")))


def alto_arranger(*, is_whole: bool = False, line_classes: Iterable[str]) -> Arranger:
    return Arranger(is_whole=is_whole, reserved=notes.IDS, line_classes=line_classes)


def alto_xml(
    page: ArrangedPage,
    image_name: str,
    *,
    version: str = VERSION_OPTION.default,
    details: ImageDetails | None = None,
) -> str:
    """The whole file."""
    return "\n".join(_Writer(page, version).lines(image_name, details or ImageDetails()))


class _Writer:
    """Writes one page; ids of tags and strings are made where no zone or line has them."""

    def __init__(self, page: ArrangedPage, version: str) -> None:
        self._page = page
        self._version = version
        taken = {page.id, *notes.IDS}
        for zone in page.zones:
            taken |= {zone.id, *(line.id for line in zone.lines)}
        self._ids = Ids(frozenset(taken))
        labels = labels_of(page)
        self._zone_tags = {label: self._ids.make("BT") for label in labels["zones"]}
        self._line_tags = {label: self._ids.make("LT") for label in labels["lines"]}

    def lines(self, image_name: str, details: ImageDetails) -> Iterator[str]:
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        schema = f"{_SCHEMAS}/alto-{self._version.replace('.', '-')}.xsd"
        yield f'<alto xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        yield f'      xsi:schemaLocation="{NAMESPACE} {schema}">'
        yield "<Description>"
        yield "<MeasurementUnit>pixel</MeasurementUnit>"
        address = f"<fileIdentifier>{element_text(details.url)}</fileIdentifier>" if details.url else ""
        file = f"<fileName>{element_text(name(image_name))}</fileName>"
        yield f"<sourceImageInformation>{file}{address}</sourceImageInformation>"
        yield from self._steps()
        yield "</Description>"
        yield from self._tags()
        if self._version == "4.4":
            yield from self._reading_order()
        size = f'WIDTH="{self._page.width}" HEIGHT="{self._page.height}"'
        yield f"<Layout><Page ID={attribute(self._page.id)} {_of_page(details)} {size}>"
        yield f'<PrintSpace HPOS="0" VPOS="0" {size}>'
        for zone in self._page.zones:
            yield from self._zone(zone)
        yield "</PrintSpace></Page></Layout>"
        yield "</alto>"
        yield ""

    def _steps(self) -> Iterator[str]:
        used = {step for zone in self._page.zones for step in _steps_of_zone(zone)}
        used |= {step for zone in self._page.zones for line in zone.lines for step in _steps_of_line(line)}
        yield from (notes.step_xml(step) for step in notes.STEPS if step in used)
        nesting = " ".join(f"{zone.id}={zone.parent}" for zone in self._page.zones if zone.parent)
        if nesting:
            yield notes.step_xml("nesting", nesting)

    def _tags(self) -> Iterator[str]:
        if not self._zone_tags and not self._line_tags:
            return
        yield "<Tags>"
        for kind, tags in (("block", self._zone_tags), ("line", self._line_tags)):
            for label, tag in tags.items():
                yield f'<OtherTag ID="{tag}" LABEL={attribute(label)} DESCRIPTION="{kind} type"/>'
        yield "</Tags>"

    def _reading_order(self) -> Iterator[str]:
        if not self._page.zones:
            return
        yield f'<ReadingOrder><OrderedGroup ID="{self._ids.make("order")}">'
        for zone in self._page.zones:
            for key in (zone.id, *(line.id for line in zone.lines)):
                yield f'<ElementRef ID="{self._ids.make("ref")}" REF={attribute(key)}/>'
        yield "</OrderedGroup></ReadingOrder>"

    def _zone(self, zone: PlacedZone) -> Iterator[str]:
        references = _references(self._zone_tags, zone.type, _steps_of_zone(zone))
        yield f"<TextBlock ID={attribute(zone.id)} {_place(zone.points)}{references}{self._kept(zone.details)}>"
        if not zone.is_container and not _is_plain_box(zone):
            yield _shape(zone.points)
        for line in zone.lines:
            yield from self._line(line)
        yield "</TextBlock>"

    def _line(self, line: PlacedLine) -> Iterator[str]:
        references = _references(self._line_tags, line.type, _steps_of_line(line))
        place = _place(line.points)
        baseline = f'BASELINE="{spaced(line.baseline)}"'
        yield f"<TextLine ID={attribute(line.id)} {place} {baseline}{references}{self._stated(line.details)}>"
        yield _shape(line.points)
        confidence = "" if line.confidence is None else f' WC="{min(max(line.confidence, 0.0), 1.0):.4f}"'
        content = f"CONTENT={attribute(line.text)}"
        yield f'<String ID="{self._ids.make("string")}" {content} {place}{confidence}/>'
        yield "</TextLine>"

    def _kept(self, details: AnnotationDetails) -> str:
        turn = details.get("alto:ROTATION") or ""
        return self._stated(details) + (f' ROTATION="{turn}"' if _NUMBER.fullmatch(turn) else "")

    def _stated(self, details: AnnotationDetails) -> str:
        language = details.get("alto:LANG") or ""
        direction = details.get("alto:BASEDIRECTION") or ""
        is_known = self._version == "4.4" and direction in ("ltr", "rtl", "ttb", "btt")
        stated = f' LANG="{language}"' if _LANGUAGE.fullmatch(language) else ""
        return stated + (f' BASEDIRECTION="{direction}"' if is_known else "")


def _steps_of_zone(zone: PlacedZone) -> tuple[str, ...]:
    if zone.is_container:
        return ("container",)
    return ("box",) if zone.is_box and not _is_plain_box(zone) else ()


def _steps_of_line(line: PlacedLine) -> tuple[str, ...]:
    return ("baseline",) * line.is_baseline_derived + ("box",) * line.is_box


def _is_plain_box(zone: PlacedZone) -> bool:
    """A box in whole pixels, which needs no outline beside HPOS, VPOS, WIDTH and HEIGHT."""
    return zone.is_box and all(value == int(value) for point in zone.points for value in point)


def _references(tags: Mapping[str, str], label: str, steps: Sequence[str]) -> str:
    tag = f' TAGREFS="{tags[label]}"' if label else ""
    return tag + (f' PROCESSINGREFS="{" ".join(notes.PREFIX + step for step in steps)}"' if steps else "")


def _place(points: Points) -> str:
    """In whole pixels around all points: old readers take nothing else."""
    x0, y0 = (math.floor(min(values)) for values in zip(*points, strict=True))
    x1, y1 = (math.ceil(max(values)) for values in zip(*points, strict=True))
    return f'HPOS="{x0}" VPOS="{y0}" WIDTH="{x1 - x0}" HEIGHT="{y1 - y0}"'


def _shape(points: Points) -> str:
    return f'<Shape><Polygon POINTS="{spaced(points)}"/></Shape>'


def _of_page(details: ImageDetails) -> str:
    number = details.get("alto:PHYSICAL_IMG_NR") or ""
    stated = [f'PHYSICAL_IMG_NR="{number if _NUMBER.fullmatch(number) else 1}"']
    for key, values in _PAGE_ATTRIBUTES.items():
        value = details.get(f"alto:{key}") or ""
        if re.fullmatch(values, value):
            stated.append(f"{key}={attribute(value)}")
    return " ".join(stated)
