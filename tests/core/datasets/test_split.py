"""Carving: MA-05 of the design, and what a person would call fair."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import plain_split
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.datasets import split
from core.datasets.split import check_ratio
from core.datasets.split_units import Shown
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split
from core.domain.training import Issue


@dataclass(frozen=True)
class Carved:
    images: tuple[SnapshotImage, ...]
    issues: tuple[Issue, ...]


def carve_validation(images: Sequence[SnapshotImage], ratio: float, seed: int, categories: Sequence[str]) -> Carved:
    """With images instead of columns."""
    pairs = [(index, item.category) for index, image in enumerate(images) for item in image.objects]
    shown = Shown(
        np.array([list(bytes.fromhex(image.sha256)) for image in images], dtype=np.uint8).reshape(-1, 32),
        np.array([index for index, _ in pairs], dtype=np.int64),
        np.array([category for _, category in pairs], dtype=np.int64),
    )
    carved = split.carve_validation(shown, ratio, seed, categories)
    sides = [Split.VAL if is_val else Split.TRAIN for is_val in carved.is_val.tolist()]
    return Carved(tuple(replace(i, split=side) for i, side in zip(images, sides, strict=True)), carved.issues)


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
    assert (check_ratio(0.0).code, check_ratio(1.0).code) == ("E-440", "E-440")
    assert check_ratio(0.00001) is None
    assert check_ratio(0.2) is None


def test_a_class_on_a_single_image_is_refused_with_its_name(labelled):
    images = [labelled(f"{i}.jpg", 0) for i in range(9)] + [labelled("x.jpg", 0, 1)]

    carved = carve_validation(images, 0.2, 0, ["line", "stamp"])

    assert [issue.code for issue in carved.issues] == ["E-440"]
    assert '"stamp" would have no validation image' in carved.issues[0].text
    assert "0.2" in carved.issues[0].text


@pytest.mark.parametrize(("ratio", "side"), [(0.0, "validation"), (1.0, "training"), (-0.5, "validation")])
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


@st.composite
def collections(draw):
    """Images of some classes, rare and frequent ones, with copies of pictures."""
    n_categories = draw(st.integers(1, 12))
    of_image = st.lists(st.integers(0, n_categories - 1), max_size=5)
    contents = draw(st.lists(st.tuples(of_image, st.integers(0, 200)), min_size=1, max_size=120))
    images = []
    for number, (categories, content) in enumerate(contents):
        digest = hashlib.sha256(str(content).encode()).hexdigest()
        objects = tuple(SnapshotObject(k, None) for k in categories)
        images.append(SnapshotImage(f"{number}.jpg", digest, 9, 9, 1, Split.TRAIN, objects))
    return images, [str(k) for k in range(n_categories)]


@settings(deadline=None, max_examples=200)
@given(collections(), st.sampled_from([0.05, 0.1, 0.12345, 0.2, 1 / 4, 0.33, 0.5, 0.8, 0.95]), st.integers(0, 5))
def test_a_seed_keeps_the_split_that_it_had_in_version_0_1(made, ratio, seed):
    images, categories = made

    before = plain_split.carve_validation(images, ratio, seed, categories)
    now = carve_validation(images, ratio, seed, categories)

    assert [image.split for image in now.images] == [image.split for image in before.images]
    assert {issue.code for issue in now.issues} == {issue.code for issue in before.issues}


def test_a_large_collection_keeps_its_split_too():
    rng = random.Random(1)
    images = []
    for i in range(4000):
        digest = hashlib.sha256(str(i).encode()).hexdigest()
        objects = tuple(SnapshotObject(min(int(rng.expovariate(0.1)), 39), None) for _ in range(rng.randint(0, 12)))
        images.append(SnapshotImage(f"{i}.jpg", digest, 9, 9, 1, Split.TRAIN, objects))
    categories = [str(k) for k in range(40)]

    before = plain_split.carve_validation(images, 0.2, 3, categories)

    assert carve_validation(images, 0.2, 3, categories) == Carved(before.images, before.issues)


def test_carving_is_given_up_when_nobody_waits_for_it_any_more(labelled):
    def give_up():
        raise InterruptedError

    shown = Shown(np.zeros((1, 32), dtype=np.uint8), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))

    with pytest.raises(InterruptedError):
        split.carve_validation(shown, 0.2, 0, ["a"], give_up)
