from __future__ import annotations

from dataclasses import replace

from core.domain.imports import RawImage
from core.formats.modelarts import FORMAT
from core.formats.modelarts.labels import labels_for
from core.formats.testing import CATEGORIES, IMAGES, FormatContract

LABELS = labels_for(CATEGORIES)


def labelled(image: RawImage) -> RawImage:
    """With names of classes that ModelArts' rule allows."""
    annotations = [replace(item, category=LABELS[item.category or ""]) for item in image.annotations]
    return replace(image, annotations=tuple(annotations))


class TestModelArts(FormatContract):
    format = FORMAT
    images = tuple(labelled(image) for image in IMAGES)
    categories = tuple(LABELS.values())
