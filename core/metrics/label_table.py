"""What tasks that label are measured on: for each region of an image, which classes it has and how sure each is.

A region is an image as a whole or a shape on it, and is known by its bounds: a label and a prediction whose bounds are
equal to within a pixel speak of the same region.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.domain.geometry import Box
from core.domain.predictions import Booleans, Floats, Integers, MaskPairs, ObjectTable

SAME_WITHIN = 1.0
"""Pixels by which each side of two bounds may lie apart and still be one region."""


@dataclass(frozen=True, slots=True, eq=False)
class LabelTable:
    """A row a region, by image; a column a class. `confidences` is NaN where a class was not predicted."""

    n_images: int
    images: Integers  # (regions,): index of the image
    truths: Booleans  # (regions, classes)
    confidences: Floats  # (regions, classes)

    @property
    def n_regions(self) -> int:
        return len(self.images)

    @property
    def n_classes(self) -> int:
        return int(self.truths.shape[1])

    @property
    def n_labels(self) -> Integers:
        """Per region."""
        counts: Integers = self.truths.sum(axis=1, dtype=np.int64)
        return counts

    def of(self, rows: Integers | Booleans) -> LabelTable:
        """Of these regions alone."""
        return LabelTable(self.n_images, self.images[rows], self.truths[rows], self.confidences[rows])

    def top_choices(self) -> Integers:
        """The surest class of each region, the first of several that are as sure; -1 where none was predicted."""
        if not self.n_classes:
            return np.full(self.n_regions, -1, dtype=np.int64)
        said = np.where(np.isnan(self.confidences), -np.inf, self.confidences)
        return np.where(np.isfinite(said).any(axis=1), said.argmax(axis=1), -1)


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The regions of a set: the image of each, and the region of each prediction and of each label."""

    images: Integers
    of_predictions: Integers
    of_truths: Integers


def find_regions(
    prediction_images: Integers, prediction_boxes: Floats, truth_images: Integers, truth_boxes: Floats
) -> Regions:
    """Numbered by image, then as they are met: labels first. Boxes are (n, 4) as x0, y0, x1, y1."""
    images = np.concatenate([truth_images, prediction_images])
    boxes = np.concatenate([truth_boxes.reshape(-1, 4), prediction_boxes.reshape(-1, 4)])
    rows = np.concatenate([images[:, None].astype(np.float64), boxes], axis=1)
    different, firsts, which = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    which = which.reshape(-1)
    order = np.lexsort((firsts, different[:, 0]))
    leaders = _merged(different[order])
    number = np.empty(len(different), dtype=np.int64)
    number[order] = leaders
    found = number[which]
    n_regions = int(leaders.max(initial=-1)) + 1
    region_images = np.zeros(n_regions, dtype=np.int64)
    region_images[found] = images
    return Regions(region_images, found[len(truth_images) :], found[: len(truth_images)])


def label_table(table: ObjectTable) -> LabelTable:
    """Of a set of predictions and its ground truth. Images without any region are the business of whoever asks: a
    worker that labels answers for every region, with a confidence for each class."""
    regions = find_regions(table.prediction_images, table.prediction_boxes, table.truth_images, table.truth_boxes)
    return filled(
        table.n_images,
        len(table.categories),
        regions,
        table.prediction_categories,
        table.confidences,
        table.truth_categories,
    )


def filled(
    n_images: int,
    n_classes: int,
    regions: Regions,
    prediction_categories: Integers,
    confidences: Floats,
    truth_categories: Integers,
) -> LabelTable:
    """The surest of several predictions of a class on a region counts. Labels of class -1 ("without concept") only say
    that the region is there."""
    shape = (len(regions.images), n_classes)
    truths = np.zeros(shape, dtype=np.bool_)
    is_label = truth_categories >= 0
    truths[regions.of_truths[is_label], truth_categories[is_label]] = True
    said = np.full(shape, -np.inf)
    np.maximum.at(said, (regions.of_predictions, prediction_categories), confidences)
    return LabelTable(n_images, regions.images, truths, np.where(np.isneginf(said), np.nan, said))


def is_same_region(one: Box, other: Box) -> bool:
    """Whether two bounds are those of one region."""
    sides = ((one.x0, other.x0), (one.y0, other.y0), (one.x1, other.x1), (one.y1, other.y1))
    return all(abs(a - b) <= SAME_WITHIN for a, b in sides)


def choices(images: Integers, boxes: Floats, categories: Integers, confidences: Floats) -> Integers:
    """The rows of predictions that are the surest of their region, the first class of several that are as sure."""
    none = np.zeros(0, dtype=np.int64)
    regions = find_regions(images, boxes, none, np.zeros((0, 4))).of_predictions
    order = np.lexsort((categories, -confidences, regions))
    return np.sort(order[np.diff(regions[order], prepend=-1) != 0])


def paired(table: ObjectTable, *, is_exclusive: bool) -> ObjectTable:
    """With the pairs that the matching has to choose from: predictions and labels of one region, those of another class
    only where a region has one class. (Of a tag that is said and another that is missing neither explains the other.)
    """
    regions = find_regions(table.prediction_images, table.prediction_boxes, table.truth_images, table.truth_boxes)
    order = np.argsort(regions.of_truths, kind="stable")
    ordered = regions.of_truths[order]
    first = np.searchsorted(ordered, regions.of_predictions, side="left")
    n = np.searchsorted(ordered, regions.of_predictions, side="right") - first
    predictions = np.repeat(np.arange(table.n_predictions), n)
    within = np.arange(len(predictions)) - np.repeat(np.cumsum(n) - n, n)
    truths = order[np.repeat(first, n) + within]
    if not is_exclusive:
        same = table.prediction_categories[predictions] == table.truth_categories[truths]
        predictions, truths = predictions[same], truths[same]
    pairs = MaskPairs(predictions, truths, np.ones(len(predictions)))
    return replace(table, mask_pairs=pairs, labels=True, is_exclusive=is_exclusive)


def _merged(different: Floats) -> Integers:
    """A number for each row (image, x0, y0, x1, y1), sorted by image: those of one image that lie close share one."""
    numbers = np.arange(len(different))
    image_begins = np.flatnonzero(np.diff(different[:, 0], prepend=-1.0)) if len(different) else numbers
    lengths = np.diff(image_begins, append=len(different))
    for first, n in zip(image_begins[lengths > 1], lengths[lengths > 1], strict=True):
        boxes = different[first : first + n, 1:]
        leaders: list[int] = []
        for place in range(n):
            gaps = np.abs(boxes[leaders] - boxes[place]).max(axis=1) if leaders else np.zeros(0)
            nearest = int(gaps.argmin()) if len(gaps) else -1
            if nearest >= 0 and gaps[nearest] <= SAME_WITHIN:
                numbers[first + place] = first + leaders[nearest]
            else:
                leaders.append(place)
    return np.unique(numbers, return_inverse=True)[1].reshape(-1)
