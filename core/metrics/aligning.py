"""Two sets of predictions of the same images, in one order: what a comparison image by image needs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.domain.predictions import Integers, MaskPairs, ObjectTable, PredictedImage


def find_images(wanted: Sequence[PredictedImage], images: Sequence[PredictedImage]) -> Integers:
    """Where in `images` each of the wanted ones is, -1 where it is not: by its content, else by its name."""
    by_content = {image.sha256: row for row, image in enumerate(images) if image.sha256}
    by_name = {image.key: row for row, image in enumerate(images)}

    def find(image: PredictedImage) -> int:
        named = by_name.get(image.key, -1)
        if not image.sha256:
            return named
        if named >= 0 and images[named].sha256 in (image.sha256, ""):
            return named  # of several copies the one of the same name
        return by_content.get(image.sha256, -1)

    return np.array([find(image) for image in wanted], dtype=np.int64)


def reordered(table: ObjectTable, images: Sequence[int]) -> ObjectTable:
    """The table of these images alone, in this order."""
    predictions = _rows([table.predictions_of(image) for image in images])
    truths = _rows([table.truths_of(image) for image in images])
    numbers = np.arange(len(images))
    n_predictions = [_length(table.predictions_of(image)) for image in images]
    n_truths = [_length(table.truths_of(image)) for image in images]
    return ObjectTable(
        categories=table.categories,
        images=tuple(table.images[image] for image in images),
        prediction_images=np.repeat(numbers, n_predictions),
        prediction_categories=table.prediction_categories[predictions],
        confidences=table.confidences[predictions],
        prediction_boxes=table.prediction_boxes[predictions],
        prediction_areas=table.prediction_areas[predictions],
        truth_images=np.repeat(numbers, n_truths),
        truth_categories=table.truth_categories[truths],
        truth_boxes=table.truth_boxes[truths],
        truth_areas=table.truth_areas[truths],
        is_crowd=table.is_crowd[truths],
        mask_pairs=_pairs(table, predictions, truths),
        labels=table.labels,
        is_exclusive=table.is_exclusive,
    )


def _pairs(table: ObjectTable, predictions: Integers, truths: Integers) -> MaskPairs | None:
    pairs = table.mask_pairs
    if pairs is None:
        return None
    place_of_prediction = _places(predictions, table.n_predictions)
    place_of_truth = _places(truths, table.n_truths)
    kept = place_of_prediction[pairs.prediction] >= 0
    return MaskPairs(place_of_prediction[pairs.prediction[kept]], place_of_truth[pairs.truth[kept]], pairs.iou[kept])


def _places(rows: Integers, n: int) -> Integers:
    places = np.full(n, -1, dtype=np.int64)
    places[rows] = np.arange(len(rows))
    return places


def _rows(slices: Sequence[slice]) -> Integers:
    return np.concatenate([np.zeros(0, np.int64), *(np.arange(one.start, one.stop) for one in slices)])


def _length(rows: slice) -> int:
    return int(rows.stop - rows.start)
