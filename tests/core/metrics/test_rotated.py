"""What oriented boxes share: against shapely, against OpenCV, and where it is known."""

from __future__ import annotations

import json
import math
import random
import tempfile
from pathlib import Path

import numpy as np
import pytest

from core.domain.geometry import Box, Polygon
from core.domain.rotated import Rotated, corners_of
from core.domain.snapshots import SnapshotObject
from core.metrics import masks
from core.metrics.coco import EvalImage, score
from core.metrics.rotated import areas, close_pairs, paired_iou, quads_of, shared_areas
from core.workers.api import PredictedObject
from tests.oracles import run_in_oracles

NOBODY = np.zeros(1, np.bool_)


def random_box(rng: random.Random, spread: float = 100.0) -> Rotated:
    width, height = (math.exp(rng.uniform(0, 5)) for _ in range(2))
    return Rotated(rng.uniform(0, spread), rng.uniform(0, spread), width, height, rng.uniform(0, 360))


def near(rng: random.Random, box: Rotated) -> Rotated:
    """One as a network would predict it."""
    return Rotated(
        box.cx + rng.gauss(0, 0.05) * box.width,
        box.cy + rng.gauss(0, 0.05) * box.height,
        box.width * math.exp(rng.gauss(0, 0.1)),
        box.height * math.exp(rng.gauss(0, 0.1)),
        box.angle_degrees + rng.choice([0.0, 90.0, 180.0, rng.gauss(0, 5)]),
    )


