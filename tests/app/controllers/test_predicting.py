""" "Predict on..." through its dialog, on real services: up to the run that waits for its device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from app.controllers.predicting import PredictingController
from app.jobs import JobRunner
from core.domain.devices import Device, DeviceReport
from core.domain.ids import VersionId
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.domain.runs import RunRecord, RunStatus
from core.models.publish import publish
from core.models.service import ModelService
from core.models.weights_store import WEIGHTS_FILE
from core.predictions.service import PredictionService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.runs.service import RunService
from ui.predictions.predict_dialog import PredictDialog
from ui.predictions.wish import PredictWish


@pytest.fixture
def models(browse_registry: Registry, tmp_path: Path) -> ModelService:
    return ModelService(browse_registry, tmp_path / "home" / "models")


@pytest.fixture
def version(models: ModelService, tmp_path: Path) -> VersionId:
    weights = tmp_path / "weights.safetensors"
    save_file({"layer": np.ones((20, 10), np.float32)}, weights)
    content = {
        "name": "Zones", "architecture": "yolo11n", "task": "detection", "categories": ["zone"], "seed": 7,
        "worker": "yolo-detect", "worker_version": "0.1.0", "configuration": {"epochs": 5}, "device": "cpu",
        "preprocessing": {"imgsz": 640},
    }  # fmt: skip
    made = publish(weights=weights, model=content, store=tmp_path / "elsewhere", card="# Zones\n").folder
    return models.import_version(made, None).value.id


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    qtbot.addWidget(window)
    yield window


@pytest.fixture
def predicting(
    browse_registry: Registry,
    browse_projects: ProjectService,
    browse_jobs: JobRunner,
    models: ModelService,
    window: QWidget,
    tmp_path: Path,
) -> PredictingController:
    home = tmp_path / "home"
    runs = RunService(browse_registry, home / "runs", home / "devices")
    predictions = PredictionService(browse_registry, browse_projects, models, runs, home / "predictions")
    return PredictingController(
        predictions=predictions,
        models=models,
        projects=browse_projects,
        jobs=browse_jobs,
        window=window,
        probe_devices=lambda: DeviceReport((Device("cpu", "A processor"), Device("cuda:0", "A card")), ""),
    )


def opened(qtbot: QtBot, predicting: PredictingController, wish: PredictWish) -> PredictDialog:
    predicting.ask(wish)
    qtbot.waitUntil(lambda: predicting.dialog is not None, timeout=20_000)
    assert predicting.dialog is not None
    return predicting.dialog


def test_a_folder_of_the_project_becomes_a_run_that_waits(
    qtbot: QtBot, predicting: PredictingController, browse_project: Project, version: VersionId
) -> None:
    begun: list[RunRecord] = []
    predicting.run_submitted.connect(begun.append)
    dialog = opened(qtbot, predicting, PredictWish(version, browse_project.id, "val"))
    qtbot.waitUntil(dialog.start_button.isEnabled, timeout=20_000)
    assert dialog.amount == "4 images · each is looked at in 640 pixels"
    dialog.start_button.click()
    qtbot.waitUntil(lambda: bool(begun), timeout=20_000)
    (record,) = begun
    assert (record.kind, record.status, record.version) == ("prediction", RunStatus.PENDING, version)
    assert record.name == "Zones V001 (imported) on val"
    assert (record.folder / "images.jsonl").read_text().count("\n") == 4
    assert predicting.dialog is None


def test_a_version_whose_weights_are_gone_is_refused_in_the_dialog(
    qtbot: QtBot, predicting: PredictingController, models: ModelService, browse_project: Project, version: VersionId
) -> None:
    folder = models.get_version(version).folder
    assert folder is not None
    (folder / WEIGHTS_FILE).unlink()
    raised: list[UserMessage] = []
    predicting.message_raised.connect(raised.append)
    dialog = opened(qtbot, predicting, PredictWish(version, browse_project.id))
    qtbot.waitUntil(lambda: "is missing at" in dialog.refusal, timeout=20_000)
    assert not dialog.start_button.isEnabled()
    assert raised == []
    dialog.reject()
    assert predicting.dialog is None
