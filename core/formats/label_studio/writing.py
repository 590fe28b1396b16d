"""Writes Label Studio: one file of tasks, a task a line, and the labeling interface that they need."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.domain.counting import counted
from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, RawImage
from core.domain.rotated import rotated_rectangle
from core.formats.base import WriteOptions, WriteResult
from core.formats.label_studio.config import BOXES, CLASSES, CONFIG_FILE, IMAGE, POLYGONS, TEXT, config_text
from core.formats.label_studio.regions import META, NOTE, PART
from core.formats.writing import LeftOutDetails, open_whole, write_file

TASKS_FILE = "tasks.json"
LOCAL_FILES = "/data/local-files/?d="
_EXACT = 0.005  # pixels that a turned rectangle may be off the polygon that it is written for
_PLAIN_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")


def write_label_studio(
    images: Iterable[RawImage], categories: Sequence[str], folder: Path, options: WriteOptions
) -> WriteResult:
    """Raises StorageError."""
    left_out = LeftOutDetails("Label Studio", holds_ids=True)
    n_images = n_annotations = n_unsized = 0
    has_classes = has_texts = False
    with open_whole(folder / TASKS_FILE) as file:
        file.write("[")
        for image in images:
            items = [item for item in image.annotations if item.category is not None]
            if not image.annotations and not image.is_explicit_negative:
                continue
            if not (image.width and image.height) and any(item.geometry is not None for item in items):
                n_unsized += 1
                continue
            n_images += 1
            n_annotations += len(items)
            left_out.look(items)
            has_classes |= any(item.geometry is None for item in items)
            has_texts |= any(item.details is not None and item.details.text is not None for item in items)
            task = _task(n_images, image, items, options)
            file.write((",\n" if n_images > 1 else "\n") + json.dumps(task, allow_nan=False))
        file.write("\n]\n")
    write_file(folder / CONFIG_FILE, config_text(categories, has_classes=has_classes, has_texts=has_texts))
    return WriteResult(n_images, n_annotations, (*_unsized(n_unsized), *left_out.problems()))


def _unsized(n: int) -> Iterator[Problem]:
    if n:
        text = (
            f"{counted(n, 'image has', 'images have')} no known size, without which no place can be stated; left out."
        )
        yield Problem("size-unknown", text)


def _task(number: int, image: RawImage, items: Sequence[RawAnnotation], options: WriteOptions) -> dict[str, Any]:
    """What models made becomes predictions, one for each model."""
    made = dict.fromkeys(item.made_by for item in items if item.made_by)
    own = [item for item in items if not item.made_by]
    data: dict[str, Any] = {IMAGE: _address(image, options)}
    if image.details is not None:
        data |= {name: value for name, value in image.details.attributes if name not in data}
    task: dict[str, Any] = {"id": number, "data": data}
    if own or image.is_explicit_negative:
        results = list(_results(number, own, image))
        task["annotations"] = [{"result": results, "was_cancelled": False, "ground_truth": False}]
    if made:
        task["predictions"] = [
            {
                "model_version": name,
                "result": list(_results(number, [one for one in items if one.made_by == name], image)),
            }
            for name in made
        ]
    return task


def _address(image: RawImage, options: WriteOptions) -> str:
    """Where Label Studio finds the picture: among the files that it serves from a disk, or at its own address."""
    if options.option("images", "local-files") == "addresses" and image.details is not None and image.details.url:
        return image.details.url
    path = f"images/{image.path}" if options.has_pictures else image.path
    return LOCAL_FILES + quote(path.encode("utf-8", "surrogateescape"))


def _results(number: int, items: Sequence[RawAnnotation], image: RawImage) -> Iterator[dict[str, Any]]:
    taken: set[str] = set()
    for place, item in enumerate(items):
        details = item.details or AnnotationDetails()
        stated = details.stated_id
        region = stated if _PLAIN_ID.fullmatch(stated) and stated not in taken else f"t{number}r{place + 1}"
        taken.add(region)
        if item.geometry is None:
            common: dict[str, Any] = {"id": region, "from_name": CLASSES, "to_name": IMAGE, "type": "choices"}
            yield common | _score(item) | {"value": {"choices": [item.category]}}
            continue
        shapes = list(_values(item, image))
        for part, (kind, value) in enumerate(shapes, start=1):
            own_id = region if len(shapes) == 1 else f"{region}-part{part}"
            yield from _region(own_id, kind, value, item, details, image, is_first=part == 1)


def _region(
    region: str, kind: str, value: dict[str, Any], item: RawAnnotation, details: AnnotationDetails, image: RawImage,
    *, is_first: bool,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    """Its label, and its text as a result of the same id."""
    name = BOXES if kind == "rectanglelabels" else POLYGONS
    common: dict[str, Any] = {"id": region, "from_name": name, "to_name": IMAGE, "type": kind}
    size = {"original_width": image.width, "original_height": image.height, "image_rotation": 0}
    meta = _meta(details) if is_first else {}
    extra = _score(item) | ({"meta": meta} if meta else {})
    yield common | size | extra | {"value": value | {kind: [item.category]}}
    if details.text is not None and is_first:
        text = {"from_name": TEXT, "type": "textarea"}
        yield common | size | text | {"value": value | {"text": [details.text]}}


def _values(item: RawAnnotation, image: RawImage) -> Iterator[tuple[str, dict[str, Any]]]:
    """In parts of a hundred of the picture; of each part of an object."""
    across, down = 100 / (image.width or 1), 100 / (image.height or 1)
    shape = item.geometry
    if isinstance(shape, Box):
        place = {"x": shape.x0 * across, "y": shape.y0 * down}
        yield "rectanglelabels", place | {"width": shape.width * across, "height": shape.height * down, "rotation": 0}
        return
    assert isinstance(shape, Polygon)
    turned = rotated_rectangle(shape, _EXACT)
    if turned is not None and turned.angle_degrees % 90:
        cos, sin = math.cos(math.radians(turned.angle_degrees)), math.sin(math.radians(turned.angle_degrees))
        x = turned.cx - cos * turned.width / 2 + sin * turned.height / 2
        y = turned.cy - sin * turned.width / 2 - cos * turned.height / 2
        place = {"x": x * across, "y": y * down, "width": turned.width * across, "height": turned.height * down}
        yield "rectanglelabels", place | {"rotation": turned.angle_degrees}
        return
    for ring in shape.rings:
        pairs = zip(ring[0::2], ring[1::2], strict=True)
        yield "polygonlabels", {"points": [[float(x) * across, float(y) * down] for x, y in pairs], "closed": True}


def _score(item: RawAnnotation) -> dict[str, Any]:
    return {"score": item.confidence} if item.made_by and item.confidence is not None else {}


def _meta(details: AnnotationDetails) -> dict[str, Any]:
    """What else is known of a region: Label Studio keeps what it finds there."""
    meta: dict[str, Any] = {}
    attributes = {}
    for name, value in details.attributes:
        if name == NOTE:
            meta["text"] = value.split("\n")
        elif name.startswith(META):
            meta[name.removeprefix(META)] = _parsed(value)
        elif name != PART:
            attributes[name] = value
    return meta | ({"attributes": attributes} if attributes else {})


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
