"""Precision, recall and threshold at the best F1, against a search that tries every threshold."""

from __future__ import annotations

import numpy as np
import pytest

from core.metrics.average_precision import Ranking, best_f1, best_mean_f1


def _ranking(rng: np.random.Generator, n: int, n_truths: int) -> Ranking:
    confidence = rng.integers(1, 8, n) / 8
    right = np.zeros((1, n), np.bool_)
    right[0, rng.permutation(n)[: min(n, n_truths)]] = rng.random(min(n, n_truths)) < 0.7
    wrong = ~right & (rng.random((1, n)) < 0.9)  # the rest are ignored
    return Ranking.of(confidence, right, wrong, n_truths)


def _at(ranking: Ranking, threshold: float) -> tuple[float, float, float]:
    keep = ranking.confidence >= threshold
    tp, fp = ranking.is_right[0, keep].sum(), ranking.is_wrong[0, keep].sum()
    precision = tp / (tp + fp) if tp + fp else 0.0
    return precision, tp / ranking.n_truths, 2 * tp / (tp + fp + ranking.n_truths)


@pytest.mark.parametrize("seed", range(20))
def test_one_class(seed):
    ranking = _ranking(np.random.default_rng(seed), 30, 12)

    point = best_f1(ranking)

    f1 = {t: _at(ranking, t)[2] for t in np.unique(ranking.confidence)}
    assert f1[point.threshold] == pytest.approx(max(f1.values()))
    assert (point.precision, point.recall) == pytest.approx(_at(ranking, point.threshold)[:2])


@pytest.mark.parametrize("seed", range(20))
def test_all_classes_share_one_threshold(seed):
    rng = np.random.default_rng(seed)
    rankings = [_ranking(rng, n, 9) for n in (20, 1, 0, 35)]

    point = best_mean_f1(rankings)

    thresholds = np.unique(np.concatenate([r.confidence for r in rankings]))
    mean = {t: np.mean([_at(r, t) for r in rankings], axis=0) for t in thresholds}
    assert mean[point.threshold][2] == pytest.approx(max(m[2] for m in mean.values()))
    assert (point.precision, point.recall) == pytest.approx(tuple(mean[point.threshold][:2]))


def test_without_a_prediction_precision_is_unknown_and_recall_zero():
    nothing = Ranking.of(np.zeros(0), np.zeros((1, 0), np.bool_), np.zeros((1, 0), np.bool_), 4)

    for point in (best_f1(nothing), best_mean_f1([nothing])):
        assert (point.threshold, point.precision, point.recall) == (None, None, 0.0)
    assert best_mean_f1([]).recall is None


def test_when_nothing_is_right_no_threshold_is_best():
    wrong = Ranking.of(np.array([0.5]), np.zeros((1, 1), np.bool_), np.ones((1, 1), np.bool_), 4)

    for point in (best_f1(wrong), best_mean_f1([wrong])):
        assert (point.threshold, point.precision, point.recall) == (None, 0.0, 0.0)
