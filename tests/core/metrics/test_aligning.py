"""Sets of predictions brought into one order: the outcomes of each image stay what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.domain.outcomes import Thresholds
from core.domain.predictions import PredictedImage
from core.metrics.aligning import find_images, reordered
from core.metrics.outcomes import Matcher, image_scores
from tests.core.metrics.tables import table_of


@pytest.mark.parametrize("has_masks", [False, True])
def test_scores_go_along_with_their_images(has_masks, random_images) -> None:
    table = table_of(
        3, random_images(7, n_images=9, n_categories=3, polygons=has_masks, crowds=True), has_masks=has_masks
    )
    order = [8, 0, 3, 5]
    part = reordered(table, order)
    thresholds = Thresholds(0.3)
    whole, some = (image_scores(one, Matcher(one).at(thresholds)) for one in (table, part))
    assert part.images == tuple(table.images[row] for row in order)
    for name in ("tp", "fp", "fn", "f1"):
        np.testing.assert_array_equal(getattr(whole, name)[order], getattr(some, name))


def test_none_of_the_images_is_an_empty_table(random_images) -> None:
    table = table_of(2, random_images(1, n_images=3, n_categories=2, polygons=False, crowds=False))
    assert reordered(table, []).n_predictions == 0


def test_images_are_found_by_content_and_else_by_name() -> None:
    def image(key: str, sha256: str = "") -> PredictedImage:
        return PredictedImage(key, sha256, 10, 10)

    there = (
        image("moved.png", "aa"),
        image("b.png"),
        image("copy.png", "cc"),
        image("c.png", "cc"),
        image("d.png", "dd"),
    )
    wanted = (image("a.png", "aa"), image("b.png"), image("c.png", "cc"), image("d.png", "changed"), image("e.png"))
    assert find_images(wanted, there).tolist() == [0, 1, 3, -1, -1]
    assert find_images([replace(wanted[1], sha256="bb")], there).tolist() == [1]
