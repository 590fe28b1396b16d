"""A part of a table is the table of that part."""

from __future__ import annotations

import numpy as np
import pytest

from core.metrics.subsets import of_images
from tests.core.metrics.tables import table_of


@pytest.mark.parametrize("has_masks", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_chosen_images_in_another_order_are_the_table_made_of_them(seed, has_masks, random_images):
    images = random_images(seed, n_images=9, n_categories=3, polygons=has_masks, crowds=True)
    chosen = np.random.default_rng(seed).permutation(9)[:5].tolist()

    part = of_images(table_of(3, images, has_masks=has_masks), chosen)

    made = table_of(3, [images[index] for index in chosen], has_masks=has_masks)
    for name in (
        "prediction_images", "prediction_categories", "confidences", "prediction_boxes", "prediction_areas",
        "truth_images", "truth_categories", "truth_boxes", "truth_areas", "is_crowd",
    ):  # fmt: skip
        np.testing.assert_array_equal(getattr(part, name), getattr(made, name), err_msg=name)
    assert [image.width for image in part.images] == [image.width for image in made.images]
    if has_masks:
        pairs = {(p, t): i for p, t, i in zip(*_columns(part.mask_pairs), strict=True)}
        assert pairs == {(p, t): i for p, t, i in zip(*_columns(made.mask_pairs), strict=True)}


def test_no_image_is_an_empty_table(random_images):
    part = of_images(table_of(2, random_images(1, n_images=3, n_categories=2, polygons=False, crowds=False)), [])
    assert (part.n_images, part.n_predictions, part.n_truths) == (0, 0, 0)


def _columns(pairs):
    return pairs.prediction.tolist(), pairs.truth.tolist(), pairs.iou.tolist()
