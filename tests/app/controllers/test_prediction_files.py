"""Predictions in and out through the dialogs, on real services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.controllers.prediction_files import PredictionFilesController
from app.controllers.prediction_sets import PredictionSetsController
from app.jobs import JobRunner
from core.domain.projects import ImageFilter, Project
from core.models.service import ModelService
from core.predictions.import_service import PredictionImportService
from core.predictions.service import PredictionService
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.runs.service import RunService
from ui.predictions.import_dialog import ImportPredictionsDialog
from ui.predictions.predictions_page import PredictionsPage


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    qtbot.addWidget(window)
    yield window


@pytest.fixture
def predictions(browse_registry: Registry, browse_projects: ProjectService, tmp_path: Path) -> PredictionService:
    home = tmp_path / "home"
    models = ModelService(browse_registry, home / "models")
    runs = RunService(browse_registry, home / "runs", home / "devices")
    return PredictionService(browse_registry, browse_projects, models, runs, home / "predictions")


@pytest.fixture
def files(
    browse_registry: Registry,
    browse_projects: ProjectService,
    browse_jobs: JobRunner,
    predictions: PredictionService,
    window: QWidget,
    tmp_path: Path,
) -> PredictionFilesController:
    imports = PredictionImportService(browse_registry, browse_projects, tmp_path / "home" / "predictions")
    return PredictionFilesController(
        predictions=predictions, imports=imports, projects=browse_projects, jobs=browse_jobs, window=window
    )


@pytest.fixture
def results(browse_project: Project, browse_projects: ProjectService, tmp_path: Path) -> Path:
    """One prediction that fits, and one of a class that nobody knows."""
    image = browse_projects.get_images(browse_projects.list_image_ids(ImageFilter(browse_project.id))[:1])[0]
    category = browse_projects.list_categories(browse_project.id)[0].name
    content = {
        "images": [{"id": 5, "file_name": image.path}],
        "categories": [{"id": 9, "name": category}, {"id": 1, "name": "unheard of"}],
        "annotations": [
            {"image_id": 5, "category_id": id, "bbox": [1, 2, 30, 20], "score": 0.75} for id in (9, 1)
        ],
    }  # fmt: skip
    path = tmp_path / "found.json"
    path.write_text(json.dumps(content))
    return path


def test_predictions_come_in_are_listed_seen_written_out_and_deleted(
    qtbot: QtBot,
    files: PredictionFilesController,
    predictions: PredictionService,
    browse_projects: ProjectService,
    browse_project: Project,
    browse_jobs: JobRunner,
    results: Path,
    tmp_path: Path,
) -> None:
    page = PredictionsPage()
    qtbot.addWidget(page)
    sets = PredictionSetsController(predictions=predictions, projects=browse_projects, jobs=browse_jobs, page=page)
    browse_jobs.changed.connect(sets.refresh)
    files.ask_import(browse_project.id)
    qtbot.waitUntil(lambda: files.import_dialog is not None, timeout=20_000)
    dialog = files.import_dialog
    assert dialog is not None
    dialog.fill(results)
    dialog.go_button.click()
    qtbot.waitUntil(lambda: "laid beside" in dialog.text, timeout=20_000)
    assert dialog.text.startswith("1 of 2 predictions are laid beside")
    qtbot.waitUntil(lambda: page.n_shown == 1, timeout=20_000)
    with qtbot.waitSignal(files.see_requested) as seen:
        dialog.go_button.click()
    (item,) = predictions.list_sets()
    assert seen.args == [item]
    assert item.name == "found"

    files.ask_export(item)
    export = files.export_dialog
    assert export is not None
    assert not export.export_button.isEnabled()
    export.fill("csv", tmp_path / "out")
    export.export_button.click()
    qtbot.waitUntil(lambda: "written to" in export.text, timeout=20_000)
    assert export.text.startswith("1 object on ")
    assert (tmp_path / "out" / "predictions.csv").is_file()
    export.reject()

    page.table.selectRow(0)
    browse_jobs.run(lambda: predictions.delete([item.id]), then=lambda _changes: None)
    qtbot.waitUntil(lambda: page.n_shown == 0, timeout=20_000)


def test_a_folder_of_labels_is_taken_as_it_is_recognised_or_named(
    qtbot: QtBot,
    files: PredictionFilesController,
    browse_projects: ProjectService,
    browse_project: Project,
    tmp_path: Path,
) -> None:
    image = browse_projects.get_images(browse_projects.list_image_ids(ImageFilter(browse_project.id))[:1])[0]
    category = browse_projects.list_categories(browse_project.id)[0].name
    folder = tmp_path / "predict"
    label = folder / "labels" / Path(image.path).with_suffix(".txt")
    label.parent.mkdir(parents=True)
    label.write_text("0 0.5 0.5 0.2 0.2 0.75\n")
    (folder / "classes.txt").write_text(f"{category}\n")
    for name, title in (("as recognised", None), ("as named", "YOLO")):
        files.ask_import(browse_project.id)
        qtbot.waitUntil(lambda: files.import_dialog is not None, timeout=20_000)
        dialog = files.import_dialog
        assert dialog is not None
        assert dialog.formats[0] == "As recognised" and {"COCO", "YOLO"} <= set(dialog.formats)
        assert "ALTO" not in dialog.formats, "it holds none"
        dialog.fill(folder, name, format_title=title)
        dialog.go_button.click()
        qtbot.waitUntil(partial(_says_that_they_are_in, dialog), timeout=20_000)
        assert dialog.text.startswith("1 of 1 prediction")
        dialog.reject()


def test_what_is_wrong_is_said_where_the_person_is(
    qtbot: QtBot, files: PredictionFilesController, browse_project: Project, results: Path, tmp_path: Path
) -> None:
    files.ask_import(browse_project.id)
    qtbot.waitUntil(lambda: files.import_dialog is not None, timeout=20_000)
    dialog = files.import_dialog
    assert dialog is not None
    results.write_text("[]")
    dialog.fill(results, "nothing")
    dialog.go_button.click()
    qtbot.waitUntil(lambda: "there is none beside it" in dialog.text, timeout=20_000)
    assert dialog.go_button.isEnabled(), "it can be mended"
    dialog.reject()
    assert files.import_dialog is None


def _says_that_they_are_in(dialog: ImportPredictionsDialog) -> bool:
    return "laid beside" in dialog.text
