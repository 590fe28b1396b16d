"""A draft as JSON: kept with the run that it became, so that the same training can be asked for again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.domain.ids import ConfigurationId, DatasetId, ModelId, ProjectId, TaskId, VersionId
from core.domain.snapshots import Split
from core.domain.training import SplitFilter, StartFrom, StartKind, TrainingDraft
from core.errors import FormatError
from core.filters.reading import read_filter
from core.filters.writing import as_json
from core.training.draft.split_filters import split_filter


def draft_to_json(draft: TrainingDraft) -> dict[str, Any]:
    start = draft.start
    return {
        "project": draft.project,
        "name": draft.name,
        "worker": draft.worker,
        "configuration": draft.configuration,
        "configuration_name": draft.configuration_name,
        "values": dict(draft.values),
        "model": draft.model,
        "new_model_name": draft.new_model_name,
        "new_model_description": draft.new_model_description,
        "version_name": draft.version_name,
        "start": {
            "kind": start.kind.value,
            "version": start.version,
            "file": str(start.file) if start.file else None,
            "may_download": start.may_download,
            "starter": start.starter,
        },
        "train_folders": list(draft.train_folders),
        "val_folders": list(draft.val_folders),
        "test_folders": list(draft.test_folders),
        "stated_sets": [split.value for split in draft.stated_sets],
        "val_ratio": draft.val_ratio,
        "categories": list(draft.categories),
        "seed": draft.seed,
        "device": draft.device,
        "max_minutes": draft.max_minutes,
        "use_images_without_objects": draft.use_images_without_objects,
        "include_model_annotations": draft.include_model_annotations,
        "task": draft.task,
        "crop_of": list(draft.crop_of),
        "conditions": [list(names) for names in draft.conditions],
        "filters": [
            {"split": item.split.value, "filter": as_json(item.filter), "name": item.name} for item in draft.filters
        ],
        "dataset": draft.dataset,
        "dataset_sets": list(draft.dataset_sets),
    }


def draft_from_json(value: Mapping[str, Any]) -> TrainingDraft:
    """Raises KeyError, TypeError, ValueError."""
    try:
        filters = _filters_from(value.get("filters", ()))  # absent before there were datasets
    except FormatError as error:
        raise ValueError(str(error)) from error
    start = value["start"]
    return TrainingDraft(
        project=ProjectId(value["project"]),
        name=value["name"],
        worker=value["worker"],
        configuration=ConfigurationId(value["configuration"]) if value["configuration"] else None,
        configuration_name=value["configuration_name"],
        values=dict(value["values"]),
        model=ModelId(value["model"]) if value["model"] else None,
        new_model_name=value["new_model_name"],
        new_model_description=value["new_model_description"],
        version_name=value["version_name"],
        start=StartFrom(
            StartKind(start["kind"]),
            VersionId(start["version"]) if start["version"] else None,
            Path(start["file"]) if start["file"] else None,
            bool(start["may_download"]),
            str(start.get("starter", "")),
        ),
        train_folders=tuple(value["train_folders"]),
        val_folders=tuple(value["val_folders"]),
        test_folders=tuple(value["test_folders"]),
        stated_sets=tuple(Split(name) for name in value.get("stated_sets", ())),  # absent before revision 0003
        val_ratio=float(value["val_ratio"]),
        categories=tuple(value["categories"]),
        seed=int(value["seed"]),
        device=value["device"],
        max_minutes=value["max_minutes"],
        use_images_without_objects=bool(value["use_images_without_objects"]),
        include_model_annotations=bool(value.get("include_model_annotations", False)),  # absent before revision 0004
        # Absent before there were tasks that label.
        task=TaskId(value["task"]) if value.get("task") else None,
        crop_of=tuple(value.get("crop_of", ())),
        conditions=tuple(tuple(names) for names in value.get("conditions", ())),
        filters=filters,
        dataset=DatasetId(value["dataset"]) if value.get("dataset") else None,
        dataset_sets=tuple(value.get("dataset_sets", ())),
    )


def _filters_from(items: Sequence[Mapping[str, Any]]) -> tuple[SplitFilter, ...]:
    return tuple(
        split_filter(Split(item["split"]), read_filter(json.dumps(item["filter"])), str(item["name"])) for item in items
    )
