"""What a prediction's result says, as JSON and as the row of its set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.domain.ids import PredictionSetId, ProjectId, VersionId
from core.domain.predictions import PredictionSet, SetKind
from core.domain.runs import RunRecord, RunResult
from core.packs.layout import PackHeader
from core.predictions.payload import PredictionPayload

FORMAT = 1


def content_of(
    payload: PredictionPayload,
    header: PackHeader,
    *,
    n_images: int,
    n_predictions: int,
    n_objects: int,
    n_bytes: int,
    n_left_out: int,
    left_out: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """`n_predictions` are all that are kept, `n_objects` those at or above the threshold."""
    return {
        "format": FORMAT,
        "set": payload.set,
        "label": payload.label,
        "version": payload.version,
        "project": payload.project,
        "where": payload.where,
        "pack": payload.pack.name,
        "categories": list(header.categories),
        "settings": dict(header.settings),
        "has_truth": header.has_truth,
        "has_masks": header.has_masks,
        "n_planned": payload.n_images,
        "n_images": n_images,
        "n_predictions": n_predictions,
        "n_objects": n_objects,
        "n_bytes": n_bytes,
        "n_left_out": n_left_out,
        "left_out": [list(item) for item in left_out],
    }


def set_of(result: RunResult, record: RunRecord) -> PredictionSet:
    """Raises KeyError, TypeError or ValueError for what this Calque does not understand."""
    content: Mapping[str, Any] = result.content
    if content["format"] > FORMAT:
        raise ValueError(f"format {content['format']}, which a newer Calque wrote")
    return PredictionSet(
        id=PredictionSetId(content["set"]),
        kind=SetKind.PREDICTION,
        name=f"{content['label']} on {content['where']}",
        created_at=result.at,
        categories=tuple(str(name) for name in content["categories"]),
        n_images=int(content["n_images"]),
        n_predictions=int(content["n_predictions"]),
        n_bytes=int(content["n_bytes"]),
        version=VersionId(content["version"]),
        version_label=str(content["label"]),
        worker=record.worker,
        run=record.id,
        project=None if content["project"] is None else ProjectId(content["project"]),
        has_truth=bool(content["has_truth"]),
        has_masks=bool(content["has_masks"]),
        settings={**content["settings"], "n_objects": int(content["n_objects"])},
    )
