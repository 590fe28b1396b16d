"""Writes a table: a row for each object, and one for each image that was seen to be empty."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage
from core.domain.names import shown
from core.formats.base import WriteResult
from core.formats.reading.spellings import stated_name
from core.formats.table.files import guarded
from core.formats.writing import open_whole

FILE_NAME = "annotations.csv"
HEAD = (
    *("image", "width", "height", "set", "class", "shape", "xmin", "ymin", "xmax", "ymax", "outline"),
    *("confidence", "made_by", "crowd", "text", "details", "image_details"),
)
_NO_PLACE = ("",) * 5
_NOTHING = ("",) * 5


def write_table(images: Iterable[RawImage], folder: Path) -> WriteResult:
    """Raises StorageError."""
    n_images = n_annotations = 0
    with open_whole(folder / FILE_NAME) as file:
        file.write("\ufeff")  # spreadsheets take it for another encoding otherwise
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        for image in images:
            if not image.annotations and not image.is_explicit_negative:
                continue
            n_images += 1
            about = image.details.to_text() if image.details is not None else ""
            before = [_name(image.path), image.width or "", image.height or "", image.stated_set]
            for row in _rows(image):
                n_annotations += 1
                writer.writerow([*before, *row, _cell(about)])
                about = ""
            if not image.annotations:
                writer.writerow([*before, "", "", *_NO_PLACE, *_NOTHING, _cell(about)])
    return WriteResult(n_images, n_annotations)


def _rows(image: RawImage) -> Iterator[list[str]]:
    for item in image.annotations:
        if item.category is not None:
            yield [_cell(item.category), *_place(item), *_about(item)]


def _place(item: RawAnnotation) -> Iterable[str]:
    shape = item.geometry
    if shape is None:
        return ("image", *_NO_PLACE)
    box = shape.bounds()
    edges = [_number(value) for value in (box.x0, box.y0, box.x1, box.y1)]
    return ("box", *edges, "") if isinstance(shape, Box) else ("polygon", *edges, _outline(shape))


def _outline(shape: Polygon) -> str:
    """ "x,y x,y x,y" with ";" between parts."""
    return ";".join(
        " ".join(f"{_number(x)},{_number(y)}" for x, y in zip(ring[0::2], ring[1::2], strict=True))
        for ring in shape.rings
    )


def _about(item: RawAnnotation) -> Iterable[str]:
    details = item.details or AnnotationDetails()
    text = details.text or ""
    is_plain = bool(text) and text == text.strip() and "\r" not in text and "\0" not in text
    rest = replace(details, text=None) if is_plain else details
    return (
        "" if item.confidence is None else _number(item.confidence),
        _cell(item.made_by),
        "1" if item.is_crowd else "",
        _cell(text.replace("\0", "")),
        _cell(rest.to_text()) if rest != AnnotationDetails() else "",
    )


def _name(path: str) -> str:
    return _cell(stated_name(path) if path == path.strip() else quote(path, safe="/", errors="surrogateescape"))


def _number(value: float) -> str:
    return f"{value:.10g}"


def _cell(text: str) -> str:
    """Storable, and never taken for a formula."""
    return guarded("".join(shown(sign) if "\ud800" <= sign <= "\udfff" else sign for sign in text))
