"""What a version finds on a single picture that belongs to no project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.domain.predictions import PredictedObject


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

    def from_confidence(self, confidence: float) -> tuple[PredictedObject, ...]:
        return tuple(item for item in self.objects if item.confidence >= confidence)


def as_json(tried: TriedImage, confidence: float) -> dict[str, Any]:
    """Format 1. Boxes are x0, y0, x1, y1; polygons lists of rings, x and y in turn; all in pixels."""
    return {
        "format": 1,
        "image": tried.name,
        "width": tried.width,
        "height": tried.height,
        "version": tried.version,
        "confidence_from": confidence,
        "objects": [_object(item, tried.categories) for item in tried.from_confidence(confidence)],
    }


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
