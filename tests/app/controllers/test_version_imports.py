"""Taking in an exported version: asked for with the system's chooser, told when it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from app.controllers.version_imports import VersionImports
from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.models.publish import publish
from core.models.service import ModelService
from core.registry.database import Registry


@pytest.fixture
def library(browse_registry: Registry, tmp_path: Path) -> ModelService:
    return ModelService(browse_registry, tmp_path / "home" / "models")


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A folder as an export makes it."""
    weights = tmp_path / "weights.safetensors"
    save_file({"layer": np.ones((20, 10), np.float32)}, weights)
    content = {
        "name": "Lines", "architecture": "yolo11n", "task": "detection", "categories": ["line"],
        "worker": "yolo-detect", "worker_version": "0.1.0", "configuration": {"epochs": 5}, "seed": 7,
        "device": "cpu", "snippet": "print(1)\n",
    }  # fmt: skip
    return publish(weights=weights, model=content, store=tmp_path / "elsewhere", card="# Lines\n").folder


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    qtbot.addWidget(window)
    yield window


@pytest.fixture
def imports(library: ModelService, browse_jobs: JobRunner, window: QWidget) -> VersionImports:
    return VersionImports(models=library, jobs=browse_jobs, window=window)


def test_the_folder_of_a_chosen_model_file_becomes_a_version(
    qtbot: QtBot,
    imports: VersionImports,
    browse_jobs: JobRunner,
    library: ModelService,
    browse_project: Project,
    exported: Path,
    window: QWidget,
) -> None:
    told: list[Changes] = []
    browse_jobs.changed.connect(told.append)
    imports.ask(browse_project.id)
    chooser = window.findChild(QFileDialog)
    assert chooser is not None
    with qtbot.waitSignal(imports.version_imported, timeout=20_000) as imported:
        chooser.fileSelected.emit(str(exported / "model.json"))
    chooser.reject()
    (version,) = library.list_versions()
    assert imported.args == [version.id]
    assert library.get_model(version.model).project == browse_project.id
    assert told == [Changes.of(models=[version.model], versions=[version.id])]


def test_a_file_that_is_no_version_is_told(
    qtbot: QtBot, imports: VersionImports, library: ModelService, browse_project: Project, tmp_path: Path
) -> None:
    file = tmp_path / "foreign.zip"
    file.write_bytes(b"no archive")
    with qtbot.waitSignal(imports.message_raised, timeout=20_000) as raised:
        imports.take(file, browse_project.id)
    assert raised.args is not None
    message: UserMessage = raised.args[0]
    assert "foreign.zip" in message.text
    assert library.list_versions() == ()
