"""From the registry's rows to the images of a manifest, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from core.datasets.manifest import FrozenImage, object_text
from core.datasets.manifest_file import shared_error
from core.domain.geometry import Box, Polygon
from core.domain.ids import ProjectId
from core.domain.snapshots import Split
from core.registry.session import Session
from core.registry.stores import selected_images
from core.registry.stores.selected_images import FrozenRow
from core.registry.stores.shapes import Shape, decode
from core.training.review.data import Check, ChosenImages
from core.training.review.tally import Array


@dataclass(frozen=True, slots=True)
class Shapes:
    """What becomes of the shapes: `places` are the categories of the run by their keys, `usable` is a shape's part in
    an image of so many pixels, None when nothing is left; `keeps_boxes`: a box that lies in the image stays as it is.
    """

    places: Mapping[int, int]
    usable: Callable[[Box | Polygon, int, int], Box | Polygon | None]
    keeps_boxes: bool


def frozen_images(
    session: Session,
    project: ProjectId,
    images: ChosenImages,
    shapes: Shapes,
    check: Check = lambda: None,
    *,
    includes_models: bool = False,
) -> Iterator[FrozenImage]:
    """Sorted by path. Raises RefusedError (E-152) when an image is in two sets."""
    keys, of_image = splits_by_path(session, project, images, check)
    rows = selected_images.iter_frozen(session, keys, check, includes_models=includes_models)
    for row, split in zip(rows, of_image, strict=True):
        texts, categories = _objects(row, shapes)
        yield FrozenImage(
            row.path, row.sha256, row.width, row.height, row.orientation, split, texts, categories, row.white
        )


def splits_by_path(
    session: Session, project: ProjectId, images: ChosenImages, check: Check = lambda: None
) -> tuple[Array, list[Split]]:
    """The keys of the images by their paths, and the set of each. Raises RefusedError (E-152) when one is in two."""
    splits = tuple(Split)
    is_twice = images.keys[1:] == images.keys[:-1]
    if is_twice.any():
        found = images.splits[np.append(False, is_twice) | np.append(is_twice, False)]
        raise shared_error(int(is_twice.sum()), [splits[index] for index in np.unique(found)])
    keys = selected_images.keys_by_path(session, project, images.keys, check)
    return keys, [splits[index] for index in images.splits[np.searchsorted(images.keys, keys)].tolist()]


def _objects(row: FrozenRow, shapes: Shapes) -> tuple[list[str], list[int]]:
    """The usable shapes of the run's classes as canonical JSON; and the classes of those that are no crowd."""
    boxes: list[str] = []
    others: list[str] = []
    categories: list[int] = []
    width, height, places, keeps_boxes = row.width, row.height, shapes.places, shapes.keeps_boxes
    for _, key, kind, x0, y0, x1, y1, points, is_crowd in row.shapes:
        place = places.get(key)
        if place is None:
            continue
        if keeps_boxes and points is None and 0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height:
            crowd = ',"crowd":true' if is_crowd else ""
            boxes.append(f'{{"box":[{x0 or 0},{y0 or 0},{x1},{y1}],"category":{place}{crowd}}}')
        else:
            geometry = decode(Shape(kind, x0, y0, x1, y1, points))
            part = None if geometry is None else shapes.usable(geometry, width, height)
            if part is None:
                continue
            others.append(object_text(place, part, is_crowd=bool(is_crowd)))
        if not is_crowd:
            categories.append(place)
    if boxes:
        # The canonical form (see manifest.object_text) of all at once: whole numbers have no point.
        others += "\n".join(boxes).replace(".0,", ",").replace(".0]", "]").split("\n")
    return others, categories
