from __future__ import annotations

from pathlib import Path

import pytest

from core.conversions.comparing import compare
from core.conversions.words import figure
from core.domain.conversions import Tolerance
from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.domain.snapshots import Split
from core.workers.api import ImagePredictions, TreeImage

TOLERANCE = Tolerance(box=0.1, confidence=0.01, overlap=0.9)


def image(*objects: PredictedObject, width: int = 200) -> ImagePredictions:
    return ImagePredictions(TreeImage(Path("a.png"), "a.png", width, 100, Split.VAL, ()), objects)


def thing(x: float, confidence: float = 0.8, category: int = 0) -> PredictedObject:
    return PredictedObject(category, confidence, Box(x, 10.0, x + 20.0, 30.0))


TEN = tuple(thing(15.0 * number, 0.9 - number / 100) for number in range(10))


def test_the_same_in_another_order_is_the_same() -> None:
    found = compare([image(*TEN)], [image(*reversed(TEN))], TOLERANCE, image_size=None, most=300)
    assert (found.n_objects, found.n_different, found.box, found.confidence) == (10, 0, 0.0, 0.0)
    assert found.is_within(TOLERANCE) and found.floor == 0.05


@pytest.mark.parametrize(
    ("changed", "n_different"),
    [
        (thing(0.05, 0.9), 0),
        (thing(0.2, 0.9), 1),
        (thing(0.0, 0.88), 1),
        (thing(0.0, 0.9, category=1), 2),  # one is missing, and there is one too many
        (thing(60.0, 0.9, category=1), 2),
    ],
)
def test_what_is_further_than_allowed_differs(changed: PredictedObject, n_different: int) -> None:
    found = compare([image(*TEN)], [image(changed, *TEN[1:])], TOLERANCE, image_size=None, most=300)
    assert found.n_different == n_different
    assert found.is_within(TOLERANCE) is (n_different == 0)


def test_pixels_are_those_that_the_network_sees() -> None:
    moved = tuple(PredictedObject(0, item.confidence, Box(item.box.x0 + 0.8, 10, item.box.x1, 30)) for item in TEN)
    near = compare([image(*TEN, width=2000)], [image(*moved, width=2000)], TOLERANCE, image_size=200, most=300)
    assert near.box == pytest.approx(0.08) and near.n_different == 0
    far = compare([image(*TEN)], [image(*moved)], TOLERANCE, image_size=200, most=300)
    assert far.box == pytest.approx(0.8) and far.n_different == 10


def test_what_is_hardly_above_the_floor_may_be_hardly_below_it() -> None:
    found = compare(
        [image(*TEN, thing(170, 0.051))], [image(*TEN, thing(170, 0.049))], TOLERANCE, image_size=None, most=300
    )
    assert (found.n_objects, found.n_different) == (11, 0)
    gone = compare([image(*TEN, thing(170, 0.051))], [image(*TEN)], TOLERANCE, image_size=None, most=300)
    assert (gone.n_objects, gone.n_different) == (10, 0)
    missing = compare([image(*TEN, thing(170, 0.07))], [image(*TEN)], TOLERANCE, image_size=None, most=300)
    assert (missing.n_objects, missing.n_different) == (11, 1)


def test_few_sure_objects_are_not_enough() -> None:
    faint = tuple(thing(15.0 * number, 0.02) for number in range(10))
    found = compare([image(*faint)], [image(*faint)], TOLERANCE, image_size=None, most=300)
    assert (found.floor, found.n_objects) == (0.001, 10)
    nothing = compare([image()], [image()], TOLERANCE, image_size=None, most=300)
    assert not nothing.is_within(TOLERANCE), "nothing proves nothing"


def test_a_full_list_says_nothing_of_what_comes_after_it() -> None:
    found = compare([image(*TEN)], [image(*TEN[:9], thing(300, 0.8105))], TOLERANCE, image_size=None, most=10)
    assert found.n_different == 0


def test_masks_count_where_there_are_some() -> None:
    def masked(runs: list[int]) -> PredictedObject:
        from pycocotools import mask as coco_mask

        rle = coco_mask.frPyObjects({"size": [100, 200], "counts": runs}, 100, 200)
        return PredictedObject(0, 0.8, Box(0, 0, 9, 9), mask={"size": [100, 200], "counts": rle["counts"].decode()})

    whole, half, nearly = masked([0, 400, 19_600]), masked([0, 200, 19_800]), masked([0, 398, 19_602])
    assert compare([image(whole)], [image(half)], TOLERANCE, image_size=None, most=300).overlap == pytest.approx(0.5)
    assert compare([image(whole)], [image(half)], TOLERANCE, image_size=None, most=300).n_different == 1
    assert compare([image(whole)], [image(nearly)], TOLERANCE, image_size=None, most=300).overlap == 1.0


@pytest.mark.parametrize(("value", "text"), [(0, "0.0"), (0.000123456, "0.00012"), (9.61, "9.6"), (123.4, "120.0")])
def test_figures(value: float, text: str) -> None:
    assert figure(value) == text
