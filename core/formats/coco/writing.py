"""Writes COCO: images, annotations and categories in one file, a record a line, none kept in memory."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, Any

from core.domain.geometry import Polygon, bounds_of
from core.domain.imports import RawAnnotation, RawImage
from core.formats.base import WriteResult
from core.formats.writing import open_whole

FILE_NAME = "annotations.json"


def write_coco(images: Iterable[RawImage], categories: Sequence[str], folder: Path) -> WriteResult:
    """Raises StorageError."""
    ids = {name: number for number, name in enumerate(categories, start=1)}
    n_images = n_annotations = 0
    with (
        open_whole(folder / FILE_NAME) as file,
        # Annotations come after all images in the file, but with them in the stream.
        tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder) as waiting,
    ):
        file.write('{\n"images": [\n')
        for image in images:
            # An image that nobody looked at must not come back as one that was seen to be empty.
            if not image.annotations and not image.is_explicit_negative:
                continue
            n_images += 1
            entry: dict[str, object] = {"id": n_images, "file_name": image.path}
            if image.width and image.height:
                entry |= {"width": image.width, "height": image.height}
            _put(file, entry, is_first=n_images == 1)
            for annotation in image.annotations:
                record = _to_record(annotation, ids, image)
                if record is not None:
                    n_annotations += 1
                    numbers = {"id": n_annotations, "image_id": n_images}
                    _put(waiting, numbers | record, is_first=n_annotations == 1)
        file.write('\n],\n"annotations": [\n')
        waiting.seek(0)
        shutil.copyfileobj(waiting, file)
        file.write('\n],\n"categories": [\n')
        for name, number in ids.items():
            _put(file, {"id": number, "name": name}, is_first=number == 1)
        file.write("\n]\n}\n")
    return WriteResult(n_images, n_annotations)


def _put(file: IO[str], record: dict[str, Any], *, is_first: bool) -> None:
    file.write(("" if is_first else ",\n") + json.dumps(record, allow_nan=False))


def _to_record(annotation: RawAnnotation, ids: dict[str, int], image: RawImage) -> dict[str, object] | None:
    if annotation.category is None or (annotation.geometry is None and not (image.width and image.height)):
        return None
    shape = annotation.geometry
    bounds = bounds_of(shape, image.width or 0, image.height or 0)
    return {
        "category_id": ids[annotation.category],
        "bbox": [bounds.x0, bounds.y0, bounds.width, bounds.height],
        "segmentation": [list(ring) for ring in shape.rings] if isinstance(shape, Polygon) else [],
        "area": shape.area if isinstance(shape, Polygon) else bounds.area,
        "iscrowd": int(annotation.is_crowd),
    }
