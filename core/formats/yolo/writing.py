"""Writes YOLO: label files where Ultralytics looks for them, and a data.yaml that names the classes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from core.domain.geometry import Box, Polygon
from core.domain.imports import RawImage
from core.domain.names import shown
from core.errors import RefusedError
from core.formats.base import WriteResult
from core.formats.writing import FileNames, write_file
from core.formats.yolo.rows import to_row

FILE_NAME = "data.yaml"
IMAGES, LABELS = "images", "labels"


def write_yolo(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, has_pictures: bool
) -> WriteResult:
    """Raises RefusedError for an image of unknown size, and for two that differ in their ending only; StorageError."""
    indexes = {name: number for number, name in enumerate(categories)}
    names = FileNames("YOLO")
    n_images = n_annotations = 0
    for image in images:
        if not image.annotations and not image.is_explicit_negative:
            continue
        rows, n_objects = _rows(image, indexes)
        write_file(folder / names.take(label_path(image.path), image), "".join(f"{row}\n" for row in rows))
        n_images += 1
        n_annotations += n_objects
    (folder / LABELS).mkdir(exist_ok=True)
    note = "" if has_pictures else f'# The pictures are not here: put them into a folder "{IMAGES}" beside this file.\n'
    # JSON's texts are YAML's, but for pairs of escapes, which YAML does not join.
    lines = "".join(f"  {number}: {json.dumps(name, ensure_ascii=False)}\n" for name, number in indexes.items())
    write_file(folder / FILE_NAME, f"{note}train: {IMAGES}\nval: {IMAGES}\nnames:\n{lines}")
    return WriteResult(n_images, n_annotations)


def label_path(image: str) -> str:
    """Where Ultralytics looks for an image's labels: the last folder "images" of its path becomes "labels"."""
    parts = [IMAGES, *PurePosixPath(image).with_suffix(".txt").parts]
    last = max(place for place, part in enumerate(parts[:-1]) if part == IMAGES)
    parts[last] = LABELS
    return "/".join(parts)


def _rows(image: RawImage, indexes: Mapping[str, int]) -> tuple[list[str], int]:
    """The image's rows, and of how many objects they are."""
    if image.annotations and not (image.width and image.height):
        raise RefusedError(f'The size of "{shown(image.path)}" is not known, so its labels cannot be written.')
    rows: list[str] = []
    n_objects = 0
    for annotation in image.annotations:
        if annotation.category is not None and isinstance(annotation.geometry, (Box, Polygon)):
            n_objects += 1
            index = indexes[annotation.category]
            rows += to_row(index, annotation.geometry, image.width or 1, image.height or 1)
    return rows, n_objects
