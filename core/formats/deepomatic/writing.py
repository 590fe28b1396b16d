"""Writes Deepomatic's JSON: one file for all images, as an object with `images`, or as lines."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from core.domain.counting import counted
from core.domain.details import ImageDetails
from core.domain.geometry import bounds_of
from core.domain.imports import Problem, RawAnnotation, RawImage
from core.formats.base import WriteResult
from core.formats.deepomatic.regions import THRESHOLD
from core.formats.deepomatic.telling import METADATA
from core.formats.writing import open_whole

STUDIO_NAME = "studio.json"
LINES_NAME = "studio.txt"
_DIGITS = 12  # of a share: a millionth of a pixel in 100,000 and less


def write_studio(images: Iterable[RawImage], categories: Sequence[str], folder: Path) -> WriteResult:
    """Raises StorageError."""
    n_images = n_annotations = 0
    with open_whole(folder / STUDIO_NAME) as file:
        file.write(f'{{\n"tags": {json.dumps(list(categories))},\n"images": [\n')
        for image in images:
            if not _is_spoken_of(image):
                continue
            regions = [_region(item, image) for item in image.annotations if _has_place(item, image)]
            n_annotations += len(regions)
            if not image.annotations:
                regions = [{"tags": [], "region_type": "Whole"}]
            entry: dict[str, Any] = {"location": image.path}
            entry |= {"stage": image.stated_set} if image.stated_set else {}
            _put(file, entry | {"annotated_regions": regions}, is_first=n_images == 0)
            n_images += 1
        file.write("\n]\n}\n")
    return WriteResult(n_images, n_annotations)


def write_lines(images: Iterable[RawImage], categories: Sequence[str], folder: Path, *, place: str) -> WriteResult:
    """`place` is the pictures' folder, for paths are relative to the file. Classes of whole images get a view of their
    own. Raises StorageError."""
    lost: Counter[str] = Counter()
    used: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}  # by whether they speak of whole images
    n_images = n_annotations = 0
    with (
        open_whole(folder / LINES_NAME) as file,
        # The first line says the views, which are known at the end.
        tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n", dir=folder) as waiting,
    ):
        for image in images:
            if not _is_spoken_of(image):
                continue
            items = [item for item in image.annotations if item.category is not None and _has_place(item, image)]
            for item in items:
                used[item.geometry is None][item.category or ""] += 1
                lost["scores-left-out"] += bool(item.made_by)
            lost["without-class"] += len(image.annotations) - len(items)
            lost["negatives"] += not image.annotations
            lost["sets-left-out"] += image.stated_set == "test"
            n_annotations += len(items)
            n_images += 1
            waiting.write(json.dumps(_line(image, items, place), allow_nan=False) + "\n")
        lost["whole-images"] = sum(n for name, n in used[True].items() if name in used[False])
        views = [
            _view("Objects", "detection", categories, used[False]),
            _view("Images", "tagging", categories, used[True]),
        ]
        header = {"name": "Calque", "splits": ["train", "val"], "views": [view for view in views if view["concepts"]]}
        file.write(json.dumps(header) + "\n")
        waiting.seek(0)
        shutil.copyfileobj(waiting, file)
    return WriteResult(n_images, n_annotations, tuple(_lost_in_lines(lost)))


def _view(name: str, kind: str, categories: Sequence[str], used: Mapping[str, int]) -> dict[str, Any]:
    concepts = [{"name": category} for category in categories if category in used]
    return {"name": name, "type": kind, "concepts": concepts, "conditions": []}


def _lost_in_lines(lost: Mapping[str, int]) -> Iterator[Problem]:
    for kind, one, many, rest in (
        ("negatives", "image without objects", "images without objects", "lines have no word for them"),
        ("without-class", "annotation without a class", "annotations without a class", "left out"),
        ("whole-images", "annotation of a whole image", "annotations of whole images", "read as boxes, for their class "
         "has boxes too"),
        ("scores-left-out", "score", "scores", "left out; predictions look like what a person drew"),
        ("sets-left-out", "image of the test set", "images of the test set", "lines know train and val only"),
    ):  # fmt: skip
        if lost[kind]:
            yield Problem(kind, f"{counted(lost[kind], one, many)}: {rest}.")


def _line(image: RawImage, items: Sequence[RawAnnotation], place: str) -> dict[str, Any]:
    details = image.details or ImageDetails()
    line: dict[str, Any] = {"data": [{"file": f"{place}{image.path}"}]}
    metadata = details.get(METADATA)
    line |= {"metadata": metadata} if metadata else {}
    line["annotations"] = [
        {"concepts": [{"name": item.category}], "region": {"bbox": _shares(item, image)}} for item in items
    ]
    return line | ({"splits": [{image.stated_set: True}]} if image.stated_set in ("train", "val") else {})


def _is_spoken_of(image: RawImage) -> bool:
    return bool(image.annotations) or image.is_explicit_negative


def _has_place(annotation: RawAnnotation, image: RawImage) -> bool:
    return annotation.geometry is None or bool(image.width and image.height)


def _region(annotation: RawAnnotation, image: RawImage) -> dict[str, Any]:
    region: dict[str, Any] = {"tags": [] if annotation.category is None else [annotation.category]}
    region["region_type"] = "Whole" if annotation.geometry is None else "Box"
    if annotation.geometry is not None:
        region["region"] = _shares(annotation, image)
    if annotation.made_by:
        threshold = annotation.details.get(THRESHOLD) if annotation.details is not None else None
        region["score"] = 1.0 if annotation.confidence is None else annotation.confidence
        region["threshold"] = _number(threshold)
    return region


def _shares(annotation: RawAnnotation, image: RawImage) -> Mapping[str, float]:
    width, height = image.width or 1, image.height or 1
    box = bounds_of(annotation.geometry, width, height)
    sides = {"xmin": box.x0 / width, "xmax": box.x1 / width, "ymin": box.y0 / height, "ymax": box.y1 / height}
    return {name: round(min(max(value, 0.0), 1.0), _DIGITS) for name, value in sides.items()}


def _number(text: str | None) -> float:
    try:
        return float(text) if text else 0.0
    except ValueError:
        return 0.0


def _put(file: IO[str], entry: Mapping[str, Any], *, is_first: bool) -> None:
    file.write(("" if is_first else ",\n") + json.dumps(entry, allow_nan=False))
