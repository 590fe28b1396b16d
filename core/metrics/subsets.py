"""A part of a table of objects, image by image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.domain.predictions import Integers, MaskPairs, ObjectTable


def of_images(table: ObjectTable, images: Sequence[int]) -> ObjectTable:
    """The objects of these images, each once, in this order."""
    places = np.full(table.n_images, -1, dtype=np.int64)
    places[np.asarray(images, dtype=np.int64)] = np.arange(len(images))
    predictions = _rows(table.prediction_images, places)
    truths = _rows(table.truth_images, places)
    return ObjectTable(
        categories=table.categories,
        images=tuple(table.images[index] for index in images),
        prediction_images=places[table.prediction_images[predictions]],
        prediction_categories=table.prediction_categories[predictions],
        confidences=table.confidences[predictions],
        prediction_boxes=table.prediction_boxes[predictions],
        prediction_areas=table.prediction_areas[predictions],
        truth_images=places[table.truth_images[truths]],
        truth_categories=table.truth_categories[truths],
        truth_boxes=table.truth_boxes[truths],
        truth_areas=table.truth_areas[truths],
        is_crowd=table.is_crowd[truths],
        mask_pairs=_pairs(table, predictions, truths),
        labels=table.labels,
        is_exclusive=table.is_exclusive,
    )


def _rows(images: Integers, places: Integers) -> Integers:
    """Of images that are meant, in the new order of images; those of one image as they were."""
    kept = np.flatnonzero(places[images] >= 0)
    return kept[np.argsort(places[images[kept]], kind="stable")]


def _pairs(table: ObjectTable, predictions: Integers, truths: Integers) -> MaskPairs | None:
    if table.mask_pairs is None:
        return None
    pairs = table.mask_pairs
    new_predictions = np.full(table.n_predictions, -1, dtype=np.int64)
    new_predictions[predictions] = np.arange(len(predictions))
    new_truths = np.full(table.n_truths, -1, dtype=np.int64)
    new_truths[truths] = np.arange(len(truths))
    rows, columns = new_predictions[pairs.prediction], new_truths[pairs.truth]
    kept = np.flatnonzero(rows >= 0)
    kept = kept[np.argsort(rows[kept], kind="stable")]
    return MaskPairs(rows[kept], columns[kept], pairs.iou[kept])
