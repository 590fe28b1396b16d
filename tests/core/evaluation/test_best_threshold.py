"""The threshold that a training publishes is where F1 is highest, as counting every one of them says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.domain.geometry import Box
from core.domain.outcomes import Thresholds
from core.domain.predictions import PredictedImage, PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.evaluation.best_threshold import best_threshold
from core.metrics.outcomes import Matcher
from core.packs.layout import PackHeader
from core.packs.reading import read_pack
from core.packs.writing import write_pack


def drawn_pack(path: Path, n_images: int = 30) -> Path:
    """Objects of two classes; those found are surer than those that are not there, but not always."""
    rng = np.random.default_rng(4)
    header = PackHeader(("line", "initial", "never"), "detection", has_truth=True, split=Split.VAL)
    with write_pack(path, header) as writer:
        for number in range(n_images):
            image = PredictedImage(f"{number}.png", f"{number:064x}", 200, 200, Split.VAL)
            truths, found = [], []
            for x in range(0, 180, 30):
                category = int(rng.integers(2))
                box = Box(x, 10.0, x + 20.0, 30.0)
                if rng.random() < 0.7:
                    truths.append(SnapshotObject(category, box))
                if rng.random() < 0.8:
                    confidence = float(np.clip(rng.normal(0.6 if truths else 0.4, 0.2), 0.001, 1))
                    found.append(PredictedObject(category, confidence, box))
            writer.add(image, found, truths)
    return path


def test_no_other_confidence_has_a_higher_f1(tmp_path: Path) -> None:
    pack = drawn_pack(tmp_path / "predictions-val.pack")
    found = best_threshold(pack)
    assert found is not None
    confidence, about = found
    with read_pack(pack) as opened:
        matcher = Matcher(opened.table())
    every = [matcher.at(Thresholds(float(value))).counts.f1 or 0.0 for value in set(matcher.table.confidences)]
    assert about["f1"] == pytest.approx(max(every), abs=1e-12)
    assert matcher.at(Thresholds(confidence)).counts.f1 == about["f1"]
    assert (about["set"], about["iou"], about["n_images"], about["matcher"]) == ("val", 0.5, 30, "coco-greedy 1")
    assert about["n_objects"] == matcher.table.n_truths
    assert set(about["by_class"]) == {"line", "initial"}, "no threshold for what is never there"


def test_where_nothing_is_found_nothing_is_chosen(tmp_path: Path) -> None:
    with write_pack(tmp_path / "a.pack", PackHeader(("line",), "detection", has_truth=True)) as writer:
        writer.add(PredictedImage("a.png", "", 9, 9), [], [SnapshotObject(0, Box(1, 1, 3, 3))])
    assert best_threshold(tmp_path / "a.pack") is None
