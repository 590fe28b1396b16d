"""Of labels: one class a region where they exclude each other, and matching within regions only."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.geometry import Box, Polygon
from core.domain.outcomes import PredictionState, Thresholds, TruthState
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.snapshots import NO_CATEGORY, SnapshotObject
from core.metrics.outcomes import Matcher, confusion_matrix
from core.packs.choices import read_choices
from core.packs.layout import PackHeader
from core.packs.reading import read_pack
from core.packs.writing import write_pack

WHOLE = Box(0, 0, 50, 40)
NEAR = Box(0, 0, 45, 40)  # overlaps the whole by far more than any IoU asks for
RING = Polygon(((5.0, 5.0, 20.0, 5.0, 20.0, 30.0),))


def pack_of(folder: Path, images: list[tuple[list[PredictedObject], list[SnapshotObject]]], *, one: bool) -> Path:
    path = folder / "a.pack"
    task = "classification" if one else "tagging"
    header = PackHeader(("map", "seal", "text"), task, has_truth=True, labels=True, is_exclusive=one)
    with write_pack(path, header) as writer:
        for number, (predictions, truths) in enumerate(images):
            writer.add(PredictedImage(f"{number}.png", "", 50, 40), predictions, truths)
    return path


def said(box: Box, *confidences: float, polygon: Polygon | None = None) -> list[PredictedObject]:
    return [PredictedObject(k, confidence, box, polygon) for k, confidence in enumerate(confidences)]


def test_of_a_classifier_the_surest_class_of_each_region_counts(tmp_path: Path) -> None:
    regions = said(WHOLE, 0.2, 0.7, 0.1) + said(NEAR, 0.5, 0.1, 0.4) + said(RING.bounds(), 0.3, 0.3, 0.3, polygon=RING)
    truths = [SnapshotObject(1, None), SnapshotObject(2, NEAR), SnapshotObject(0, RING)]
    path = pack_of(tmp_path, [(regions, truths), (said(WHOLE, 0.9, 0.1, 0.0), [SnapshotObject(0, None)])], one=True)

    with read_choices(path) as pack, read_pack(path) as whole:
        table, record = pack.table(), pack.read(0)
        assert len(whole.read(0).predictions) == 9
    assert [(one.category, one.geometry) for one in record.predictions] == [(1, None), (0, NEAR), (0, RING)]
    assert table.prediction_categories[table.predictions_of(0)].tolist() == [1, 0, 0], "rows are those of the record"

    outcomes = Matcher(table).at(Thresholds(0.0))
    assert outcomes.prediction_states.tolist() == [
        PredictionState.TP,
        PredictionState.FP_CLASS,
        PredictionState.TP,
        PredictionState.TP,
    ]
    assert outcomes.truth_states[1] == TruthState.MISSED_CLASS
    matrix = confusion_matrix(table, outcomes)
    assert matrix.counts[:3, :3].tolist() == [[2, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert matrix.counts.sum() == 4
    unsure = Matcher(table).at(Thresholds(0.6))
    assert confusion_matrix(table, unsure).counts[:, 3].tolist() == [1, 0, 1, 0]


def test_of_a_tagger_a_tag_too_many_explains_no_missing_one(tmp_path: Path) -> None:
    images = [
        (said(WHOLE, 0.9, 0.8, 0.1), [SnapshotObject(0, None), SnapshotObject(2, None)]),
        (said(WHOLE, 0.6, 0.1, 0.1), [SnapshotObject(NO_CATEGORY, None)]),
    ]
    with read_choices(pack_of(tmp_path, images, one=False)) as pack:
        table = pack.table()
    outcomes = Matcher(table).at(Thresholds(0.5))
    assert outcomes.prediction_states[:2].tolist() == [PredictionState.TP, PredictionState.FP_BKG]
    assert outcomes.truth_states.tolist() == [TruthState.MATCHED, TruthState.MISSED]
    counts = outcomes.counts
    assert (counts.tp, counts.fp, counts.fn) == (1, 2, 1)


@pytest.mark.parametrize("one", [True, False])
def test_a_pack_without_any_region_has_nothing_to_match(tmp_path: Path, one: bool) -> None:
    with read_choices(pack_of(tmp_path, [([], [])], one=one)) as pack:
        table = pack.table()
    assert Matcher(table).at(Thresholds(0.5)).counts.f1 is None
