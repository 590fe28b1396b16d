"""Writes Pascal VOC's XML of one image, for the formats that are made of such files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import PurePosixPath
from xml.sax.saxutils import escape

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage
from core.domain.names import shown
from core.formats.reading.spellings import stated_name
from core.formats.reading.voc_objects import CROWD, DETAILS, FLAGS, FROM_1, PIXELS

_SPECIAL = re.compile("[&<>]")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class XmlNames:
    """Paths of XML files: the picture's without its ending, or with it where another picture's file has that."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, path: str) -> str:
        """Without ".xml"."""
        key = str(PurePosixPath(path).with_suffix(""))
        while key.casefold() in self._taken:
            key = path if len(path) > len(key) else f"{key}_"
        self._taken.add(key.casefold())
        return key


def to_voc_xml(image: RawImage, *, name: str, folder: str, is_from_1: bool = False) -> tuple[str, int]:
    """The file's text, and the number of its objects. `name` and `folder` are the picture's as they are stated.
    `is_from_1`: pixels are counted from 1 and a box's last ones belong to it, which the file says.

    Objects without a class are left out; those without a shape are boxes of the whole image, or left out when its size
    is not known.
    """
    objects = [text for item in image.annotations for text in _object(item, image, float(is_from_1))]
    verified = ' verified="yes"' if image.details is not None and image.details.get("voc:verified") else ""
    lines = [
        f"<annotation{verified}>",
        f"  <folder>{_text(stated_name(folder))}</folder>",
        f"  <filename>{_text(stated_name(name))}</filename>",
        *_about(image.details),
        *_size(image),
        f"  <segmented>{int(any(isinstance(item.geometry, Polygon) for item in image.annotations))}</segmented>",
        *_attributes([*([(PIXELS, FROM_1)] if is_from_1 else []), *_pairs_of(image.details)], "  "),
        *objects,
        "</annotation>",
        "",
    ]
    return "\n".join(lines), len(objects)


def _about(details: ImageDetails | None) -> Iterable[str]:
    database = details.get("voc:database") if details is not None else None
    return [f"  <source><database>{_text(database)}</database></source>"] if database else []


def _size(image: RawImage) -> Iterable[str]:
    if not (image.width and image.height):
        return []
    return [
        "  <size>",
        f"    <width>{image.width}</width>",
        f"    <height>{image.height}</height>",
        "    <depth>3</depth>",
        "  </size>",
    ]


def _object(item: RawAnnotation, image: RawImage, offset: float) -> Iterable[str]:
    shape = item.geometry
    if item.category is None:
        return
    if shape is None:
        if not (image.width and image.height):
            return
        shape = Box(0, 0, image.width, image.height)
    flags = {name: (item.details.get(name) if item.details else None) or value for name, value in FLAGS.items()}
    box = shape.bounds()
    lines = [
        "  <object>",
        f"    <name>{_text(item.category)}</name>",
        *(f"    <{name}>{_text(value)}</{name}>" for name, value in flags.items()),
        *([f"    <confidence>{item.confidence:.10g}</confidence>"] if item.confidence is not None else []),
        "    <bndbox>",
        f"      <xmin>{box.x0 + offset:.10g}</xmin>",
        f"      <ymin>{box.y0 + offset:.10g}</ymin>",
        f"      <xmax>{box.x1:.10g}</xmax>",
        f"      <ymax>{box.y1:.10g}</ymax>",
        "    </bndbox>",
    ]
    if isinstance(shape, Polygon):
        for ring in shape.rings:
            lines += ["    <polygon>", *_points(ring, offset / 2), "    </polygon>"]
    lines += [*_attributes(_pairs(item), "    "), "  </object>"]
    yield "\n".join(lines)


def _points(ring: tuple[float, ...], offset: float) -> Iterable[str]:
    for number, (x, y) in enumerate(zip(ring[0::2], ring[1::2], strict=True), start=1):
        yield f"      <x{number}>{x + offset:.10g}</x{number}><y{number}>{y + offset:.10g}</y{number}>"


def _pairs(item: RawAnnotation) -> list[tuple[str, str]]:
    """What an object says besides, as CVAT's attributes; what other programs know no name for goes into one of ours."""
    pairs = [(CROWD, "1")] if item.is_crowd else []
    if item.details is None:
        return pairs
    pairs += [pair for pair in item.details.attributes if pair[0] not in FLAGS]
    rest = replace(item.details, attributes=())
    return [*pairs, (DETAILS, rest.to_text())] if rest != AnnotationDetails() else pairs


def _pairs_of(details: ImageDetails | None) -> list[tuple[str, str]]:
    if details is None:
        return []
    own = {"calque:id": details.stated_id, "calque:url": details.url}
    own_elements = ("voc:verified", "voc:database")
    kept = [pair for pair in details.attributes if pair[0] not in own_elements]
    return [*((name, value) for name, value in own.items() if value), *kept]


def _attributes(pairs: list[tuple[str, str]], indent: str) -> Iterable[str]:
    if pairs:
        yield f"{indent}<attributes>"
        for name, value in pairs:
            yield f"{indent}  <attribute><name>{_text(name)}</name><value>{_text(value)}</value></attribute>"
        yield f"{indent}</attributes>"


def _text(text: str) -> str:
    """Signs that XML cannot hold are shown by their numbers. Line ends other than \\n would be read as such."""
    if _NOT_TEXT.search(text):
        text = "".join(shown(sign) if _NOT_TEXT.match(sign) else sign for sign in text)
    return escape(text, {"\r": "&#13;"}) if _SPECIAL.search(text) or "\r" in text else text
