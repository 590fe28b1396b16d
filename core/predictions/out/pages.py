"""Predictions of an image as a page of zones and lines, by the rules by which annotations are written."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.imports import RawAnnotation, RawImage
from core.domain.predictions import ImageRecord
from core.predictions.out.lines import is_line


def page_image(record: ImageRecord, categories: Sequence[str]) -> RawImage:
    """Objects of equal order come as they are: by falling confidence."""
    annotations = tuple(
        RawAnnotation(categories[item.category], item.geometry, confidence=item.confidence)
        for item in record.predictions
    )
    return RawImage(record.image.key, annotations, record.image.width, record.image.height)


def line_classes(categories: Sequence[str]) -> tuple[str, ...]:
    """Those that are lines by their names."""
    return tuple(name for name in categories if is_line(name))