def random_pairs(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = random.Random(seed)
    one = [random_box(rng) for _ in range(n)]
    other = [near(rng, box) if rng.random() < 0.6 else random_box(rng) for box in one]
    return quads(one), quads(other)


def quads(boxes: list[Rotated]) -> np.ndarray:
    return quads_of([corners_of(box) for box in boxes], 0, 0)


def test_the_shared_area_is_shapelys() -> None:
    one, other = random_pairs(600)
    script = (
        "import json, sys\nfrom shapely.geometry import Polygon\n"
        "pairs = json.load(open(sys.argv[1]))\n"
        "print(json.dumps([Polygon(a).intersection(Polygon(b)).area for a, b in pairs]))"
    )
    with np.errstate(all="raise"):
        ours = shared_areas(one, other)
    theirs = ask(script, one, other)
    assert (ours > 0).sum() > 300
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def test_the_iou_is_that_of_opencv_within_its_own_32_bits() -> None:
    cv2 = pytest.importorskip("cv2")
    rng = random.Random(3)
    boxes = [random_box(rng) for _ in range(400)]
    others = [near(rng, box) for box in boxes]
    ours = paired_iou(quads(boxes), quads(others), np.zeros(400, np.bool_))
    for found, a, b in zip(ours, boxes, others, strict=True):
        one, other = (((r.cx, r.cy), (r.width, r.height), r.angle_degrees) for r in (a, b))
        _, points = cv2.rotatedRectangleIntersection(one, other)
        shared = 0.0 if points is None else cv2.contourArea(cv2.convexHull(points))
        union = a.width * a.height + b.width * b.height - shared
        assert found == pytest.approx(shared / union, abs=2e-3)


def ask(script: str, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pairs.json"
        file.write_text(json.dumps([[a.tolist(), b.tolist()] for a, b in zip(one, other, strict=True)]))
        return np.array(run_in_oracles(script, file))


def test_a_box_shares_all_of_itself_however_its_corners_are_told() -> None:
    rng = random.Random(1)
    for _ in range(100):
        box = random_box(rng, 1e5)
        ring = corners_of(box).rings[0]
        turned = ring[4:] + ring[:4]
        back = tuple(v for k in (3, 2, 1, 0) for v in ring[2 * k : 2 * k + 2])
        for told in (ring, turned, back):
            iou = paired_iou(quads([box]), quads_of([Polygon((told,))], 0, 0), NOBODY)
            assert iou[0] == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize(
    ("other", "iou"),
    [
        (Box(0, 0, 10, 10), 1.0),
        (Box(5, 0, 15, 10), 1 / 3),
        (Box(10, 0, 20, 10), 0.0),  # a side in common
        (Box(10, 10, 20, 20), 0.0),  # a corner in common
        (Box(2, 2, 8, 8), 0.36),
        (Box(3, 3, 3, 9), 0.0),  # without area
        (corners_of(Rotated(5, 5, 10, 10, 45)), None),
    ],
)
def test_known_overlaps(other: Box | Polygon, iou: float | None) -> None:
    one = quads_of([Box(0, 0, 10, 10)], 0, 0)
    octagon = 200 * (math.sqrt(2) - 1)  # of the square and itself turned by 45 degrees
    expected = octagon / (200 - octagon) if iou is None else iou
    assert paired_iou(one, quads_of([other], 0, 0), NOBODY)[0] == pytest.approx(expected, abs=1e-12)


def test_of_a_crowd_the_share_of_the_prediction_counts() -> None:
    small, large = quads_of([Box(0, 0, 10, 10)], 0, 0), quads_of([Box(5, 0, 100, 100)], 0, 0)
    assert paired_iou(small, large, np.ones(1, np.bool_))[0] == pytest.approx(0.5)


def test_other_shapes_count_as_the_smallest_rectangle_around_them() -> None:
    blob = Polygon(((0.0, 0.0, 5.0, 1.0, 10.0, 0.0, 10.0, 4.0, 0.0, 4.0),))
    crossed = Polygon(((0.0, 0.0, 10.0, 4.0, 10.0, 0.0, 0.0, 4.0),))
    shapes = [blob, crossed, None, Polygon(()), Polygon(((1e200, 0.0, 0.0, 1e200),))]
    assert areas(quads_of(shapes, 10, 4)).tolist() == pytest.approx([40.0, 40.0, 40.0, 0.0, 0.0])


def test_pairs_of_an_image_are_those_that_overlap_enough_of_whatever_class() -> None:
    one, other = random_pairs(40, seed=5)
    every = paired_iou(np.repeat(one, 40, axis=0), np.tile(other, (40, 1, 1)), np.zeros(1600, np.bool_)).reshape(40, 40)
    found = close_pairs(one, other, [False] * 40)
    assert set(zip(found.prediction.tolist(), found.truth.tolist(), strict=True)) == set(
        zip(*(part.tolist() for part in np.nonzero(every >= 0.1)), strict=True)
    )
    np.testing.assert_array_equal(found.iou, every[found.prediction, found.truth])


def test_upright_boxes_are_measured_as_a_detector_is(random_images) -> None:
    """The same protocol: where nothing is turned, all numbers are those of the boxes."""
    images = random_images(3, n_images=12, n_categories=3, polygons=False, crowds=True)
    turned = score(3, images, has_masks=False, is_oriented=True)
    upright = score(3, images, has_masks=False)
    np.testing.assert_allclose(turned.boxes.ap, upright.boxes.ap, atol=1e-12)
    np.testing.assert_allclose(turned.boxes.recall, upright.boxes.recall, atol=1e-12)
    assert turned.boxes.overall == upright.boxes.overall


def test_a_box_of_the_same_bounds_that_lies_the_other_way_is_wrong() -> None:
    truth = corners_of(Rotated(50, 50, 80, 10, 45))
    found = corners_of(Rotated(50, 50, 80, 10, 135))
    image = EvalImage(100, 100, [SnapshotObject(0, truth)], [PredictedObject(0, 0.9, found.bounds(), found)])
    assert score(1, [image], has_masks=False).boxes.mean_ap() == pytest.approx(1.0), "their bounds are the same"
    assert score(1, [image], has_masks=False, is_oriented=True).boxes.mean_ap() == 0.0


def test_large_shapes_agree_with_their_masks() -> None:
    """Pixels are counted by another program, so that only about the same comes out."""
    rng = random.Random(8)
    for _ in range(20):
        box = Rotated(500, 500, rng.uniform(200, 500), rng.uniform(100, 300), rng.uniform(0, 180))
        other = near(rng, box)
        one, two = (masks.encode(corners_of(item), 1000, 1000) for item in (box, other))
        exact = paired_iou(quads([box]), quads([other]), NOBODY)[0]
        assert exact == pytest.approx(masks.iou([one], [two], [False])[0, 0], abs=0.02)
