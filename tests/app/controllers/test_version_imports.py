"""Taking in an exported version: asked for with the system's chooser, told when it is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from safetensors.numpy import save_file

from app.controllers.version_imports import VersionImports
from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.ids import ProjectId
from core.domain.projects import Project
from core.models.publish import publish
from core.models.service import ModelService
from core.projects.service import ProjectService
from core.registry.database import Registry
from ui.models.import_version_dialog import ImportVersionDialog


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
def imports(
    library: ModelService, browse_projects: ProjectService, browse_jobs: JobRunner, window: QWidget
) -> VersionImports:
    return VersionImports(models=library, projects=browse_projects, jobs=browse_jobs, window=window)


@pytest.fixture
def ask(qtbot: QtBot, imports: VersionImports, window: QWidget) -> Callable[..., ImportVersionDialog]:
    """Open the dialog."""

    def open(project: ProjectId | None = None) -> ImportVersionDialog:
        imports.ask(project)
        qtbot.waitUntil(lambda: window.findChild(ImportVersionDialog) is not None, timeout=20_000)
        return window.findChild(ImportVersionDialog)  # type: ignore[no-any-return]

    return open


def test_the_folder_of_a_chosen_model_file_becomes_a_version(
    qtbot: QtBot,
    imports: VersionImports,
    browse_jobs: JobRunner,
    library: ModelService,
    browse_project: Project,
    exported: Path,
    ask: Callable[..., ImportVersionDialog],
) -> None:
    told: list[Changes] = []
    browse_jobs.changed.connect(told.append)
    dialog = ask(browse_project.id)
    assert not dialog._import.isEnabled(), "nothing was chosen yet"
    assert dialog.project() == browse_project.id, "the open project is proposed"
    dialog.set_path(exported / "model.json")
    with qtbot.waitSignal(imports.version_imported, timeout=20_000) as imported:
        dialog._import.click()
    (version,) = library.list_versions()
    assert imported.args == [version.id]
    assert library.get_model(version.model).project == browse_project.id
    assert told == [Changes.of(models=[version.model], versions=[version.id])]


def test_a_version_can_belong_to_no_project(
    qtbot: QtBot,
    imports: VersionImports,
    library: ModelService,
    exported: Path,
    ask: Callable[..., ImportVersionDialog],
) -> None:
    dialog = ask()
    assert dialog.project() is None
    dialog.set_path(exported)
    with qtbot.waitSignal(imports.version_imported, timeout=20_000):
        dialog._import.click()
    (version,) = library.list_versions()
    assert library.get_model(version.model).project is None


def test_what_is_wrong_with_a_file_is_said_in_the_dialog(
    qtbot: QtBot, library: ModelService, tmp_path: Path, ask: Callable[..., ImportVersionDialog]
) -> None:
    file = tmp_path / "foreign.zip"
    file.write_bytes(b"no archive")
    dialog = ask()
    dialog.set_path(file)
    dialog._import.click()
    qtbot.waitUntil(dialog._problem.isVisible, timeout=20_000)
    assert "foreign.zip" in dialog._problem.text()
    assert dialog._import.isEnabled() and dialog._import.text() == "Import"
    assert library.list_versions() == ()
    dialog.reject()
