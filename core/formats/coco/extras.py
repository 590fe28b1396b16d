"""What records say besides class and shape, and is kept with them: keypoints, attributes, addresses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from core.domain.details import AnnotationDetails
from core.formats.coco.values import number

KEYPOINTS = "coco:keypoints"
"""An attribute of an object: COCO's list of x, y and visibility, as JSON."""

_ADDRESSES = ("coco_url", "flickr_url", "url")


def details_of(record: Mapping[str, Any]) -> AnnotationDetails | None:
    """None when there is nothing to keep."""
    pairs = list(attributes_of(record))
    if has_keypoints(record):
        pairs.append((KEYPOINTS, json.dumps(record["keypoints"])))
    return AnnotationDetails(attributes=tuple(pairs)) if pairs else None


def attributes_of(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """CVAT's, which are an object of names and values."""
    attributes = record.get("attributes")
    if isinstance(attributes, dict):
        for name, value in attributes.items():
            text = value if isinstance(value, str) else json.dumps(value)
            yield _storable(str(name)), _storable(text)


def has_keypoints(record: Mapping[str, Any]) -> bool:
    """Whether there is at least one that was set."""
    found = record.get("keypoints")
    if not isinstance(found, list) or not found or len(found) % 3:
        return False
    return all(_is_finite(value) for value in found) and any(found)


def is_turned(record: Mapping[str, Any]) -> bool:
    """Whether CVAT's attribute "rotation", degrees, says that a box without an outline is turned."""
    attributes = record.get("attributes")
    angle = number(attributes.get("rotation")) if isinstance(attributes, dict) else None
    return angle is not None and abs(angle) < 1e300 and angle % 360 != 0 and not record.get("segmentation")


def address_of(record: Mapping[str, Any]) -> str:
    """Where a picture is on a server; "" = the record does not say."""
    return address(*(record.get(name) for name in _ADDRESSES))


def address(*candidates: Any) -> str:
    for url in candidates:
        if isinstance(url, str) and "://" in url:
            return _storable(url)
    return ""


def _is_finite(value: Any) -> bool:
    found = None if isinstance(value, str) else number(value)
    return found is not None and abs(found) < 1e300


def _storable(text: str) -> str:
    """Text that every file and database can hold."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
