"""Writes ALTO: an XML file for each image, at the image's path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from xml.sax.saxutils import quoteattr

from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, RawImage
from core.domain.names import shown
from core.formats.alto.page import TEXT_LINE, without_number
from core.formats.base import WriteResult
from core.formats.writing import FileNames, write_file

_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"


def write_alto(images: Iterable[RawImage], categories: Sequence[str], folder: Path) -> WriteResult:
    """Raises RefusedError for two images that differ in their ending only, StorageError."""
    names = FileNames("ALTO")
    tags = {name: f"BT{number}" for number, name in enumerate(categories) if name != TEXT_LINE}
    n_images = n_annotations = 0
    for image in images:
        if not image.annotations and not image.is_explicit_negative:
            continue
        elements = [_to_element(number, item, tags) for number, item in enumerate(image.annotations)]
        written = [element for element in elements if element]
        name = str(PurePosixPath(image.path).with_suffix(".xml"))
        write_file(folder / names.take(name, image), _to_xml(image, written, tags))
        n_images += 1
        n_annotations += len(written)
    return WriteResult(n_images, n_annotations, tuple(_changed_names(categories)))


def _changed_names(categories: Sequence[str]) -> Iterable[Problem]:
    for name in categories:
        if without_number(name) != name:
            text = f'The class "{shown(name)}" is "{shown(without_number(name))}" for a reader of ALTO, without number.'
            yield Problem("category-name-changed", text)


def _to_xml(image: RawImage, elements: Sequence[str], tags: Mapping[str, str]) -> str:
    size = f' WIDTH="{image.width}" HEIGHT="{image.height}"' if image.width and image.height else ""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<alto xmlns="{_NAMESPACE}">',
        "<Description><MeasurementUnit>pixel</MeasurementUnit></Description>",
        "<Tags>",
        *(f'<OtherTag ID="{tag}" LABEL={quoteattr(name)}/>' for name, tag in tags.items()),
        "</Tags>",
        f'<Layout><Page ID="page" PHYSICAL_IMG_NR="1"{size}><PrintSpace>',
        *elements,
        "</PrintSpace></Page></Layout>",
        "</alto>",
        "",
    ]
    return "\n".join(lines)


def _to_element(number: int, annotation: RawAnnotation, tags: Mapping[str, str]) -> str:
    """ "" for what has no class or no place. Of a shape in several rings the largest is written: ALTO has one."""
    shape = annotation.geometry
    if annotation.category is None or not isinstance(shape, (Box, Polygon)):
        return ""
    box = shape if isinstance(shape, Box) else shape.bounds()
    place = f'HPOS="{box.x0:.10g}" VPOS="{box.y0:.10g}" WIDTH="{box.width:.10g}" HEIGHT="{box.height:.10g}"'
    outline = ""
    if isinstance(shape, Polygon):
        ring = max(shape.rings, key=lambda ring: Polygon((ring,)).area)
        outline = f'<Shape><Polygon POINTS="{" ".join(f"{value:.10g}" for value in ring)}"/></Shape>'
    if annotation.category == TEXT_LINE:
        return f'<TextBlock ID="group{number}"><TextLine ID="line{number}" {place}>{outline}</TextLine></TextBlock>'
    tag = tags[annotation.category]
    return f'<TextBlock ID="zone{number}" {place} TAGREFS="{tag}">{outline}</TextBlock>'
