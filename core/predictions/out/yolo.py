"""YOLO text: a file for each image below `labels`, a line for each object, its confidence last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.domain.names import one_line, shown
from core.domain.predictions import ImageRecord, PredictedImage, PredictedObject
from core.domain.rotated import rotated_rectangle
from core.formats.writing import write_file
from core.predictions.out.names import OutNames
from core.predictions.out.shapes import largest_ring

CLASSES = "classes.txt"


def write_yolo_text(records: Iterable[ImageRecord], categories: Sequence[str], folder: Path, names: OutNames) -> None:
    """Shares of the image's sides: centre and size of a box, or the points of an outline. Raises StorageError.

    A class is a line of its list, and its number that of the line: a name with a line break becomes one line.
    """
    write_file(folder / CLASSES, "".join(f"{one_line(name) or shown(repr(name))}\n" for name in categories))
    for record in records:
        lines = [_line(item, record.image) for item in record.predictions]
        write_file(folder / "labels" / names.file_for(record.image.key, ".txt"), "".join(lines))


def _line(item: PredictedObject, image: PredictedImage) -> str:
    width, height = image.width, image.height
    is_turned = item.polygon is not None and rotated_rectangle(item.polygon) is not None
    if item.polygon is not None:
        ring = largest_ring(item.polygon)
        shares = [value / (height if place % 2 else width) for place, value in enumerate(ring)]
    else:
        box = item.box.clipped(width, height)
        shares = [(box.x0 + box.x1) / 2 / width, (box.y0 + box.y1) / 2 / height, box.width / width, box.height / height]
    if not is_turned:  # whose corners may lie outside: moved, they would be none of a rectangle
        shares = [min(max(share, 0.0), 1.0) for share in shares]
    numbers = " ".join(f"{share:.6f}" for share in shares)
    return f"{item.category} {numbers} {item.confidence:.6f}\n"
