"""From blocks of boxes to counts in bins, and to the images behind a bin. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from core.domain.project_statistics import N_PLACES, Counts, Distribution, Part, bin_of, n_bins
from core.registry.stores.boxes import NO_SET, BoxBlock
from core.registry.stores.image_sets import SETS

OF_OBJECTS = tuple(item for item in Distribution if item.is_of_objects)
OF_IMAGES = tuple(item for item in Distribution if not item.is_of_objects)
_NOT_COUNTED = -1


class Tally:
    """Sums over blocks. `categories` are keys by their place among the classes."""

    def __init__(self, categories: Mapping[int, int]) -> None:
        self._places = categories
        n = len(categories)
        self.n_images = 0
        self.n_annotated = 0
        self.n_negative = 0
        self.images_by_set = np.zeros(len(SETS) + 1, dtype=np.int64)
        self.annotations_by_set = np.zeros((n, len(SETS) + 1), dtype=np.int64)
        self.images_of_class = np.zeros(n, dtype=np.int64)
        self.objects = {item: np.zeros((n, n_bins(item)), dtype=np.int64) for item in OF_OBJECTS}
        self.images = {item: np.zeros(n_bins(item), dtype=np.int64) for item in OF_IMAGES}
        self.smallest: tuple[int, int] | None = None
        self.largest: tuple[int, int] | None = None

    def add(self, block: BoxBlock) -> None:
        """KeyError for a class that is not among `categories`."""
        if not len(block.keys):
            return
        self.n_images += len(block.keys)
        self.n_annotated += int(block.are_annotated.sum())
        self.n_negative += int((block.are_annotated & (block.n_annotations == 0)).sum())
        self.images_by_set += np.bincount(block.sets, minlength=len(SETS) + 1)
        for item in OF_IMAGES:
            self.images[item] += np.bincount(bins_of_images(block, item), minlength=n_bins(item))
        self._measure(block)
        classes = self._classes(block)
        np.add.at(self.annotations_by_set, (classes, block.sets[block.places]), 1)
        pairs = np.unique(classes * len(block.keys) + block.places)
        self.images_of_class += np.bincount(pairs // len(block.keys), minlength=len(self.images_of_class))
        for item in OF_OBJECTS:
            bins = bins_of_objects(block, item)
            is_counted = bins != _NOT_COUNTED
            np.add.at(self.objects[item], (classes[is_counted], bins[is_counted]), 1)

    def _classes(self, block: BoxBlock) -> Counts:
        return np.array([self._places[key] for key in block.categories.tolist()], dtype=np.int64)

    def _measure(self, block: BoxBlock) -> None:
        pixels = block.widths * block.heights
        for place, is_better in ((int(pixels.argmin()), -1), (int(pixels.argmax()), 1)):
            size = (int(block.widths[place]), int(block.heights[place]))
            known = self.smallest if is_better < 0 else self.largest
            if known is None or (size[0] * size[1] - known[0] * known[1]) * is_better > 0:
                if is_better < 0:
                    self.smallest = size
                else:
                    self.largest = size


def images_behind(block: BoxBlock, part: Part) -> npt.NDArray[np.int64]:
    """The keys of the block's images that a part of the statistics names."""
    is_meant = np.ones(len(block.keys), dtype=bool)
    if part.split is not None:
        is_meant &= block.sets == SETS.index(part.split)
    if part.is_without_set:
        is_meant &= block.sets == NO_SET
    is_object = np.ones(len(block.places), dtype=bool)
    if part.category is not None:
        is_object &= block.categories == int(part.category)
    if part.distribution is not None and part.distribution.is_of_objects:
        is_object &= bins_of_objects(block, part.distribution) == part.bin
    elif part.distribution is not None:
        is_meant &= bins_of_images(block, part.distribution) == part.bin
    if part.category is not None or (part.distribution is not None and part.distribution.is_of_objects):
        has_object = np.zeros(len(block.keys), dtype=bool)
        has_object[block.places[is_object]] = True
        is_meant &= has_object
    return np.asarray(block.keys[is_meant])


def bins_of_images(block: BoxBlock, distribution: Distribution) -> Counts:
    """The bin of each image."""
    if distribution is Distribution.OBJECTS:
        return bin_of(distribution, block.n_annotations.astype(np.float64))
    if distribution is Distribution.LONG_SIDE:
        return bin_of(distribution, np.maximum(block.widths, block.heights).astype(np.float64))
    return bin_of(distribution, block.widths / np.maximum(block.heights, 1))


def bins_of_objects(block: BoxBlock, distribution: Distribution) -> Counts:
    """The bin of each annotation; -1 of those of whole images and of boxes without an area, which have no size."""
    x0, y0, x1, y1 = block.corners
    with np.errstate(invalid="ignore"):
        has_area = (x1 > x0) & (y1 > y0)
    widths, heights = np.where(has_area, x1 - x0, 1.0), np.where(has_area, y1 - y0, 1.0)
    image_widths = np.maximum(block.widths[block.places], 1).astype(np.float64)
    image_heights = np.maximum(block.heights[block.places], 1).astype(np.float64)
    if distribution is Distribution.SIDE:
        bins = bin_of(distribution, np.sqrt(widths * heights / (image_widths * image_heights)))
    elif distribution is Distribution.PIXELS:
        bins = bin_of(distribution, np.sqrt(widths * heights))
    elif distribution is Distribution.SHAPE:
        bins = bin_of(distribution, widths / heights)
    else:
        middles = np.where(has_area, x0 + x1, 0.0) / 2, np.where(has_area, y0 + y1, 0.0) / 2
        column, row = (
            np.clip((middle / side * N_PLACES).astype(np.int64), 0, N_PLACES - 1)
            for middle, side in zip(middles, (image_widths, image_heights), strict=True)
        )
        bins = row * N_PLACES + column
    return np.where(has_area, bins, _NOT_COUNTED)
