"""Which confidence a model that labels is published with, and what a person's own changes."""

from __future__ import annotations

from pathlib import Path

from core.domain.geometry import Box
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.domain.thresholds import ChosenThreshold
from core.evaluation.best_threshold import best_threshold, unmeasured_threshold
from core.models.thresholds import THRESHOLD, THRESHOLD_ABOUT, threshold_of
from core.packs.layout import PackHeader
from core.packs.writing import write_pack

WHOLE = Box(0, 0, 10, 10)
NAMES = ("map", "seal", "never")


def pack_of(folder: Path, *, is_exclusive: bool) -> Path:
    header = PackHeader(NAMES, "tagging", has_truth=True, split=Split.VAL, labels=True, is_exclusive=is_exclusive)
    path = folder / "val.pack"
    with write_pack(path, header) as writer:
        for number, (true, said) in enumerate(
            [((0,), (0.9, 0.2, 0.1)), ((0, 1), (0.7, 0.3, 0.1)), ((), (0.4, 0.1, 0.6))]
        ):
            objects = [PredictedObject(k, confidence, WHOLE) for k, confidence in enumerate(said)]
            writer.add(PredictedImage(f"{number}", "", 10, 10), objects, [SnapshotObject(k, None) for k in true])
    return path


def test_tags_count_from_where_their_own_f1_is_highest_others_from_the_default(tmp_path: Path) -> None:
    found = best_threshold(pack_of(tmp_path, is_exclusive=False))
    assert found is not None
    threshold = threshold_of({THRESHOLD: found[0], THRESHOLD_ABOUT: dict(found[1])})
    assert threshold.confidence == 0.5
    assert {name: round(value, 3) for name, value in threshold.by_category.items()} == {"map": 0.7, "seal": 0.3}
    own = threshold.with_chosen(ChosenThreshold(None, {"map": 0.95}))
    assert own.by_category == {"map": 0.95}
    kept = threshold.with_chosen(ChosenThreshold(0.6))
    assert (kept.confidence, set(kept.by_category)) == (0.6, {"map", "seal"})


def test_of_a_classifier_the_surest_class_counts_however_sure(tmp_path: Path) -> None:
    found = best_threshold(pack_of(tmp_path, is_exclusive=True))
    assert found is not None
    threshold = threshold_of({THRESHOLD: found[0], THRESHOLD_ABOUT: dict(found[1])})
    assert (threshold.confidence, threshold.by_category) == (0.0, {})
    assert "surest" in threshold.about


def test_without_validation_images_the_defaults_hold() -> None:
    for is_exclusive, confidence in ((True, 0.0), (False, 0.5)):
        value, about = unmeasured_threshold(is_exclusive=is_exclusive)
        assert threshold_of({THRESHOLD: value, THRESHOLD_ABOUT: dict(about)}).confidence == confidence
