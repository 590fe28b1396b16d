"""ALTO XML (version 4): an XML file for each image. What is a line by its class's name is a TextLine, whose empty
string holds the confidence; everything else is a block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from core.domain.predictions import ImageRecord, PredictedImage, PredictedObject
from core.formats.writing import write_file
from core.predictions.out.lines import is_line, lines_of, xml_name
from core.predictions.out.names import OutNames
from core.predictions.out.shapes import Points, whole_box, whole_points

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"


def write_alto_results(
    records: Iterable[ImageRecord], categories: Sequence[str], folder: Path, names: OutNames
) -> None:
    """Raises RefusedError for two images that differ in their ending only, StorageError."""
    for record in records:
        text = "\n".join(_alto(record, categories, names.name_of(record.image.key)))
        write_file(folder / names.file_for(record.image.key, ".xml"), text)


def _alto(record: ImageRecord, categories: Sequence[str], name: str) -> Iterator[str]:
    image = record.image
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<alto xmlns="{NAMESPACE}">'
    file = escape(xml_name(name.rpartition("/")[2]))
    source = f"<sourceImageInformation><fileName>{file}</fileName></sourceImageInformation>"
    yield f"<Description><MeasurementUnit>pixel</MeasurementUnit>{source}</Description>"
    used = sorted({item.category for item in record.predictions})
    if used:
        yield "<Tags>"
        for category in used:
            yield f'<OtherTag ID="class_{category}" LABEL={quoteattr(xml_name(categories[category]))}/>'
        yield "</Tags>"
    size = f'WIDTH="{image.width}" HEIGHT="{image.height}"'
    yield f'<Layout><Page ID="page_1" PHYSICAL_IMG_NR="1" {size}>'
    yield f'<PrintSpace HPOS="0" VPOS="0" {size}>'
    lines = lines_of(record, categories)
    if lines:
        points = [point for item in lines for point in whole_points(item, image)]
        yield f'<TextBlock ID="block_lines" {_place(tuple(points))}>'
        for number, item in enumerate(lines, start=1):
            yield _line(number, item, image)
        yield "</TextBlock>"
    others = [item for item in record.predictions if not is_line(categories[item.category])]
    for number, item in enumerate(others, start=1):
        points = list(whole_points(item, image))
        place = f'{_place(tuple(points))} TAGREFS="class_{item.category}"'
        yield f'<TextBlock ID="block_{number}" {place}>{_shape(tuple(points))}</TextBlock>'
    yield "</PrintSpace></Page></Layout>"
    yield "</alto>"
    yield ""


def _line(number: int, item: PredictedObject, image: PredictedImage) -> str:
    points = whole_points(item, image)
    place = _place(points)
    string = f'<String ID="string_{number}" CONTENT="" {place} WC="{item.confidence:.4f}"/>'
    return f'<TextLine ID="line_{number}" {place} TAGREFS="class_{item.category}">{_shape(points)}{string}</TextLine>'


def _place(points: Points) -> str:
    x, y, width, height = whole_box(points)
    return f'HPOS="{x}" VPOS="{y}" WIDTH="{width}" HEIGHT="{height}"'


def _shape(points: Points) -> str:
    return f'<Shape><Polygon POINTS="{" ".join(f"{x},{y}" for x, y in points)}"/></Shape>'
