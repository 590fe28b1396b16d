"""All areas, limits and classes as in the reference, and parts of a kept table as if only they had been matched."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from core.domain.analysis import CocoNumbers
from core.metrics.coco import EvalImage, score
from core.metrics.coco_summary import coco_summary
from core.metrics.match_table import ALL, AREAS, match_table
from tests.core.metrics.tables import table_of
from tests.core.metrics.voc100 import VOC100, voc_images

TINY_AREAS = {"all": (0.0, 1e10), "small": (0.0, 100.0), "medium": (100.0, 196.0), "large": (196.0, 1e10)}
LIMITS = (1, 3, 100)


@pytest.mark.parametrize("has_masks", [False, True])
@pytest.mark.parametrize("crowds", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_every_area_limit_class_and_threshold_is_that_of_the_reference(
    seed, crowds, has_masks, random_images, ask_areas_of_pycocotools
):
    images = random_images(seed, n_images=12, n_categories=4, polygons=has_masks, crowds=crowds)
    kept = match_table(table_of(4, images, has_masks=has_masks), areas=TINY_AREAS)

    theirs = ask_areas_of_pycocotools(4, images, kind="segm" if has_masks else "bbox", limits=LIMITS, areas=TINY_AREAS)
    for number, area in enumerate(TINY_AREAS):
        for place, limit in enumerate(LIMITS):
            ours = kept.scores(area, limit)
            np.testing.assert_allclose(ours.ap, theirs.ap[:, :, number, place], atol=1e-9)
            np.testing.assert_allclose(ours.recall, theirs.recall[:, :, number, place], atol=1e-9)
    overall = dataclasses.astuple(coco_summary(kept, LIMITS).overall)
    np.testing.assert_allclose([np.nan if v is None else v for v in overall], theirs.stats, atol=1e-9)


def test_the_table_and_the_kept_matches_say_the_same(random_images):
    images = random_images(5, n_images=20, n_categories=4, polygons=False, crowds=True)

    kept = match_table(table_of(4, images)).scores(ALL, 7)

    table = score(4, images, has_masks=False, max_detections=7).boxes
    np.testing.assert_allclose(kept.ap, table.ap, atol=1e-12)
    np.testing.assert_allclose(kept.recall, table.recall, atol=1e-12)


def test_voc100_gives_every_published_number(ask_areas_of_pycocotools):
    if not VOC100.is_dir():
        return  # this data is not part of the project; the tests above need none
    images = voc_images()

    summary = coco_summary(match_table(table_of(20, images)))

    ours = summary.overall
    published = CocoNumbers(
        0.346958, 0.610030, 0.353714, 0.075181, 0.339482, 0.497881, ours.ar1, ours.ar10, 0.522570,
        ours.ar_small, ours.ar_medium, ours.ar_large,
    )  # fmt: skip
    np.testing.assert_allclose(dataclasses.astuple(ours), dataclasses.astuple(published), atol=1e-6)
    theirs = ask_areas_of_pycocotools(20, images, kind="bbox", limits=(1, 10, 100), areas=AREAS)
    np.testing.assert_allclose(dataclasses.astuple(ours), theirs.stats, atol=1e-9)
    for number, mine in enumerate(summary.by_category):
        expected = theirs.ap[number, :, 0, 2].mean()
        np.testing.assert_allclose(np.nan if mine.ap is None else mine.ap, expected, atol=1e-9)


@pytest.fixture
def images(random_images) -> list[EvalImage]:
    return random_images(21, n_images=16, n_categories=4, polygons=False, crowds=True)


@pytest.mark.parametrize("area", TINY_AREAS)
def test_a_choice_of_images_is_as_if_there_were_no_others(images, area):
    chosen = [1, 2, 5, 8, 13]

    part = match_table(table_of(4, images), areas=TINY_AREAS).sliced(images=chosen)

    alone = match_table(table_of(4, [images[i] for i in chosen]), areas=TINY_AREAS)
    for limit in (None, 2):
        np.testing.assert_array_equal(part.scores(area, limit).ap, alone.scores(area, limit).ap)
        np.testing.assert_array_equal(part.scores(area, limit).recall, alone.scores(area, limit).recall)


@pytest.mark.parametrize("area", TINY_AREAS)
def test_a_choice_of_classes_leaves_the_others_unmeasured(images, area):
    kept = match_table(table_of(4, images), areas=TINY_AREAS)

    part = kept.sliced(categories=[1, 3]).scores(area)

    whole = kept.scores(area)
    np.testing.assert_array_equal(part.ap[[1, 3]], whole.ap[[1, 3]])
    np.testing.assert_array_equal(part.recall[[1, 3]], whole.recall[[1, 3]])
    assert np.isnan(part.ap[[0, 2]]).all()


@pytest.mark.parametrize("area", TINY_AREAS)
def test_a_confidence_is_as_if_less_sure_predictions_had_never_been_made(images, area):
    part = match_table(table_of(4, images), areas=TINY_AREAS).sliced(confidence=0.4)

    sure = [dataclasses.replace(i, predictions=[p for p in i.predictions if p.confidence >= 0.4]) for i in images]
    alone = match_table(table_of(4, sure), areas=TINY_AREAS)
    np.testing.assert_array_equal(part.scores(area).ap, alone.scores(area).ap)
    again = part.sliced(confidence=0.7).sliced(images=range(8))
    both = match_table(table_of(4, images), areas=TINY_AREAS).sliced(confidence=0.7, images=range(8))
    np.testing.assert_array_equal(again.scores(area).ap, both.scores(area).ap)


def test_an_empty_choice_is_not_measured_and_not_zero(images):
    kept = match_table(table_of(4, images))

    for part in (kept.sliced(images=[]), kept.sliced(categories=[]), match_table(table_of(2, []))):
        summary = coco_summary(part)
        assert set(dataclasses.astuple(summary.overall)) == {None}
        assert all(set(dataclasses.astuple(numbers)) == {None} for numbers in summary.by_category)
    nothing_found = coco_summary(kept.sliced(confidence=1.1)).overall
    assert (nothing_found.ap, nothing_found.ar100) == (0.0, 0.0)
