"""PAGE XML (2019-07-15): an XML file for each image. What is a line by its class's name is a TextLine in a region that
holds all of them; everything else is a region of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import quoteattr

from core import clock
from core.domain.predictions import ImageRecord, PredictedImage, PredictedObject
from core.formats.writing import write_file
from core.predictions.out.lines import is_line, lines_of, xml_name
from core.predictions.out.names import OutNames
from core.predictions.out.shapes import Points, whole_points

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"


def write_page(
    records: Iterable[ImageRecord],
    categories: Sequence[str],
    folder: Path,
    names: OutNames,
    now: Callable[[], datetime] = clock.now,
) -> None:
    """Raises RefusedError for two images that differ in their ending only, StorageError."""
    for record in records:
        text = "\n".join(_page(record, categories, names.name_of(record.image.key), now()))
        write_file(folder / names.file_for(record.image.key, ".xml"), text)


def _page(record: ImageRecord, categories: Sequence[str], name: str, at: datetime) -> Iterator[str]:
    image = record.image
    moment = at.strftime("%Y-%m-%dT%H:%M:%S")
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<PcGts xmlns="{NAMESPACE}">'
    yield f"<Metadata><Creator>Calque</Creator><Created>{moment}</Created><LastChange>{moment}</LastChange></Metadata>"
    filename = quoteattr(xml_name(name.rpartition("/")[2]))
    yield f'<Page imageFilename={filename} imageWidth="{image.width}" imageHeight="{image.height}">'
    lines = lines_of(record, categories)
    others = [item for item in record.predictions if not is_line(categories[item.category])]
    if lines:
        yield '<TextRegion id="lines">'
        yield _coords(_around(lines, image))
        for number, item in enumerate(lines, start=1):
            custom = _custom(categories[item.category])
            yield f'<TextLine id="line_{number}" {custom}>{_coords(whole_points(item, image), item)}</TextLine>'
        yield "</TextRegion>"
    for number, item in enumerate(others, start=1):
        kind = quoteattr(xml_name(categories[item.category]))
        custom = _custom(categories[item.category])
        coords = _coords(whole_points(item, image), item)
        yield f'<CustomRegion id="region_{number}" type={kind} {custom}>{coords}</CustomRegion>'
    yield "</Page>"
    yield "</PcGts>"
    yield ""


def _coords(points: Points, item: PredictedObject | None = None) -> str:
    confidence = "" if item is None else f' conf="{item.confidence:.4f}"'
    return f'<Coords points="{" ".join(f"{x},{y}" for x, y in points)}"{confidence}/>'


def _around(items: Sequence[PredictedObject], image: PredictedImage) -> Points:
    points = [point for item in items for point in whole_points(item, image)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys))


def _custom(category: str) -> str:
    """As Transkribus and others read the kind of a thing; a brace or semicolon would end it."""
    name = "".join("_" if sign in "{};:" else sign for sign in xml_name(category))
    return f"custom={quoteattr(f'structure {{type:{name};}}')}"
