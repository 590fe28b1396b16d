"""What a version finds on a single picture that belongs to no project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.domain.predictions import PredictedObject

TOP = 5
"""Labels that are shown of a picture."""


@dataclass(frozen=True, slots=True)
class TriedImage:
    """`objects` are all from `least_confidence` on, by falling confidence, in pixels of the upright picture."""

    name: str
    width: int  # upright
    height: int
    categories: tuple[str, ...]
    objects: tuple[PredictedObject, ...]
    version: str  # "Page elements V001"
    device: str  # "cpu" or "cuda:N"
    seconds: float  # of the prediction alone
    least_confidence: float
    device_note: str = ""  # why it is not the graphics card, as a sentence
    notes: tuple[str, ...] = ()  # what has to be said of the picture
    n_bytes: int = 0  # of memory that the waiting process holds
    labels: bool = False  # `objects` are labels of the picture, of each class how sure it is
    is_exclusive: bool = False  # of labels: the surest is said
    limits: tuple[float, ...] = ()  # of labels: the confidence from which each class is said

    def said(self) -> tuple[PredictedObject, ...]:
        """Of labels: the surest class, or each tag from its threshold on."""
        asked = self.objects[:1] if self.is_exclusive else self.objects
        return tuple(item for item in asked if item.confidence >= self.limits[item.category])

    def shown(self) -> tuple[PredictedObject, ...]:
        """Of labels: the five surest, and what is said beyond them."""
        return self.objects[: max(TOP, len(self.said()))]

    def from_confidence(self, confidence: float) -> tuple[PredictedObject, ...]:
        return tuple(item for item in self.objects if item.confidence >= confidence)


def as_json(tried: TriedImage, confidence: float) -> dict[str, Any]:
    """Format 1. Boxes are x0, y0, x1, y1; polygons lists of rings, x and y in turn; all in pixels.

    A version that labels tells its labels, the surest first; its own thresholds say which count, not `confidence`.
    """
    head = {
        "format": 1,
        "image": tried.name,
        "width": tried.width,
        "height": tried.height,
        "version": tried.version,
    }
    if tried.labels:
        return {**head, **_labels(tried)}
    return {
        **head,
        "confidence_from": confidence,
        "objects": [_object(item, tried.categories) for item in tried.from_confidence(confidence)],
    }


def _labels(tried: TriedImage) -> dict[str, Any]:
    said = [tried.categories[item.category] for item in tried.said()]
    name = {"predicted_label": said[0] if said else None} if tried.is_exclusive else {"predicted_labels": said}
    rows = [
        {"class": tried.categories[item.category], "confidence": round(item.confidence, 4)} for item in tried.shown()
    ]
    return {**name, "labels": rows}


def _object(item: PredictedObject, categories: tuple[str, ...]) -> dict[str, Any]:
    box = item.box
    told: dict[str, Any] = {
        "class": categories[item.category] if 0 <= item.category < len(categories) else None,
        "confidence": round(item.confidence, 4),
        "box": [round(value, 2) for value in (box.x0, box.y0, box.x1, box.y1)],
    }
    if item.polygon is not None:
        told["polygon"] = [[round(value, 2) for value in ring] for ring in item.polygon.rings]
    return told
