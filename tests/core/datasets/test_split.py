"""Carving: MA-05 of the design, and what a person would call fair."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from core.datasets.split import carve_validation, check_ratio
from core.domain.snapshots import Split


def _per_side(images, n_categories):
    counts = {Split.TRAIN: Counter(), Split.VAL: Counter()}
    for image in images:
        counts[image.split].update({item.category for item in image.objects})
    return [(counts[Split.TRAIN][k], counts[Split.VAL][k]) for k in range(n_categories)]


def _n_val(images):
    return sum(image.split is Split.VAL for image in images)


def test_categories_keep_their_share(labelled):
    images = [labelled(f"{i:03}.jpg", 0) for i in range(100)] + [labelled(f"b{i}.jpg", 1) for i in range(20)]

    carved = carve_validation(images, 0.2, 0, ["a", "b"])

    assert carved.issues == ()
    assert _per_side(carved.images, 2) == [(80, 20), (16, 4)]


@pytest.mark.parametrize("seed", range(10))
def test_many_labels_on_an_image_come_out_fair(seed, labelled):
    rng = random.Random(seed)
    images = [
        labelled(f"{i}.jpg", *rng.sample(range(8), k=rng.choice((1, 1, 2, 3, 5))), *(8,) * (i % 40 == 0))
        for i in range(150)
    ]

    carved = carve_validation(images, 0.2, seed, [str(k) for k in range(9)])

    assert carved.issues == ()
    assert _n_val(carved.images) == 30
    for train, val in _per_side(carved.images, 9)[:8]:
        assert abs(val - 0.2 * (train + val)) <= 5
    assert all(train and val for train, val in _per_side(carved.images, 9))


def test_a_category_on_two_images_is_on_both_sides(labelled):
    images = [labelled(f"{i}.jpg", 0) for i in range(50)] + [labelled("r1.jpg", 0, 1), labelled("r2.jpg", 0, 1)]

    carved = carve_validation(images, 0.1, 3, ["common", "rare"])

    assert _per_side(carved.images, 2)[1] == (1, 1)


@pytest.mark.parametrize("ratio", [0.8, 0.12345, 0.2])
def test_five_images_of_a_class_are_enough(ratio, labelled):
    carved = carve_validation([labelled(f"{i}.jpg", 0) for i in range(5)], ratio, 0, ["a"])

    assert carved.issues == ()
    assert 1 <= _n_val(carved.images) <= 4


def test_more_than_five_decimals_are_refused():
    assert check_ratio(0.123456).code == "E-441"
    assert check_ratio(float("nan")).code == "E-441"
    assert check_ratio(0.00001) is None
    assert check_ratio(0.2) is None


def test_a_class_on_a_single_image_is_refused_with_its_name(labelled):
    images = [labelled(f"{i}.jpg", 0) for i in range(9)] + [labelled("x.jpg", 0, 1)]

    carved = carve_validation(images, 0.2, 0, ["line", "stamp"])

    assert [issue.code for issue in carved.issues] == ["E-440"]
    assert '"stamp" would have no val image' in carved.issues[0].text
    assert "0.2" in carved.issues[0].text


@pytest.mark.parametrize(("ratio", "side"), [(0.0, "val"), (1.0, "train"), (-0.5, "val")])
def test_a_ratio_that_leaves_a_side_empty_is_refused(ratio, side, labelled):
    carved = carve_validation([labelled(f"{i}.jpg", 0) for i in range(9)], ratio, 0, ["a"])

    assert carved.issues[0].code == "E-440"
    assert f"no {side} image" in carved.issues[0].text


def test_the_same_seed_gives_the_same_split_whatever_the_order(labelled):
    images = [labelled(f"{i}.jpg", i % 3) for i in range(60)]
    shuffled = random.Random(5).sample(images, len(images))

    first = {i.path: i.split for i in carve_validation(images, 0.25, 7, "abc").images}
    again = {i.path: i.split for i in carve_validation(shuffled, 0.25, 7, "abc").images}
    other = {i.path: i.split for i in carve_validation(images, 0.25, 8, "abc").images}

    assert first == again
    assert first != other


def test_copies_of_one_picture_are_never_parted(labelled):
    images = [labelled(f"{i}/{copy}.jpg", 0, content=str(i)) for i in range(20) for copy in range(3)]

    for seed in range(5):
        carved = carve_validation(images, 0.3, seed, ["a"])
        sides = {}
        for image in carved.images:
            assert sides.setdefault(image.sha256, image.split) is image.split


def test_images_without_objects_are_shared_out_too(labelled):
    images = [labelled(f"{i}.jpg", 0) for i in range(20)] + [labelled(f"empty{i}.jpg") for i in range(20)]

    carved = carve_validation(images, 0.25, 0, ["a"])

    empty = [image for image in carved.images if not image.objects]
    assert _n_val(empty) == 5
    assert _n_val(carved.images) == 10


def test_one_image_cannot_be_shared_out(labelled):
    assert carve_validation([labelled("a.jpg", 0)], 0.5, 0, ["a"]).issues[0].code == "E-440"
