"""COCO results: a list of detections, and beside it the images and classes that its ids mean."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from core.domain.predictions import ImageRecord, PredictedObject
from core.formats.writing import open_whole
from core.predictions.out.names import OutNames

RESULTS, LISTS = "predictions.json", "images-and-classes.json"


def write_coco_results(
    records: Iterable[ImageRecord], categories: Sequence[str], folder: Path, names: OutNames
) -> None:
    """Boxes as x, y, width and height; ids from 1. Raises StorageError."""
    n_images = n_objects = 0
    with open_whole(folder / RESULTS) as results, open_whole(folder / LISTS) as lists:
        results.write("[\n")
        lists.write('{\n"images": [\n')
        for record in records:
            n_images += 1
            image = record.image
            entry = {
                "id": n_images, "file_name": names.name_of(image.key), "width": image.width, "height": image.height,
            }  # fmt: skip
            _put(lists, entry, is_first=n_images == 1)
            for item in record.predictions:
                n_objects += 1
                _put(results, _detection(n_images, item), is_first=n_objects == 1)
        results.write("\n]\n")
        lists.write('\n],\n"annotations": [],\n"categories": [\n')
        for number, name in enumerate(categories, start=1):
            _put(lists, {"id": number, "name": name}, is_first=number == 1)
        lists.write("\n]\n}\n")


def _detection(image: int, item: PredictedObject) -> dict[str, Any]:
    box = item.box
    found: dict[str, Any] = {
        "image_id": image,
        "category_id": item.category + 1,
        "bbox": [box.x0, box.y0, box.width, box.height],
        "score": item.confidence,
    }
    if item.polygon is not None:
        found["segmentation"] = [list(ring) for ring in item.polygon.rings]
    elif item.mask is not None:  # too small, or too thin, for an outline
        found["segmentation"] = dict(item.mask)
    return found


def _put(file: IO[str], record: dict[str, Any], *, is_first: bool) -> None:
    file.write(("" if is_first else ",\n") + json.dumps(record, allow_nan=False))
