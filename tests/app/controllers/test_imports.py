from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.controllers.imports import ImportsController, Progress
from app.jobs import JobRunner
from core.domain.projects import Project
from core.errors import StorageError
from core.imports.service import ImportService
from core.projects.service import ProjectService
from core.registry.database import Registry
from ui.imports.differences_dialog import DifferencesDialog
from ui.imports.import_dialog import ImportDialog, Step
from ui.projects.start_page import StartPage

BrowseFolder = Callable[..., Path]
MakeController = Callable[..., ImportsController]


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def start_page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def make_controller(
    browse_imports: ImportService,
    browse_projects: ProjectService,
    browse_jobs: JobRunner,
    window: QWidget,
    start_page: StartPage,
    tmp_path: Path,
) -> MakeController:
    def draw_nothing(folder: Path, progress: Progress) -> Path:
        raise AssertionError("no sample was asked for")

    def make(make_sample: Callable[[Path, Progress], Path] = draw_nothing) -> ImportsController:
        return ImportsController(
            imports=browse_imports,
            projects=browse_projects,
            formats=browse_imports.list_formats(),
            make_sample=make_sample,
            sample_name="Sample",
            sample_folder=tmp_path / "sample",
            jobs=browse_jobs,
            window=window,
            start_page=start_page,
        )

    return make


def _wait_for(qtbot: QtBot, dialog: ImportDialog, step: Step) -> None:
    qtbot.waitUntil(lambda: dialog.step is step and not dialog.is_busy)


def test_a_dropped_file_goes_all_the_way_to_a_project(
    qtbot: QtBot,
    browse_jobs: JobRunner,
    make_controller: MakeController,
    browse_projects: ProjectService,
    make_browse_folder: BrowseFolder,
) -> None:
    controller = make_controller()
    root = make_browse_folder("archive")
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    dialog = controller.new_project(root / "coco.json")
    _wait_for(qtbot, dialog, Step.PREVIEW)
    preview = dialog.preview_page.preview
    assert preview is not None
    assert (preview.n_images, preview.n_annotations, preview.format) == (8, 7, "coco")
    assert browse_projects.list_projects() == ()
    assert dialog.preview_page.project_name == "archive"
    qtbot.waitUntil(lambda: all(tile.image is not None for tile in dialog.preview_page.samples._tiles))
    with qtbot.waitSignal(browse_jobs.changed) as told:
        qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    _wait_for(qtbot, dialog, Step.REPORT)
    with qtbot.waitSignal(controller.project_open_requested) as wish:
        qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    project = browse_projects.find_project("archive")
    assert project is not None
    assert wish.args == [project.id]
    assert told.args is not None
    assert (told.args[0].projects, told.args[0].image_lists) == ({project.id}, {project.id})
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before


def test_the_start_pages_wishes_are_heard(
    qtbot: QtBot,
    make_controller: MakeController,
    start_page: StartPage,
    window: QWidget,
    make_browse_folder: BrowseFolder,
) -> None:
    root = make_browse_folder("archive")
    controller = make_controller(lambda _folder, _progress: root / "coco.json")
    start_page.path_dropped.emit(root)
    start_page.new_project_requested.emit()
    dropped, empty = window.findChildren(ImportDialog)
    _wait_for(qtbot, dropped, Step.PREVIEW)
    assert empty.step is Step.SOURCE
    with qtbot.waitSignal(controller.project_open_requested):
        start_page.sample_requested.emit()
    dropped.reject()
    empty.reject()


def test_problems_are_listed_before_anything_is_written(
    qtbot: QtBot,
    make_controller: MakeController,
    browse_projects: ProjectService,
    make_browse_folder: BrowseFolder,
) -> None:
    root = make_browse_folder("archive")
    (root / "train" / "page 0.png").write_bytes(b"")
    (root / "val" / "page 1.png").unlink()
    dialog = make_controller().new_project(root / "coco.json")
    _wait_for(qtbot, dialog, Step.PREVIEW)
    table = dialog.preview_page._problems
    kinds = {table._kind.itemData(row) for row in range(table._kind.count())}
    assert "image-empty" in kinds
    assert "image-missing" in kinds
    assert dialog.refusal == ""
    assert browse_projects.list_projects() == ()
    dialog.reject()


