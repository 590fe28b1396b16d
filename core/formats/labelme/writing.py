"""Writes LabelMe: a JSON file for each image, where its picture belongs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon, Ring
from core.domain.imports import RawAnnotation, RawImage
from core.domain.rotated import corners_of, rotated_rectangle
from core.formats.base import WriteResult
from core.formats.labelme.shapes import GROUP, PREFIX
from core.formats.parts import GroupNumbers
from core.formats.writing import FileNames, LeftOutDetails, write_file

POLYGON, ROTATION, ORIENTED = "polygon", "rotation", "oriented_rectangle"
_VERSION = "5.5.0"
_BOOLEANS = {"true": True, "false": False}


def write_labelme(images: Iterable[RawImage], folder: Path, turned: str) -> WriteResult:
    """`turned` is the kind of shape for turned rectangles. Raises RefusedError for two images that differ in their
    ending only, StorageError."""
    names = FileNames("LabelMe")
    left_out = LeftOutDetails("LabelMe")
    n_images = n_annotations = 0
    for image in images:
        if not image.is_explicit_negative and all(item.category is None for item in image.annotations):
            continue
        name = names.take(str(PurePosixPath(image.path).with_suffix(".json")), image)
        write_file(folder / name, _to_json(image, turned))
        n_images += 1
        n_annotations += sum(item.category is not None for item in image.annotations)
        left_out.look(image.annotations)
    return WriteResult(n_images, n_annotations, left_out.problems())


def _to_json(image: RawImage, turned: str) -> str:
    """A shape a line, so that a line number leads to it."""
    shapes = ",\n".join("    " + json.dumps(shape) for shape in _shapes(image.annotations, turned))
    flags = {item.category: True for item in image.annotations if item.geometry is None and item.category is not None}
    pairs = image.details.attributes if image.details else ()
    flags |= {name: _BOOLEANS[value] for name, value in pairs if value in _BOOLEANS and not name.startswith(PREFIX)}
    lines = [
        "{",
        f'  "version": "{_VERSION}",',
        f'  "flags": {json.dumps(flags)},',
        f'  "shapes": [\n{shapes}\n  ],' if shapes else '  "shapes": [],',
        *(f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in _others(image.details).items()),
        f'  "imagePath": {json.dumps(PurePosixPath(image.path).name)},',
        '  "imageData": null,',
        f'  "imageHeight": {json.dumps(image.height)},',
        f'  "imageWidth": {json.dumps(image.width)}',
        "}",
        "",
    ]
    return "\n".join(lines)


def _others(details: ImageDetails | None) -> dict[str, Any]:
    """What else is known of the image: programs keep keys that they do not know."""
    if details is None:
        return {}
    pairs = [(name, value) for name, value in details.attributes if value not in _BOOLEANS or name.startswith(PREFIX)]
    found = {name.removeprefix(PREFIX): _parsed(value) for name, value in pairs if name.startswith(PREFIX)}
    plain = {name: value for name, value in pairs if not name.startswith(PREFIX)}
    return found | ({"attributes": plain} if plain else {})


def _shapes(annotations: Iterable[RawAnnotation], turned: str) -> Iterator[dict[str, Any]]:
    items = [item for item in annotations if item.category is not None and item.geometry is not None]
    groups = GroupNumbers(GROUP, items)
    for item in items:
        shape, group = item.geometry, groups.take(item)
        if isinstance(shape, Box):
            yield _shape(item, "rectangle", (shape.x0, shape.y0, shape.x1, shape.y1), group)
        elif isinstance(shape, Polygon):
            found = None if turned == POLYGON else rotated_rectangle(shape)
            if found is not None and found.angle_degrees % 90:
                direction = {"direction": math.radians(found.angle_degrees)} if turned == ROTATION else {}
                yield _shape(item, turned, corners_of(found).rings[0], group) | direction
                continue
            for ring in shape.rings:
                yield _shape(item, "polygon", ring, group)


def _shape(item: RawAnnotation, kind: str, ring: Ring, group: int | None) -> dict[str, Any]:
    details = item.details or AnnotationDetails()
    pairs = [(name, value) for name, value in details.attributes if name != GROUP]
    plain = {name: value for name, value in pairs if not name.startswith(PREFIX)}
    others = {name.removeprefix(PREFIX): _parsed(value) for name, value in pairs if name.startswith(PREFIX)}
    flags = {name: _BOOLEANS[value] for name, value in plain.items() if value in _BOOLEANS}
    shape: dict[str, Any] = {
        "label": item.category,
        "points": [[round(float(x), 6), round(float(y), 6)] for x, y in zip(ring[0::2], ring[1::2], strict=True)],
        "group_id": group,
        "description": details.text or "",
        "shape_type": kind,
        "flags": flags,
        "mask": None,
    }
    if plain.pop("difficult", "") in ("1", "true"):
        shape["difficult"] = True
        flags.pop("difficult", None)
    score = plain.pop("score", "")
    if score:
        shape["score"] = _parsed(score)
    rest = {name: value for name, value in plain.items() if value not in _BOOLEANS}
    return shape | ({"attributes": rest} if rest else {}) | {k: v for k, v in others.items() if k not in shape}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
