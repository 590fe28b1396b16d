"""Writes CVAT for images 1.1: one annotations.xml, and the labels as CVAT's form for a new task wants them pasted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon, Ring
from core.domain.imports import RawAnnotation, RawImage
from core.domain.names import shown
from core.domain.rotated import rotated_rectangle
from core.formats.base import WriteResult
from core.formats.cvat.shapes import GROUP, MADE_BY, SOURCE, Z_ORDER
from core.formats.parts import GroupNumbers
from core.formats.writing import LeftOutDetails, open_whole

XML_FILE, LABELS_FILE = "annotations.xml", "labels.json"
_EXACT = 0.005  # pixels that a turned box may be off the polygon that it is written for


def write_cvat(images: Iterable[RawImage], categories: Sequence[str], folder: Path) -> WriteResult:
    """Raises StorageError."""
    left_out = LeftOutDetails("CVAT")
    attributes: dict[str, set[str]] = {name: set() for name in categories}
    n_images = n_annotations = 0
    with open_whole(folder / XML_FILE) as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n')
        _write_meta(file, categories)
        for image in images:
            items = [item for item in image.annotations if item.category is not None]
            if not items and not image.is_explicit_negative:
                continue
            _write_image(file, n_images, image, items)
            for item in items:
                attributes[item.category or ""].update(name for name, _ in _attributes(item))
            left_out.look(items)
            n_images += 1
            n_annotations += len(items)
        file.write("</annotations>\n")
    _write_labels(folder, attributes)
    return WriteResult(n_images, n_annotations, left_out.problems())


def _write_meta(file: IO[str], categories: Sequence[str]) -> None:
    file.write("  <meta>\n    <task>\n      <id>0</id>\n      <name>Calque</name>\n      <mode>annotation</mode>\n")
    file.write("      <labels>\n")
    for name in categories:
        file.write(f"        <label>\n          <name>{escape(name)}</name>\n          <attributes>\n")
        file.write("          </attributes>\n        </label>\n")
    file.write("      </labels>\n    </task>\n  </meta>\n")


def _write_labels(folder: Path, attributes: dict[str, set[str]]) -> None:
    """What CVAT's constructor of labels reads as “Raw”; attributes that it does not know are not imported."""
    labels = [
        {
            "name": name,
            "attributes": [
                {"name": one, "mutable": False, "input_type": "text", "default_value": "", "values": [""]}
                for one in sorted(names)
            ],
        }
        for name, names in attributes.items()
    ]
    with open_whole(folder / LABELS_FILE) as file:
        file.write(json.dumps(labels, indent=1) + "\n")


def _write_image(file: IO[str], number: int, image: RawImage, items: Sequence[RawAnnotation]) -> None:
    size = f' width="{image.width}" height="{image.height}"' if image.width and image.height else ""
    subset = f" subset={quoteattr(image.stated_set)}" if image.stated_set else ""
    head = f'  <image id="{number}" name={quoteattr(_stored_name(image.path))}{subset}{size}>\n'
    groups = GroupNumbers(GROUP, items)
    file.write(head + "".join(part for item in items for part in _elements(item, groups.take(item))) + "  </image>\n")


def _stored_name(path: str) -> str:
    """A name with signs that XML cannot hold is written as part of an address, which is how it is read again."""
    if path.isprintable():
        return path
    return quote(path.encode("utf-8", "surrogateescape"))


def _elements(item: RawAnnotation, group: int | None) -> Iterator[str]:
    """One for each part of an object."""
    details = item.details or AnnotationDetails()
    common = f"label={quoteattr(item.category or '')} source={quoteattr(_source(item, details))}"
    rest = f' group_id="{group}"' if group else ""
    if item.made_by and item.confidence is not None:
        rest += f' score="{item.confidence:.10g}"'
    inside = "".join(
        f"      <attribute name={quoteattr(name)}>{escape(value)}</attribute>\n" for name, value in _attributes(item)
    )
    for name, place in _places(item):
        z_order = details.get(Z_ORDER) or "0"
        layer = z_order if z_order.removeprefix("-").isdecimal() and len(z_order) < 9 else "0"
        occluded = int(details.get("occluded") in ("1", "true"))
        drawn = "" if name == "tag" else f' occluded="{occluded}"{place} z_order="{layer}"'
        yield f"    <{name} {common}{drawn}{rest}>\n{inside}    </{name}>\n"


def _source(item: RawAnnotation, details: AnnotationDetails) -> str:
    return "auto" if item.made_by else details.get(SOURCE) or "manual"


def _places(item: RawAnnotation) -> Iterator[tuple[str, str]]:
    """Name of the element and where it lies."""
    shape = item.geometry
    if shape is None:
        yield "tag", ""
    elif isinstance(shape, Box):
        yield "box", _box(shape)
    elif (turned := _turned(shape)) is not None:
        yield "box", turned
    else:
        for ring in shape.rings:
            yield "polygon", f' points="{_points(ring)}"'


def _turned(shape: Polygon) -> str | None:
    """A polygon that is a turned rectangle is a box with a rotation for CVAT."""
    found = rotated_rectangle(shape, _EXACT)
    if found is None or found.angle_degrees % 90 == 0:
        return None
    half_width, half_height = found.width / 2, found.height / 2
    box = Box(found.cx - half_width, found.cy - half_height, found.cx + half_width, found.cy + half_height)
    return f'{_box(box)} rotation="{found.angle_degrees:.10g}"'


def _box(box: Box) -> str:
    return f' xtl="{box.x0:.10g}" ytl="{box.y0:.10g}" xbr="{box.x1:.10g}" ybr="{box.y1:.10g}"'


def _points(ring: Ring) -> str:
    return ";".join(f"{x:.10g},{y:.10g}" for x, y in zip(ring[0::2], ring[1::2], strict=True))


def _attributes(item: RawAnnotation) -> Iterator[tuple[str, str]]:
    """Those that CVAT can show: names that only one format knows are not among them."""
    if item.made_by:
        yield MADE_BY, shown(item.made_by)
    if item.details is None:
        return
    if item.details.text is not None:
        yield "text", _printable(item.details.text)
    for name, value in item.details.attributes:
        if not name.startswith("cvat:") and name != "occluded":
            yield shown(name), _printable(value)


def _printable(text: str) -> str:
    """Line breaks stay; other signs that XML cannot hold are escaped."""
    return "\n".join(shown(line).replace("\\t", "\t") if "\t" in line else shown(line) for line in text.split("\n"))
