"""The images of a project for a version that labels: whole images, or the shapes that it was trained to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from core.datasets.regions import regions_of
from core.domain.ids import CategoryId
from core.domain.projects import AnnotatedImage, Category, ImageState
from core.predictions.crop_classes import crop_of
from core.predictions.listing import ListedImage
from core.registry.stores.selected_images import FrozenRow
from core.registry.stores.shapes import encode
from core.training.freezing_labels import Labels, labelled
from core.training.review.label_tally import Labelling


def listed_labels(
    images: Iterable[AnnotatedImage],
    project: Sequence[Category],
    classes: Mapping[CategoryId, int],
    model: Mapping[str, Any],
) -> Iterator[ListedImage]:
    """With the ground truth in the version's `classes`, and the regions to label; () where there is none to cut out."""
    cut = crop_of(model)
    keys = np.array([int(item.id) for item in project if item.name in cut], dtype=np.int64)
    places = {int(id): place for id, place in classes.items()}
    # Whatever is said of a region: all of them are to be labelled.
    labels = Labels(places, Labelling(is_exclusive=False, uses_others=True, crop_of=keys if cut else None))
    every = list(images)
    for item, (_, objects) in zip(every, labelled(map(_row, every), labels), strict=True):
        image, found = item.image, objects or ()
        regions = regions_of(found) if cut else None
        if image.state is not ImageState.OK:  # it is decoded in full, and left out with the reason
            yield ListedImage(image.path, white=image.white, objects=found, regions=regions)
        else:
            size = (image.width, image.height)
            yield ListedImage(image.path, image.sha256, *size, image.white, found, regions)


def _row(item: AnnotatedImage) -> FrozenRow:
    image = item.image
    shapes: list[Any] = [
        (0, None if one.category is None else int(one.category), *encode(one.geometry), one.is_crowd)
        for one in item.annotations
    ]
    return FrozenRow(0, image.path, image.sha256, image.width, image.height, image.orientation, image.white, shapes)
