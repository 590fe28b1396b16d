from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.controllers.exports import ExportsController
from app.jobs import JobRunner
from core.domain.exports import ExportReport, ExportRequest
from core.domain.imports import ImportSource
from core.domain.projects import Project
from core.errors import StorageError
from core.exports.service import ExportService
from core.imports.service import ImportService
from core.progress import IsCancelled, Progress
from core.projects.service import ProjectService
from core.registry.database import Registry
from ui.exports.export_dialog import ExportDialog
from ui.exports.picture_choice import COPY


@pytest.fixture
def pages(browse_imports: ImportService, browse_projects: ProjectService, make_browse_folder: Callable) -> Project:
    root = make_browse_folder("archive")
    report = browse_imports.commit(ImportSource(root / "coco.json"), project_name="Pages")
    return browse_projects.get_project(report.project)


@pytest.fixture
def controller(qtbot: QtBot, browse_registry: Registry, browse_jobs: JobRunner) -> Iterator[ExportsController]:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield ExportsController(exports=ExportService(browse_registry), jobs=browse_jobs, window=window)


def ready(qtbot: QtBot, dialog: ExportDialog) -> None:
    qtbot.waitUntil(lambda: dialog.refusal != "Counting…")


def test_an_export_goes_all_the_way(
    qtbot: QtBot, controller: ExportsController, pages: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path: path.stat().st_mtime_ns for path in pages.root.rglob("*")}
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    dialog = controller.open(pages, ("train",))
    ready(qtbot, dialog)
    assert dialog.refusal == ""
    dialog.form.formats.choose("yolo")
    dialog.form.pictures.choose(COPY)
    target = dialog.form._target.path()
    assert target == pages.root.parent / "Pages YOLO"
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert dialog.report is not None
    assert (dialog.report.n_annotations, dialog.report.n_pictures) == (7, 8)
    assert (target / "data.yaml").is_file()
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    assert [Path(url.toLocalFile()) for url in opened] == [target]
    dialog.reject()
    assert {path: path.stat().st_mtime_ns for path in pages.root.rglob("*")} == before


def test_a_folder_in_the_project_is_refused_before_anything_is_tried(
    qtbot: QtBot, controller: ExportsController, pages: Project
) -> None:
    dialog = controller.open(pages)
    ready(qtbot, dialog)
    dialog.form._target.set_path(pages.root / "out")
    qtbot.waitUntil(lambda: dialog.refusal == "Choose another folder.")
    assert "the project's own folder" in dialog.form._target_hint.text()
    dialog.reject()


def test_what_fails_is_shown_in_the_dialog(
    qtbot: QtBot, controller: ExportsController, pages: Project, tmp_path: Path
) -> None:
    dialog = controller.open(pages)
    ready(qtbot, dialog)
    target = tmp_path / "out"
    dialog.form._target.set_path(target)
    qtbot.wait(50)
    target.mkdir()
    (target / "mine.txt").touch()
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog._banner.isVisible())
    assert "is not empty" in dialog._banner.plain_text()
    assert not dialog.is_busy
    dialog.reject()


def test_a_stop_is_answered(qtbot: QtBot, controller: ExportsController, pages: Project, tmp_path: Path) -> None:
    dialog = controller.open(pages)
    ready(qtbot, dialog)
    target = tmp_path / "out"
    dialog.form._target.set_path(target)
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert (dialog.report is not None) == target.exists(), "stopped, or too late and then it is shown"
    dialog.reject()


def test_what_fails_after_a_stop_is_shown_as_well(
    qtbot: QtBot, controller: ExportsController, browse_projects: ProjectService, pages: Project
) -> None:
    dialog = controller.open(pages, ("train",))
    ready(qtbot, dialog)
    dialog.cancel_requested.emit()
    browse_projects.remove_project(pages.id)
    dialog.form._choice.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog._banner.isVisible())
    assert "no project" in dialog._banner.plain_text()
    dialog.reject()


def test_stopping_reaches_the_export(
    qtbot: QtBot, controller: ExportsController, pages: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, export = threading.Event(), ExportService.export

    def held(
        self: ExportService, request: ExportRequest, *, progress: Progress, is_cancelled: IsCancelled
    ) -> ExportReport:
        begun.set()
        for _ in range(300):
            if is_cancelled():
                break
            time.sleep(0.01)
        return export(self, request, progress=progress, is_cancelled=is_cancelled)

    monkeypatch.setattr(ExportService, "export", held)
    dialog = controller.open(pages)
    ready(qtbot, dialog)
    dialog.form._target.set_path(tmp_path / "out")
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(begun.is_set)
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert "The export was stopped." in dialog._banner.plain_text()
    assert not (tmp_path / "out").exists()
    dialog.reject()


def test_what_fails_after_the_stop_is_not_taken_for_it(
    qtbot: QtBot, controller: ExportsController, pages: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def held(
        self: ExportService, request: ExportRequest, *, progress: Progress, is_cancelled: IsCancelled
    ) -> ExportReport:
        begun.set()
        while not is_cancelled():
            time.sleep(0.01)
        raise StorageError("The disk is full.")

    monkeypatch.setattr(ExportService, "export", held)
    dialog = controller.open(pages)
    ready(qtbot, dialog)
    dialog.form._target.set_path(tmp_path / "out")
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(begun.is_set)
    dialog.reject()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert "The disk is full." in dialog._banner.plain_text()
    dialog.reject()
