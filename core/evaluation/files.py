"""The files of an evaluation: predictions and ground truth as COCO writes them, the table as a spreadsheet reads it.

Image ids count the images of the split from 1; `file_name` is the image's path in the project. Category ids count the
classes from 1, since readers of COCO files take 0 for nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from core.domain.evaluation import COUNT, EvaluationRow, EvaluationTable, Measure
from core.domain.geometry import Box, bounds_of
from core.domain.predictions import PredictedObject
from core.domain.snapshots import NO_CATEGORY, SnapshotObject
from core.metrics import masks
from core.workers.api import TreeImage

PREDICTIONS, GROUND_TRUTH, TABLE = "predictions.json", "ground_truth.json", "table.csv"

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class PredictionsWriter:
    """COCO results, written image by image: a list of objects, with the image's path beside its id."""

    def __init__(self, file: IO[str], *, has_masks: bool, is_oriented: bool) -> None:
        self._file = file
        self._has_masks = has_masks
        self._is_oriented = is_oriented
        self._separator = "["

    def add(self, image_id: int, image: TreeImage, objects: Sequence[PredictedObject]) -> None:
        for item in objects:
            result = _result(image_id, image, item, self._has_masks)
            if self._is_oriented and item.polygon is not None:
                result["segmentation"] = [list(ring) for ring in item.polygon.rings]
            self._file.write(f"{self._separator}\n{json.dumps(result, allow_nan=False)}")
            self._separator = ","

    def finish(self) -> None:
        self._file.write("[]\n" if self._separator == "[" else "\n]\n")


@contextmanager
def write_predictions(path: Path, *, has_masks: bool = False, is_oriented: bool = False) -> Iterator[PredictionsWriter]:
    """Masks as runs, oriented boxes as their four corners. The file appears under its name when all of it is there.

    Raises OSError.
    """
    partial = path.with_suffix(".part")
    try:
        with partial.open("w", encoding="utf-8") as file:
            writer = PredictionsWriter(file, has_masks=has_masks, is_oriented=is_oriented)
            yield writer
            writer.finish()
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_ground_truth(path: Path, images: Collection[TreeImage], categories: Sequence[str]) -> None:
    """COCO instances of what was measured against."""
    annotations = [
        {"id": number, "image_id": image_id, **_annotation(image, item)}
        for number, (image_id, image, item) in enumerate(_objects(images), start=1)
    ]
    value = {
        "info": {"description": "Ground truth that Calque measured against", "version": "1"},
        "images": [
            {"id": number, "file_name": image.key, "width": image.width, "height": image.height}
            for number, image in enumerate(images, start=1)
        ],
        "categories": [{"id": number, "name": name} for number, name in enumerate(categories, start=1)],
        "annotations": annotations,
    }
    path.write_text(json.dumps(value, allow_nan=False) + "\n", encoding="utf-8")


def write_table(path: Path, table: EvaluationTable) -> None:
    """For spreadsheets: UTF-8 with its mark, numbers as numbers, empty where nothing was measured."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["class", "images", "instances", *(text_cell(measure.name) for measure in table.measures)])
        for row in table.rows:
            writer.writerow(_cells(row, table.measures))


def text_cell(text: str) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cells(row: EvaluationRow, measures: Sequence[Measure]) -> list[str]:
    name = "all" if row.category is None else text_cell(row.category)
    return [name, str(row.n_images), str(row.n_instances), *(_number(row.value(m.name), m.kind) for m in measures)]


def _number(value: float | None, kind: str) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if kind == COUNT else f"{value:.6f}"


def _objects(images: Collection[TreeImage]) -> Iterator[tuple[int, TreeImage, SnapshotObject]]:
    for number, image in enumerate(images, start=1):
        for item in image.objects:
            if item.category != NO_CATEGORY:
                yield number, image, item


def _annotation(image: TreeImage, item: SnapshotObject) -> dict[str, Any]:
    box = bounds_of(item.geometry, image.width, image.height)
    value = {"category_id": item.category + 1, "bbox": _xywh(box), "area": box.area, "iscrowd": int(item.is_crowd)}
    if item.geometry is not None and item.geometry.rings:
        rle = masks.encode(item.geometry, image.width, image.height)
        value["area"] = masks.area(rle)
        value["segmentation"] = masks.as_text(rle) if item.is_crowd else [list(ring) for ring in item.geometry.rings]
    return value


def _result(image_id: int, image: TreeImage, item: PredictedObject, has_masks: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "image_id": image_id,
        "file_name": image.key,
        "category_id": item.category + 1,
        "bbox": _xywh(item.box),
        "score": item.confidence,
    }
    if has_masks:
        mask = item.mask or masks.encode(item.polygon or item.box, image.width, image.height)
        value["segmentation"] = masks.as_text(mask)
    return value


def _xywh(box: Box) -> list[float]:
    return [box.x0, box.y0, box.width, box.height]
