"""The matching engine beside pycocotools and faster-coco-eval, and what a slider, a choice and a bootstrap cost.

`pytest -m benchmark -s tests/benchmarks/test_evaluation_speed.py`. For faster-coco-eval name the Python of an
environment that has it: `CALQUE_FASTER_COCO=/path/to/env/bin/python`. Without it that line is missing.
All sides begin with what they are given in memory; reading files is not timed. Times are of the CPU, of one thread.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from core.domain.outcomes import Thresholds
from core.domain.study_lists import StudyQuestion
from core.metrics.bootstrap import Weighted, intervals
from core.metrics.coco_summary import coco_summary
from core.metrics.curves import calibration, iou_histogram, precision_recall, score_histogram, threshold_curves
from core.metrics.label_errors import find_label_errors
from core.metrics.listing import Lister
from core.metrics.match_table import AREAS, match_table
from core.metrics.outcomes import Matcher, confusion_matrix, image_scores
from core.metrics.tide import error_costs
from tests.benchmarks.made_objects import as_coco, made_table

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]

N_IMAGES, N_TRUTHS, N_PREDICTIONS, N_CLASSES = 5000, 37_000, 250_000, 80


def test_all_areas_and_limits_beside_the_peers(tmp_path: Path) -> None:
    table = made_table(N_IMAGES, N_TRUTHS, N_PREDICTIONS, N_CLASSES)
    begin = time.process_time()
    ours = coco_summary(match_table(table))
    our_s = time.process_time() - begin

    truth, found = as_coco(table)
    with contextlib.redirect_stdout(io.StringIO()):
        reference = COCO()
        reference.dataset = truth
        reference.createIndex()
        evaluation = COCOeval(reference, reference.loadRes([dict(row) for row in found]), "bbox")
        begin = time.process_time()
        evaluation.evaluate()
        evaluation.accumulate()
        their_s = time.process_time() - begin
        evaluation.summarize()

    np.testing.assert_allclose(dataclasses.astuple(ours.overall), evaluation.stats, atol=1e-9)
    print(f"\n{N_IMAGES} images, {N_TRUTHS} objects, {N_PREDICTIONS} predictions, four areas, limits 1, 10, 100:")
    print(f"  {our_s:.2f} CPU s; pycocotools {their_s:.1f} ({their_s / our_s:.0f} times)")
    python = os.environ.get("CALQUE_FASTER_COCO")
    if python:
        faster = _ask_faster(python, truth, found, tmp_path)
        np.testing.assert_allclose(faster["stats"], evaluation.stats, atol=1e-6)
        print(f"  faster-coco-eval {faster['cpu_s']:.2f} CPU s ({faster['cpu_s'] / our_s:.1f} times)")


def test_a_choice_from_the_kept_matches() -> None:
    table = made_table(N_IMAGES, N_TRUTHS, N_PREDICTIONS, N_CLASSES)
    kept = match_table(table)
    half = np.random.default_rng(0).choice(N_IMAGES, N_IMAGES // 2, replace=False)
    print()
    for what, choice in (
        ("half of the images", {"images": half}),
        ("half of the classes", {"categories": range(N_CLASSES // 2)}),
        ("confidence from 0.3", {"confidence": 0.3}),
    ):
        for words, look in (
            ("AP and recall", lambda part: part.scores()),
            ("of all four areas", lambda part: [part.scores(area) for area in AREAS]),
        ):
            s = _fastest(lambda choice=choice, look=look: look(kept.sliced(**choice)))
            print(f"  {what}, {words}: {s * 1000:.0f} ms")
    whole = _fastest(lambda: match_table(table))
    print(f"  matching anew would be {whole * 1000:.0f} ms")


def test_a_slider_with_a_hundred_thousand_predictions() -> None:
    table = made_table(2000, 15_000, 100_000, N_CLASSES)
    matcher = Matcher(table)

    def move(thresholds: Thresholds) -> None:
        outcomes = matcher.at(thresholds)
        confusion_matrix(table, outcomes)
        image_scores(table, outcomes)
        score_histogram(table, outcomes)
        iou_histogram(outcomes)

    def move_iou(iou: float) -> None:
        move(Thresholds(0.25, iou=iou))
        threshold_curves(matcher, iou)
        precision_recall(matcher, iou)
        calibration(matcher, iou)

    confidences, ious = iter(np.linspace(0.01, 0.9, 50)), iter(np.linspace(0.3, 0.9, 50))
    lister = Lister(matcher)

    def list_anew() -> None:
        """What the page asks for at every move: the grid's images, its badges, the matrix."""
        lister.answer(StudyQuestion(Thresholds(float(next(confidences)))))

    print(f"\n  the page's answer: {_fastest(list_anew) * 1000:.1f} ms", end="")
    print(f"; confidence: {_fastest(lambda: move(Thresholds(float(next(confidences))))) * 1000:.1f} ms", end="")
    print(f"; IoU, with all curves: {_fastest(lambda: move_iou(float(next(ious)))) * 1000:.1f} ms", end="")
    print(f"; once, when opened: {_fastest(lambda: Matcher(table)) * 1000:.0f} ms", end="")
    print(f"; error costs {_fastest(lambda: error_costs(matcher)) * 1000:.0f} ms", end="")
    print(f"; suspicious labels {_fastest(lambda: find_label_errors(matcher)) * 1000:.0f} ms")


def test_a_thousand_resamples() -> None:
    table = made_table(N_IMAGES, N_TRUTHS, N_PREDICTIONS, N_CLASSES)
    scores = image_scores(table, Matcher(table).at(Thresholds(0.25)))
    measured = Weighted(match_table(table), scores, max_detections=300)
    once = _fastest(lambda: match_table(table).scores())

    begin = time.process_time()
    found = intervals(measured, n_resamples=1000)
    seconds = time.process_time() - begin

    assert found["map50_95"].interval is not None
    print(f"\n  {seconds:.1f} s; evaluating each anew would be {1000 * once:.0f} s ({1000 * once / seconds:.0f} times)")


def _ask_faster(python: str, truth: dict, found: list, folder: Path) -> dict:
    files = folder / "truth.json", folder / "found.json"
    for file, content in zip(files, (truth, found), strict=True):
        file.write_text(json.dumps(content))
    script = Path(__file__).with_name("faster_coco.py")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    answer = subprocess.run(
        [python, str(script), *map(str, files)], capture_output=True, text=True, check=True, env=environment
    )
    result: dict = json.loads(answer.stdout.splitlines()[-1])
    return result


def _fastest(work: Callable[[], object], n: int = 5) -> float:
    """CPU seconds."""

    def times() -> Iterator[float]:
        for _ in range(n):
            begin = time.process_time()
            work()
            yield time.process_time() - begin

    return min(times())
