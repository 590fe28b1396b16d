"""What a task that labels is asked about: whole images, or shapes that are cut out of them, with their labels. Pure.

Counting before Start and freezing at Start both go through here, so that what is counted is what is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.metrics.label_table import SAME_WITHIN
from core.registry.stores.labels import LabelColumns

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Regions:
    """A region a place, by image; and pairs of a region and a class that it shows, each once."""

    images: Array  # index into the images of the columns
    shapes: Array  # place of the annotation whose shape it is; -1 = the whole image
    is_negative: Array  # somebody said that no class applies
    regions: Array  # of each pair, index into the columns above
    categories: Array  # of each pair, a key

    def __len__(self) -> int:
        return len(self.images)


def whole_images(columns: LabelColumns) -> Regions:
    """Images of which somebody said something as a whole."""
    chosen = np.flatnonzero(~columns.is_shape)
    images, of_region = np.unique(columns.images[chosen], return_inverse=True)
    shapes = np.full(len(images), -1, dtype=np.int64)
    return _regions(images, shapes, of_region, columns.categories[chosen])


def crops(columns: LabelColumns, crop_of: Array) -> Regions:
    """The usable shapes of some classes (their keys). Annotations with one shape are one region and all speak of it."""
    is_drawn = columns.is_shape & columns.is_usable & ~columns.crowds
    drawn = np.flatnonzero(is_drawn)
    is_cut = np.isin(columns.categories[drawn], crop_of)
    # Nobody asks for what lies on images without any shape to cut out.
    has_cut = np.zeros(int(columns.images.max(initial=-1)) + 1, dtype=bool)
    has_cut[columns.images[drawn[is_cut]]] = True
    is_near = has_cut[columns.images[drawn]]
    drawn, is_cut = drawn[is_near], is_cut[is_near]
    # The shape that stands for the region is the same in whatever order annotations come.
    x0, y0, x1, y1 = columns.corners[:, drawn]
    order = np.lexsort((y1, x1, y0, x0, ~columns.is_polygon[drawn], ~is_cut, columns.images[drawn]))
    drawn, is_cut = drawn[order], is_cut[order]
    leaders = _leaders(columns.images[drawn], columns.corners[:, drawn])
    has_region = is_cut[leaders]  # those that are cut out come first of an image, so they lead where there is one
    places, of_region = np.unique(leaders[has_region], return_inverse=True)
    shapes = drawn[places]
    return _regions(columns.images[shapes], shapes, of_region, columns.categories[drawn[has_region]])


def _regions(images: Array, shapes: Array, of_region: Array, categories: Array) -> Regions:
    is_negative = np.zeros(len(images), dtype=bool)
    is_negative[of_region[categories == 0]] = True
    has_class = categories > 0
    pairs = np.unique(of_region[has_class].astype(np.int64) << 32 | categories[has_class].astype(np.int64))
    regions, classes = pairs >> 32, pairs & 0xFFFFFFFF
    return Regions(images, shapes, is_negative, regions, classes)


def _leaders(images: Array, corners: Array) -> Array:
    """For each shape the first of those that are the same."""
    n = len(images)
    leaders = np.arange(n)
    first, second = _same(images, corners)
    while len(first):
        least = np.minimum(leaders[first], leaders[second])
        is_new = (least < leaders[first]) | (least < leaders[second])
        if not is_new.any():
            break
        np.minimum.at(leaders, first, least)
        np.minimum.at(leaders, second, least)
    return leaders


def _same(images: Array, corners: Array) -> tuple[Array, Array]:
    """Pairs of shapes on one image whose corners lie within a pixel of each other."""
    order = np.lexsort((corners[0], images))
    sorted_images, sorted_corners = images[order], corners[:, order]
    firsts: list[Array] = []
    seconds: list[Array] = []
    here, step = np.arange(len(order)), 1
    while len(here := here[here + step < len(order)]):
        there = here + step
        is_near = sorted_images[here] == sorted_images[there]
        is_near &= sorted_corners[0, there] - sorted_corners[0, here] <= SAME_WITHIN
        here, there = here[is_near], there[is_near]
        is_same = (np.abs(sorted_corners[:, here] - sorted_corners[:, there]) <= SAME_WITHIN).all(axis=0)
        firsts.append(order[here[is_same]])
        seconds.append(order[there[is_same]])
        step += 1
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *firsts]), np.concatenate([none, *seconds])
