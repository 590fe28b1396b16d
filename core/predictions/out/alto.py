"""ALTO XML (version 4.2): an XML file for each image, as other programs read it (docs/adr/0034). What is a line by its
class's name is a TextLine, whose empty string holds the confidence; everything else is a block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.predictions import ImageRecord
from core.formats.alto.writing import alto_arranger, alto_xml
from core.formats.writing import write_file
from core.predictions.out.names import OutNames
from core.predictions.out.pages import line_classes, page_image


def write_alto_results(
    records: Iterable[ImageRecord], categories: Sequence[str], folder: Path, names: OutNames
) -> None:
    """Raises RefusedError for two images that differ in their ending only, StorageError."""
    arranger = alto_arranger(is_whole=True, line_classes=line_classes(categories))
    for record in records:
        page = arranger.arrange(page_image(record, categories))
        name = names.name_of(record.image.key).rpartition("/")[2]
        write_file(folder / names.file_for(record.image.key, ".xml"), alto_xml(page, name))