def test_a_folder_with_nothing_in_it_is_explained_in_the_dialog(
    qtbot: QtBot, make_controller: MakeController, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    dialog = make_controller().new_project(tmp_path / "empty")
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.step is Step.SOURCE
    assert dialog._banner.isVisible()
    assert "empty" in dialog._banner.plain_text()
    dialog.reject()


def test_a_name_that_exists_is_refused_before_the_work(
    qtbot: QtBot, make_controller: MakeController, browse_project: Project
) -> None:
    dialog = make_controller().new_project(browse_project.root / "coco.json")
    _wait_for(qtbot, dialog, Step.PREVIEW)
    qtbot.waitUntil(lambda: dialog.refusal == "A project named “pages” exists. Choose another name.")
    dialog.reject()


def test_stopping_leaves_everything_as_it_was(
    qtbot: QtBot,
    make_controller: MakeController,
    browse_imports: ImportService,
    browse_projects: ProjectService,
    make_browse_folder: BrowseFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = make_browse_folder("archive")
    controller = make_controller()
    dialog = controller.new_project(root / "coco.json")
    _wait_for(qtbot, dialog, Step.PREVIEW)
    may_go_on = threading.Event()
    commit = browse_imports.commit

    def slow(*args: object, **more: object) -> object:
        assert may_go_on.wait(10)
        return commit(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(browse_imports, "commit", slow)
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog._cancel, Qt.MouseButton.LeftButton)
    may_go_on.set()
    qtbot.waitUntil(lambda: not dialog.is_busy)
    assert dialog.step is Step.PREVIEW
    assert "Nothing was imported." in dialog._banner.plain_text()
    assert browse_projects.list_projects() == ()
    dialog.reject()


def test_adding_to_a_project(
    qtbot: QtBot,
    make_controller: MakeController,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    Image.new("RGB", (20, 20)).save(browse_project.root / "val" / "page 50.png")
    dialog = make_controller().add_to(browse_project)
    dialog.set_source(browse_project.root / "coco.json")
    dialog.request_preview()
    _wait_for(qtbot, dialog, Step.PREVIEW)
    assert dialog.refusal == ""
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    _wait_for(qtbot, dialog, Step.REPORT)
    after = browse_projects.get_project(browse_project.id)
    assert (after.n_images, after.n_annotations) == (9, 7)
    dialog.reject()


def test_the_sample_is_drawn_once_and_opened_again(
    qtbot: QtBot,
    make_controller: MakeController,
    start_page: StartPage,
    make_browse_folder: BrowseFolder,
) -> None:
    drawn: list[Path] = []

    def draw(folder: Path, progress: Progress) -> Path:
        drawn.append(folder)
        progress(1, 2, "")
        return make_browse_folder("sample") / "coco.json"

    controller = make_controller(draw)
    with qtbot.waitSignal(controller.project_open_requested) as first:
        controller.open_sample()
        controller.open_sample()
    with qtbot.waitSignal(controller.project_open_requested) as second:
        controller.open_sample()
    assert first.args == second.args
    assert len(drawn) == 1
    assert start_page._sample.isEnabled()


def test_a_sample_that_cannot_be_made_says_why(
    qtbot: QtBot, make_controller: MakeController, start_page: StartPage
) -> None:
    def fail(folder: Path, progress: Progress) -> Path:
        raise StorageError("The disk is full.", hint="Free some space.")

    start_page.show()
    make_controller(fail).open_sample()
    qtbot.waitUntil(start_page.banner.isVisible)
    assert "The disk is full." in start_page.banner.plain_text()
    assert start_page._sample.isEnabled()


def test_grey_of_few_bits_is_bright_among_the_examples(
    qtbot: QtBot, make_controller: MakeController, tmp_path: Path
) -> None:
    root = tmp_path / "grey"
    root.mkdir()
    Image.fromarray(np.full((48, 64), 3900, np.uint16)).save(root / "a.png")
    dialog = make_controller().new_project(root)
    _wait_for(qtbot, dialog, Step.PREVIEW)
    (tile,) = dialog.preview_page.samples._tiles
    qtbot.waitUntil(lambda: tile.image is not None)
    assert tile.image is not None and tile.image.pixelColor(5, 5).red() > 200


def test_the_encoding_that_is_taken_reaches_the_project(
    qtbot: QtBot, make_controller: MakeController, browse_projects: ProjectService, tmp_path: Path
) -> None:
    """And so does what was said about turning: the preview is made again with each answer."""
    root = tmp_path / "helmets"
    root.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(root / "a.jpg", exif=exif)
    (root / "a.txt").write_text("0 0.25 0.5 0.2 0.2\n")
    (root / "classes.txt").write_bytes("猫".encode("gbk") + b"\n\xb0\xb2\n")
    dialog = make_controller().new_project(root)
    _wait_for(qtbot, dialog, Step.PREVIEW)
    page = dialog.preview_page
    page._names._take.click()
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.source.names_encoding == "gbk")
    page._as_stored.click()
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.source.is_drawn_as_stored)
    _wait_for(qtbot, dialog, Step.PREVIEW)
    assert page.preview is not None and page.preview.source.names_encoding == "gbk"
    assert [name for name, _ in page.preview.categories] == ["猫", "安"]
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    _wait_for(qtbot, dialog, Step.REPORT)
    project = browse_projects.find_project("helmets")
    assert project is not None
    assert [category.name for category in browse_projects.list_categories(project.id)] == ["猫", "安"]


def test_an_archive_waits_until_one_has_seen_where_it_would_be_unpacked(
    qtbot: QtBot,
    browse_registry: Registry,
    browse_projects: ProjectService,
    browse_jobs: JobRunner,
    window: QWidget,
    start_page: StartPage,
    make_browse_folder: BrowseFolder,
    tmp_path: Path,
) -> None:
    imports = ImportService(browse_registry, unpacked=tmp_path / "unpacked")
    controller = ImportsController(
        imports=imports,
        projects=browse_projects,
        formats=imports.list_formats(),
        make_sample=lambda folder, _progress: folder,
        sample_name="Sample",
        sample_folder=tmp_path / "sample",
        jobs=browse_jobs,
        window=window,
        start_page=start_page,
    )
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", make_browse_folder("archive")))
    dialog = controller.new_project(archive)
    qtbot.waitUntil(lambda: dialog._source._unpack.path() is not None)
    assert dialog.step is Step.SOURCE and not (tmp_path / "unpacked").exists()
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    _wait_for(qtbot, dialog, Step.PREVIEW)
    qtbot.mouseClick(dialog._next, Qt.MouseButton.LeftButton)
    _wait_for(qtbot, dialog, Step.REPORT)
    (project,) = browse_projects.list_projects()
    assert (project.n_images, project.n_annotations) == (8, 7)
    assert project.root.is_relative_to(tmp_path / "unpacked")
    dialog.reject()


def test_changes_are_shown_before_they_are_taken(
    qtbot: QtBot, make_controller: MakeController, browse_project: Project
) -> None:
    file = browse_project.root / "coco.json"
    document = json.loads(file.read_text())
    document["annotations"][0]["bbox"][0] += 1
    document["annotations"][0].pop("segmentation", None)
    file.write_text(json.dumps(document))
    dialog = make_controller().add_to(browse_project, file)
    _wait_for(qtbot, dialog, Step.PREVIEW)
    row = dialog.preview_page._changes
    qtbot.mouseClick(row._show, Qt.MouseButton.LeftButton)
    (shown,) = dialog.findChildren(DifferencesDialog)
    qtbot.waitUntil(lambda: shown._picture._image is not None)
    shown.reject()
    dialog.reject()


def test_the_reports_of_a_project_are_listed(
    qtbot: QtBot, make_controller: MakeController, browse_project: Project
) -> None:
    shown = make_controller().show_reports(browse_project)
    qtbot.waitUntil(lambda: shown._list.count() == 1)
    assert "8 new images, 7 new annotations" in shown._list.item(0).text()
    assert shown._page._words.text().startswith("Classes: ")
    shown.reject()
