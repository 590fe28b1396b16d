"""The twelve numbers that COCO's own evaluation prints, equal to pycocotools to 1e-9."""

from __future__ import annotations

import numpy as np

from core.domain.analysis import CocoNumbers, CocoSummary
from core.metrics.match_table import ALL, AreaScores, MatchTable

LIMITS = (1, 10, 100)


def coco_summary(matches: MatchTable, limits: tuple[int, int, int] = LIMITS) -> CocoSummary:
    """Of all classes and of each. `limits` are numbers of detections an image and class; AP is taken at the last."""
    few, some, most = limits
    by_area = {name: matches.scores(name, most) for name in matches.areas}
    few_scores, some_scores = matches.scores(ALL, few), matches.scores(ALL, some)
    at_50, at_75 = _level(matches, 0.5), _level(matches, 0.75)

    def numbers(category: int | None) -> CocoNumbers:
        everything = by_area[ALL]
        return CocoNumbers(
            ap=everything.mean_ap(category),
            ap50=_ap_at(everything, category, at_50),
            ap75=_ap_at(everything, category, at_75),
            ap_small=by_area["small"].mean_ap(category),
            ap_medium=by_area["medium"].mean_ap(category),
            ap_large=by_area["large"].mean_ap(category),
            ar1=few_scores.mean_recall(category),
            ar10=some_scores.mean_recall(category),
            ar100=everything.mean_recall(category),
            ar_small=by_area["small"].mean_recall(category),
            ar_medium=by_area["medium"].mean_recall(category),
            ar_large=by_area["large"].mean_recall(category),
        )

    return CocoSummary(numbers(None), tuple(numbers(k) for k in range(matches.n_categories)), limits)


def _level(matches: MatchTable, iou: float) -> int | None:
    found = np.flatnonzero(np.isclose(matches.thresholds, iou))
    return int(found[0]) if len(found) else None


def _ap_at(scores: AreaScores, category: int | None, level: int | None) -> float | None:
    return None if level is None else scores.mean_ap(category, level)
