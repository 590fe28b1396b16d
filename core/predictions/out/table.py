"""A table for spreadsheets: a row for each object."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.names import shown
from core.domain.predictions import ImageRecord
from core.formats.writing import open_whole
from core.predictions.out.names import OutNames

FILE = "predictions.csv"
HEAD = ("image", "width", "height", "class", "confidence", "x0", "y0", "x1", "y1")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(records: Iterable[ImageRecord], categories: Sequence[str], folder: Path, names: OutNames) -> None:
    """Boxes in pixels of the upright image. Raises StorageError."""
    with open_whole(folder / FILE) as file:
        file.write("\ufeff")  # spreadsheets take it for another encoding otherwise
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        for record in records:
            image = record.image
            for item in record.predictions:
                box = item.box
                corners = [f"{value:.2f}" for value in (box.x0, box.y0, box.x1, box.y1)]
                name, category = _cell(names.name_of(image.key)), _cell(categories[item.category])
                writer.writerow([name, image.width, image.height, category, f"{item.confidence:.6f}", *corners])


def _cell(text: str) -> str:
    """Never taken for a formula."""
    text = shown(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
