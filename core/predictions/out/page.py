"""PAGE XML (2019-07-15): an XML file for each image, as other programs read it (docs/adr/0034). What is a line by its
class's name is a TextLine in a region that holds all of them; everything else is a region of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from core import clock
from core.domain.predictions import ImageRecord
from core.formats.page.writing import page_arranger, page_xml
from core.formats.writing import write_file
from core.predictions.out.names import OutNames
from core.predictions.out.pages import line_classes, page_image


def write_page(
    records: Iterable[ImageRecord],
    categories: Sequence[str],
    folder: Path,
    names: OutNames,
    now: Callable[[], datetime] = clock.now,
) -> None:
    """Raises RefusedError for two images that differ in their ending only, StorageError."""
    arranger = page_arranger(line_classes=line_classes(categories))
    for record in records:
        page = arranger.arrange(page_image(record, categories))
        name = names.name_of(record.image.key).rpartition("/")[2]
        text = page_xml(page, name, moment=now().strftime("%Y-%m-%dT%H:%M:%S"))
        write_file(folder / names.file_for(record.image.key, ".xml"), text)
