"""A store of published versions, and the registry that knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from core.domain.evaluation_json import table_to_json
from core.domain.ids import ProjectId, VersionId
from core.domain.models import Model, ModelVersion
from core.domain.snapshots import Split
from core.models.headline import headline_of
from core.models.publish import publish
from core.models.service import ModelService
from core.registry.database import Registry
from core.registry.stores import evaluations, models, projects
from core.tasks.detection import DETECTION
from tests.core.evaluation.coco_tables import coco_row, coco_table, evaluation_of

TABLE = coco_table(
    Split.TEST, (coco_row(None, 4, 9, 0.9, 0.8, 0.85, 0.61), coco_row("line", 4, 9, 0.9, 0.8, 0.85, 0.61)),
    False, 300, ("a note",),
)  # fmt: skip
SNIPPET = "from ultralytics import YOLO\n"

AddVersion = Callable[..., ModelVersion]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "home" / "models"


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with Registry(tmp_path / "home" / "registry.sqlite", tmp_path / "home" / "backups") as opened:
        yield opened


@pytest.fixture
def service(registry: Registry, store: Path) -> ModelService:
    return ModelService(registry, store)


@pytest.fixture
def project(registry: Registry, tmp_path: Path) -> ProjectId:
    with registry.write() as session:
        return projects.insert_project(session, name="Parish", root=tmp_path)


@pytest.fixture
def model(service: ModelService, project: ProjectId) -> Model:
    return service.create_model(project, " Lines ", DETECTION.slug, ["line", "initial"], "*Old* books").value


@pytest.fixture
def add_version(registry: Registry, model: Model, store: Path, tmp_path: Path) -> AddVersion:
    """Publish a version as a run does: files first, then its row."""

    def add(*, seed: int = 0, parent: VersionId | None = None, **content: Any) -> ModelVersion:
        weights = tmp_path / "final.safetensors"
        save_file({"layer": np.random.default_rng(seed).random((40, 50), np.float32)}, weights)
        described = {
            "name": "Lines V001",
            "architecture": "yolo11n",
            "task": "detection",
            "categories": ["line", "initial"],
            "worker": "yolo-detect",
            "worker_version": "0.1.0",
            "configuration": {"epochs": 5, "lr": 0.01},
            "configuration_name": "Fast",
            "libraries": {"torch": "2.15.0"},
            "metrics": {"test": table_to_json(TABLE)},
            "seed": seed,
            "device": "cpu",
            "snippet": SNIPPET,
            **content,
        }
        published = publish(weights=weights, model=described, store=store, card="# Lines\n\nRead me.\n")
        with registry.write() as session:
            version = models.insert_version(
                session, model=model.id, name="first", worker="yolo-detect", worker_version="0.1.0", parent=parent
            )
            evaluations.put_evaluation(session, evaluation_of(version, TABLE))
            models.publish_version(
                session,
                version.id,
                folder=published.folder,
                content_sha256=published.content_sha256,
                weights_sha256=published.weights_sha256,
                architecture="yolo11n",
                headline=headline_of((TABLE,)),
                duration_s=12.0,
                is_partial=False,
            )
            return models.get_version(session, version.id)

    return add


@pytest.fixture
def version(add_version: AddVersion) -> ModelVersion:
    return add_version()
