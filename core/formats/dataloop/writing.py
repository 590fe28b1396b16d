"""Writes Dataloop's items: a JSON file for each image, in `json` beside the folder `items` of the pictures."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Box, Polygon
from core.domain.imports import RawAnnotation, RawImage
from core.formats.base import WriteResult
from core.formats.dataloop.shapes import PREFIX, TEXT
from core.formats.writing import write_file

_TAGS = {"train": "train", "val": "validation", "test": "test"}


def write_dataloop(images: Iterable[RawImage], folder: Path) -> WriteResult:
    """Raises StorageError."""
    taken: set[str] = set()
    n_images = n_annotations = 0
    for image in images:
        if not image.annotations and not image.is_explicit_negative:
            continue
        records = [_to_record(annotation) for annotation in image.annotations if annotation.category is not None]
        name = str(PurePosixPath(image.path).with_suffix(".json"))
        name = name if name not in taken else f"{image.path}.json"
        taken.add(name)
        write_file(folder / "json" / name, _text(_item(image, records), records))
        n_images += 1
        n_annotations += len(records)
    return WriteResult(n_images, n_annotations)


def _text(item: dict[str, Any], records: list[dict[str, Any]]) -> str:
    """A line for each annotation, by which a problem can be found."""
    head = json.dumps(item, allow_nan=False)
    lines = ",\n".join(json.dumps(record, allow_nan=False) for record in records)
    return f'{head[:-1]},\n"annotations": [\n{lines}\n]}}\n'


def _item(image: RawImage, records: list[dict[str, Any]]) -> dict[str, Any]:
    details = image.details or ImageDetails()
    system: dict[str, Any] = {}
    if image.width and image.height:
        system |= {"width": image.width, "height": image.height}
    if image.stated_set in _TAGS:
        system["tags"] = {_TAGS[image.stated_set]: True}
    if image.is_explicit_negative and not records:
        system["annotationStatus"] = ["completed"]
    user = _parsed(details.get(PREFIX + "user"))
    user = user if isinstance(user, dict) else {}
    user |= {name: value for name, value in details.attributes if not name.startswith(PREFIX)}
    # Of no data set yet; by this key too a file is known for an item of Dataloop.
    item: dict[str, Any] = {"filename": f"/{image.path}", "datasetId": ""}
    item |= {"id": details.stated_id} if details.stated_id else {}
    item |= {"url": details.url} if details.url else {}
    item["metadata"] = {"system": system} | ({"user": user} if user else {})
    return item | {"annotationsCount": len(records)}


def _to_record(annotation: RawAnnotation) -> dict[str, Any]:
    details = annotation.details or AnnotationDetails()
    record: dict[str, Any] = {"id": details.stated_id} if details.stated_id else {}
    record |= {"parentId": details.parent} if details.parent else {}
    record |= {"type": _kind(annotation), "label": annotation.category}
    if annotation.geometry is not None:
        record["coordinates"] = _coordinates(annotation.geometry)
    attributes = _parsed(details.get(PREFIX + "attributes"))
    record["attributes"] = attributes if isinstance(attributes, list) else []
    # Its server says these, and Dataloop's package reads no annotation without them.
    record |= {"creator": None, "createdAt": None, "updatedBy": None, "updatedAt": None}
    description = details.get("description")
    record |= {"description": description} if description else {}
    return record | {"metadata": _metadata(annotation, details)}


def _metadata(annotation: RawAnnotation, details: AnnotationDetails) -> dict[str, Any]:
    named = {name: value for name, value in details.attributes if not name.startswith(PREFIX) and name != "description"}
    named |= {TEXT: details.text} if details.text is not None else {}
    system: dict[str, Any] = {"attributes": named} if named else {}
    for key in ("status", "objectId"):
        value = details.get(PREFIX + key)
        system |= {key: value} if value else {}
    metadata: dict[str, Any] = {"system": system}
    if annotation.made_by:
        model: dict[str, Any] = {"name": annotation.made_by}
        model |= {"confidence": annotation.confidence} if annotation.confidence is not None else {}
        metadata["user"] = {"model": model}
    return metadata


def _kind(annotation: RawAnnotation) -> str:
    if annotation.geometry is None:
        return "class"
    return "box" if isinstance(annotation.geometry, Box) else "segment"


def _coordinates(shape: Box | Polygon) -> list[Any]:
    """Two corners, or a list of rings."""
    if isinstance(shape, Box):
        return [{"x": shape.x0, "y": shape.y0, "z": 0}, {"x": shape.x1, "y": shape.y1, "z": 0}]
    return [[{"x": x, "y": y} for x, y in zip(ring[0::2], ring[1::2], strict=True)] for ring in shape.rings]


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
