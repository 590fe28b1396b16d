"""A small library of models."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.domain.ids import ModelId, ProjectId, RunId, SnapshotId, VersionId
from core.domain.models import Headline, Model, ModelVersion, VersionDetails, VersionStatus
from core.domain.snapshots import SnapshotInfo, Split
from core.tasks.detection import DETECTION
from tests.core.evaluation.coco_tables import coco_row, coco_table

AT = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_model() -> Callable[..., Model]:
    def make(id: str = "m1", name: str = "Lines", project: str = "p1", project_name: str = "Registers") -> Model:
        return Model(
            ModelId(id), ProjectId(project), project_name, name, DETECTION.slug, ("line", "stamp"), AT, "About lines"
        )

    return make


@pytest.fixture
def make_version() -> Callable[..., ModelVersion]:
    def make(number: int = 1, model: str = "m1", **fields: Any) -> ModelVersion:
        values: dict[str, Any] = {
            "model_name": "Lines",
            "name": "first",
            "status": VersionStatus.AVAILABLE,
            "created_at": AT + timedelta(hours=number),
            "worker": "yolo-detect",
            "worker_version": "0.1.0",
            "architecture": "yolo11n",
            "run": RunId(f"run-{model}-{number}"),
            "snapshot": SnapshotId("ab" * 32),
            "snapshot_label": "V001",
            "headline": Headline("map50_95", 0.4 + number / 100, "test"),
            "duration_s": 60.0 * number,
            "folder": Path("/models/abc"),
            "weights_sha256": "12" * 32,
            "content_sha256": "34" * 32,
        }
        return ModelVersion(
            id=VersionId(f"{model}-v{number}"), model=ModelId(model), number=number, **(values | fields)
        )

    return make


@pytest.fixture
def make_details(make_model: Callable[..., Model], make_version: Callable[..., ModelVersion]) -> Callable[..., Any]:
    def make(version: ModelVersion | None = None, **fields: Any) -> VersionDetails:
        snapshot = SnapshotInfo(
            SnapshotId("ab" * 32), ProjectId("p1"), "V001", AT, ("line", "stamp"),
            ((Split.TRAIN, 10), (Split.TEST, 4)), ((Split.TRAIN, 70), (Split.TEST, 20)),
            ((Split.TRAIN, (60, 10)), (Split.TEST, (20,))),
        )  # fmt: skip
        row = coco_row(None, 4, 20, 0.9, 0.8, 0.85, 0.61)
        values: dict[str, Any] = {
            "tables": (coco_table(Split.TEST, (row,), False, 300),),
            "configuration": {"epochs": 12},
            "card": "# Lines\n\nRead **me**.\n",
            "snippet": "print('hello')\n",
            "facts": (("Seed", "7"),),
            "n_bytes": 5_000_000,
            "snapshot": snapshot,
            "files": (("model.json", 900), ("weights.safetensors", 4_999_100)),
        }
        return VersionDetails(version=version or make_version(), model=make_model(), **(values | fields))

    return make
