"""What `evaluate` says beside the table: what became of the predictions, COCO's own numbers, what the errors cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services import Services
from core.domain.analysis import CocoSummary, ErrorCost
from core.domain.counting import counted
from core.domain.ids import PredictionSetId
from core.domain.outcomes import MATCHER, Outcomes, Thresholds
from core.domain.studies import StudySource
from core.evaluations.study import Study

COCO_TITLES: Mapping[str, str] = {
    "ap": "AP",
    "ap50": "AP50",
    "ap75": "AP75",
    "ap_small": "small",
    "ap_medium": "medium",
    "ap_large": "large",
    "ar1": "AR1",
    "ar10": "AR10",
    "ar100": "AR100",
}


def judge(
    services: Services, found: PredictionSetId, *, present_labels: bool = False
) -> tuple[dict[str, Any], list[str]]:
    """As data and as lines. A version's predictions count from its own threshold up, another program's all of them."""
    with services.studies.open(StudySource.of_set(found)) as study:
        if not present_labels:
            return _judged(services, study)
        with services.studies.with_present_labels(study) as present:
            return _judged(services, present)


def _judged(services: Services, study: Study) -> tuple[dict[str, Any], list[str]]:
    version = study.info.version
    thresholds = Thresholds(0.0)
    if version is not None:
        thresholds = services.models.threshold_of(version).at(study.categories)
    outcomes = study.outcomes(thresholds)
    if study.table.labels:  # which have no place, and cost no average precision
        return {"outcomes": _outcomes_data(outcomes)}, [
            _labels_line(outcomes, has_thresholds=version is not None and not study.table.is_exclusive)
        ]
    coco, costs = study.coco(), study.errors()
    data = {
        "outcomes": _outcomes_data(outcomes),
        "coco": [
            {
                "set": study.info.source.set,
                "max_detections": list(coco.limits),
                "all": coco.overall,
                "classes": dict(zip(study.categories, coco.by_category, strict=True)),
            }
        ],
        "errors": {cost.kind: {"n": cost.n, "ap50_cost": cost.ap_cost} for cost in costs},
    }
    return data, [_outcomes_line(outcomes), _coco_line(coco), _costs_line(costs)]


def _labels_line(outcomes: Outcomes, *, has_thresholds: bool) -> str:
    counts = outcomes.counts
    which = "tags from the version's own thresholds on: " if has_thresholds else ""
    return f"  {which}{counts.tp} right, {counts.fp} wrong, {counted(counts.fn, 'label')} not said"


def _outcomes_data(outcomes: Outcomes) -> dict[str, Any]:
    counts, thresholds = outcomes.counts, outcomes.thresholds
    return {
        "matcher": MATCHER,
        "confidence": thresholds.confidence,
        "iou": thresholds.iou,
        "tp": counts.tp,
        "fp": counts.fp,
        "fn": counts.fn,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
    }


def _outcomes_line(outcomes: Outcomes) -> str:
    counts, thresholds = outcomes.counts, outcomes.thresholds
    which = (
        f"predictions from confidence {thresholds.confidence:.2f} up" if thresholds.confidence else "all predictions"
    )
    missed = counted(counts.fn, "object")
    return f"  {which} at IoU {thresholds.iou:.2f}: {counts.tp} right, {counts.fp} wrong, {missed} missed"


def _coco_line(coco: CocoSummary) -> str:
    return "  COCO: " + ", ".join(
        f"{title} {_number(getattr(coco.overall, name))}" for name, title in COCO_TITLES.items()
    )


def _costs_line(costs: tuple[ErrorCost, ...]) -> str:
    told = ", ".join(f"{cost.title.lower()} {_number(cost.ap_cost)} ({counted(cost.n, 'error')})" for cost in costs)
    return f"  AP50 lost by errors: {told}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
