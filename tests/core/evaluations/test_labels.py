"""Other ground truth under the same predictions: as if the pack had been written with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from core.domain.geometry import Box, Polygon
from core.domain.outcomes import Thresholds
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject
from core.evaluations.labels import in_regions, is_same, relabelled
from core.metrics import masks
from core.metrics.outcomes import Matcher
from core.packs.layout import PackHeader
from core.packs.reading import read_pack
from core.packs.writing import write_pack


def triangle(x: float, side: float) -> Polygon:
    return Polygon(((x, 10.0, x + side, 10.0, x, 10.0 + side),))


PREDICTIONS = [
    [
        PredictedObject(0, 0.9, Box(10, 10, 40, 40), mask=masks.as_text(masks.encode(triangle(10, 30), 90, 70))),
        PredictedObject(1, 0.5, Box(50, 10, 70, 30), polygon=triangle(50, 20)),
    ],
    [],
    [PredictedObject(1, 0.7, Box(5, 5, 25, 25))],
]
OLD = [[SnapshotObject(0, triangle(10, 30))], [SnapshotObject(1, Box(0, 0, 9, 9))], []]
NEW = [
    (SnapshotObject(1, triangle(52, 20)), SnapshotObject(0, triangle(11, 30)), SnapshotObject(0, Box(60, 50, 80, 60))),
    (),
    (SnapshotObject(1, Box(0, 0, 30, 30), is_crowd=True), SnapshotObject(1, Box(6, 6, 26, 26))),
]


def pack_with(path: Path, truths: list[list[SnapshotObject]], *, has_masks: bool) -> Path:
    header = PackHeader(("line", "initial"), "segmentation", has_masks=has_masks, has_truth=True)
    with write_pack(path, header) as writer:
        for number, (found, true) in enumerate(zip(PREDICTIONS, truths, strict=True)):
            writer.add(PredictedImage(f"{number}.png", f"{number:064x}", 90, 70), found, true)
    return path


@pytest.mark.parametrize("has_masks", [True, False])
def test_it_is_the_table_of_a_pack_with_that_truth(tmp_path: Path, has_masks: bool) -> None:
    with (
        read_pack(pack_with(tmp_path / "old.pack", OLD, has_masks=has_masks)) as old,
        read_pack(pack_with(tmp_path / "new.pack", [list(item) for item in NEW], has_masks=has_masks)) as new,
    ):
        expected = new.table()
        table, pairs = relabelled(old.table(), old, NEW, lambda: None)
        assert (pairs is not None) is has_masks
        for field in dataclasses.fields(expected):
            mine, theirs = getattr(table, field.name), getattr(expected, field.name)
            if isinstance(theirs, np.ndarray):
                assert np.array_equal(mine, theirs), field.name
        if has_masks:
            assert pairs is not None and table.mask_pairs is not None and expected.mask_pairs is not None
            assert np.array_equal(table.mask_pairs.prediction, expected.mask_pairs.prediction)
            assert np.array_equal(table.mask_pairs.truth, expected.mask_pairs.truth)
            assert np.allclose(table.mask_pairs.iou, expected.mask_pairs.iou, atol=1e-12)
        assert Matcher(table).at(Thresholds(0.1)).counts == Matcher(expected).at(Thresholds(0.1)).counts
        assert [image.n_truths for image in table.images] == [3, 0, 2]
        assert [old.truths(number) for number in range(3)] == [tuple(item) for item in OLD], "the pack is as it was"


def test_the_order_of_labels_makes_no_difference_their_shapes_do() -> None:
    one, other = SnapshotObject(0, triangle(10, 30)), SnapshotObject(0, Box(10, 10, 40, 40))
    assert is_same((one, other), [other, one])
    assert not is_same([one], [other]), "an outline with the same box"
    assert not is_same([one], [one, one])
    assert not is_same([one], [dataclasses.replace(one, is_crowd=True)])


def test_what_is_said_of_a_shape_within_a_pixel_is_said_of_the_region() -> None:
    ring = triangle(10, 30)
    predicted = [PredictedObject(0, 0.9, ring.bounds(), polygon=ring), PredictedObject(1, 0.1, Box(60, 5, 80, 25))]
    said = (
        SnapshotObject(0, Box(10, 10, 40, 40)),
        SnapshotObject(0, Box(9, 11, 40, 39.5)),
        SnapshotObject(1, Box(61, 5, 80, 25)),
        SnapshotObject(1, Box(62.5, 5, 80, 25)),
        SnapshotObject(0, None),
    )

    assert in_regions(said, predicted, 90, 70) == (SnapshotObject(0, ring), SnapshotObject(1, Box(60, 5, 80, 25)))
