"""What an evaluation's result says, as JSON, as the row of its set of predictions and as a measurement."""

from __future__ import annotations

from typing import Any

from core.domain.evaluation import Evaluation, EvaluationTable, evaluation_id
from core.domain.evaluation_json import table_from_json, table_to_json
from core.domain.ids import PredictionSetId, ProjectId, SnapshotId, VersionId
from core.domain.predictions import PredictionSet, SetKind
from core.domain.runs import RunRecord, RunResult
from core.domain.snapshots import Split
from core.evaluations.payload import EvaluationPayload
from core.packs.layout import PackHeader

FORMAT = 1


def content_of(
    payload: EvaluationPayload,
    header: PackHeader,
    table: EvaluationTable,
    *,
    n_images: int,
    n_predictions: int,
    n_bytes: int,
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "set": payload.set,
        "label": payload.label,
        "version": payload.version,
        "project": payload.project,
        "snapshot": payload.snapshot,
        "split": payload.split.value,
        "where": payload.where,
        "name": payload.name,
        "note": payload.note,
        "pack": payload.pack.name,
        "categories": list(header.categories),
        "settings": dict(header.settings),
        "has_masks": header.has_masks,
        "n_images": n_images,
        "n_predictions": n_predictions,
        "n_bytes": n_bytes,
        "table": table_to_json(table),
    }


def table_of(result: RunResult) -> EvaluationTable:
    """Raises KeyError, TypeError or ValueError for what this Calque does not understand."""
    if result.content["format"] > FORMAT:
        raise ValueError(f"format {result.content['format']}, which a newer Calque wrote")
    return table_from_json(result.content["table"])


def set_of(result: RunResult, record: RunRecord) -> PredictionSet:
    """Raises as `table_of` does."""
    content = result.content
    return PredictionSet(
        id=PredictionSetId(content["set"]),
        kind=SetKind.EVALUATION,
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
        project=ProjectId(content["project"]),
        snapshot=SnapshotId(content["snapshot"]),
        split=Split(content["split"]),
        has_truth=True,
        has_masks=bool(content["has_masks"]),
        settings={**content["settings"], "images": content["where"]},
    )


def evaluation_of(result: RunResult, record: RunRecord) -> Evaluation:
    """Its id is made of the run: reading the events once more makes nothing twice. Raises as `table_of` does."""
    table, content = table_of(result), result.content
    return Evaluation(
        id=evaluation_id(record.id, table.split),
        run=record.id,
        version=VersionId(content["version"]),
        snapshot=SnapshotId(content["snapshot"]),
        created_at=result.at,
        table=table,
        set=PredictionSetId(content["set"]),
        name=str(content["name"]),
        note=str(content["note"]),
    )
