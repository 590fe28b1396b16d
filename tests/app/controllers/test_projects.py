from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.controllers.projects import ProjectsController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.changes import Changes
from core.domain.ids import ProjectId, RunId
from core.domain.imports import ImportSource
from core.domain.messages import UserMessage
from core.domain.projects import Project
from core.imports.service import ImportService
from core.projects.service import ProjectService
from ui.projects.dialogs import RemoveProjectDialog, RenameProjectDialog
from ui.projects.project_actions import EXPORT, IMPORT, TRAIN
from ui.projects.project_page import ProjectPage
from ui.projects.recent_projects import NAME
from ui.projects.start_page import StartPage

BrowseFolder = Callable[..., Path]


@pytest.fixture
def start_page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def page(qtbot: QtBot) -> ProjectPage:
    page = ProjectPage(QWidget())
    qtbot.addWidget(page)
    page.show()
    qtbot.waitExposed(page)
    return page


@pytest.fixture
def controller(
    browse_projects: ProjectService, browse_jobs: JobRunner, start_page: StartPage, page: ProjectPage
) -> ProjectsController:
    made = ProjectsController(projects=browse_projects, jobs=browse_jobs, start_page=start_page, project_page=page)
    browse_jobs.changed.connect(made.refresh)
    return made


def _recent(start_page: StartPage) -> list[str]:
    model = start_page._recent.model()
    return [model.index(row, NAME).data() for row in range(model.rowCount())]


def test_recent_projects_are_listed_last_opened_first(
    qtbot: QtBot,
    controller: ProjectsController,
    start_page: StartPage,
    browse_imports: ImportService,
    browse_project: Project,
    make_browse_folder: BrowseFolder,
) -> None:
    other = make_browse_folder("birds")
    browse_imports.commit(ImportSource(other / "coco.json", other), project_name="Birds")
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(browse_project.id)
    qtbot.waitUntil(lambda: _recent(start_page) == ["Pages", "Birds"])


def test_opening_shows_folders_classes_and_counts(
    qtbot: QtBot, controller: ProjectsController, page: ProjectPage, browse_project: Project
) -> None:
    with qtbot.waitSignal(controller.project_opened) as opened:
        controller.open_project(browse_project.id)
    assert opened.args is not None
    assert opened.args[0].id == browse_project.id
    assert controller.current is not None
    assert page._header._title.text() == "Pages"
    assert "8 images, 8 annotated, 7 annotations" in page._header._subtitle.text()
    top = page._folders.model().index(0, 0)
    assert [page._folders.model().index(row, 0, top).data() for row in range(2)] == ["train", "val"]
    assert page.action(TRAIN).isEnabled()


def test_opening_what_does_not_exist_raises_a_message(qtbot: QtBot, controller: ProjectsController) -> None:
    with qtbot.waitSignal(controller.message_raised) as raised:
        controller.open_project("nothing")  # type: ignore[arg-type]
    assert raised.args is not None
    assert raised.args[0].text
    assert controller.current is None


def test_a_missing_folder_is_said_on_the_page(
    qtbot: QtBot, controller: ProjectsController, page: ProjectPage, browse_project: Project
) -> None:
    shutil.rmtree(browse_project.root)
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(browse_project.id)
    assert page.banner.isVisible()
    assert str(browse_project.root) in page.banner.plain_text()
    assert not page.action(TRAIN).isEnabled()
    assert "not on this computer" in page.action(IMPORT).toolTip()
    assert page.action(EXPORT).isEnabled(), "annotations are in the registry"


def test_a_project_without_annotations_cannot_be_trained_on(
    qtbot: QtBot,
    controller: ProjectsController,
    page: ProjectPage,
    browse_imports: ImportService,
    make_browse_folder: BrowseFolder,
) -> None:
    root = make_browse_folder("bare")
    (root / "coco.json").unlink()
    report = browse_imports.commit(ImportSource(root), project_name="Bare")
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(report.project)
    assert not page.action(TRAIN).isEnabled()
    assert "has an annotation" in page.action(TRAIN).toolTip()
    assert "has an annotation" in page.action(EXPORT).toolTip()
    assert page.action(IMPORT).isEnabled()


def test_renaming_changes_page_and_list(
    qtbot: QtBot,
    controller: ProjectsController,
    start_page: StartPage,
    page: ProjectPage,
    browse_project: Project,
) -> None:
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(browse_project.id)
    controller.ask_new_name(browse_project)
    dialog = page.findChild(RenameProjectDialog)
    assert dialog is not None
    dialog._name.setText("Old prints")
    with qtbot.waitSignal(controller.project_changed):
        qtbot.mouseClick(dialog._rename, Qt.MouseButton.LeftButton)
    assert page._header._title.text() == "Old prints"
    qtbot.waitUntil(lambda: _recent(start_page) == ["Old prints"])


def test_the_new_name_of_a_project_is_taken_back(
    qtbot: QtBot,
    start_page: StartPage,
    page: ProjectPage,
    browse_jobs: JobRunner,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    undo = UndoHistory(browse_jobs)
    said: list[UserMessage] = []
    undo.message_raised.connect(said.append)
    controller = ProjectsController(
        projects=browse_projects, jobs=browse_jobs, undo=undo, start_page=start_page, project_page=page
    )
    undo.show_project(browse_project.id)

    def name() -> str:
        return browse_projects.get_project(browse_project.id).name

    controller.ask_new_name(browse_project)
    dialog = page.findChild(RenameProjectDialog)
    assert dialog is not None
    dialog._name.setText("Old prints")
    with qtbot.waitSignal(undo.changed):
        qtbot.mouseClick(dialog._rename, Qt.MouseButton.LeftButton)
        dialog.reject()  # before there is an answer
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert undo.undo_text == 'the name "Old prints" of the project'
    undo.undo()
    qtbot.waitUntil(lambda: name() == browse_project.name)
    undo.redo()
    qtbot.waitUntil(lambda: name() == "Old prints")
    browse_projects.rename_project(browse_project.id, "Of another window")
    undo.undo()
    qtbot.waitUntil(lambda: bool(said))
    assert said[0].text == "The project has been renamed since: this cannot be taken back any more."
    assert name() == "Of another window"


def test_only_what_has_changed_is_read_anew(
    qtbot: QtBot,
    controller: ProjectsController,
    browse_projects: ProjectService,
    browse_project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(browse_project.id)
    read: list[str] = []
    for name in ("list_projects", "get_project", "list_folders", "list_categories"):
        verb = getattr(browse_projects, name)

        def noting(*given: object, name: str = name, verb: Callable[..., object] = verb, **more: object) -> object:
            read.append(name)
            return verb(*given, **more)

        monkeypatch.setattr(browse_projects, name, noting)
    here = browse_project.id
    for changes, expected in (
        (Changes.of(projects=[here], renamed=[here]), ["list_projects", "get_project"]),
        (Changes.of(folders=[here]), ["get_project", "list_folders"]),
        (Changes.of(categories=[here]), ["get_project", "list_categories"]),
    ):
        with qtbot.waitSignal(controller.project_changed):
            controller.refresh(changes)
        assert read == expected
        read.clear()
    other = ProjectId("other")
    controller.refresh(Changes.of(folders=[other], categories=[other], runs=[RunId("r")], image_lists=[here]))
    qtbot.wait(50)
    assert read == []


def test_the_project_opened_last_is_not_overrun_by_a_refresh(
    qtbot: QtBot,
    controller: ProjectsController,
    browse_imports: ImportService,
    browse_project: Project,
    make_browse_folder: BrowseFolder,
) -> None:
    other = make_browse_folder("birds")
    report = browse_imports.commit(ImportSource(other / "coco.json", other), project_name="Birds")
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(browse_project.id)
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(report.project)
        controller.refresh(Changes.whole_project(browse_project.id))
    qtbot.waitUntil(lambda: controller._jobs.n_busy == 0)
    assert controller.current is not None
    assert controller.current.name == "Birds"


def test_a_refused_name_is_said_in_the_dialog(
    qtbot: QtBot,
    controller: ProjectsController,
    page: ProjectPage,
    browse_imports: ImportService,
    browse_project: Project,
    make_browse_folder: BrowseFolder,
) -> None:
    other = make_browse_folder("birds")
    browse_imports.commit(ImportSource(other / "coco.json", other), project_name="Birds")
    controller.ask_new_name(browse_project)
    dialog = page.findChild(RenameProjectDialog)
    assert dialog is not None
    dialog._name.setText("Birds")
    qtbot.mouseClick(dialog._rename, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Birds" in dialog._problem.text())
    assert dialog.isVisible()
    dialog.reject()


def test_removing_asks_first_and_keeps_the_files(
    qtbot: QtBot,
    controller: ProjectsController,
    start_page: StartPage,
    page: ProjectPage,
    browse_projects: ProjectService,
    browse_project: Project,
) -> None:
    messages: list[UserMessage] = []
    controller.message_raised.connect(messages.append)
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(browse_project.id)
    before = sorted(browse_project.root.rglob("*"))
    controller.ask_removal(browse_project)
    dialog = page.findChild(RemoveProjectDialog)
    assert dialog is not None
    assert browse_projects.find_project("Pages") is not None
    with qtbot.waitSignal(controller.project_removed) as removed:
        dialog.accept()
    assert removed.args == [browse_project.id]
    qtbot.waitUntil(lambda: controller._jobs.n_busy == 0)
    assert messages == [], "that it cannot be read anew is no news"
    assert _recent(start_page) == []
    assert browse_projects.find_project("Pages") is None
    assert sorted(browse_project.root.rglob("*")) == before


def test_wishes_of_the_page_are_passed_on(
    qtbot: QtBot, controller: ProjectsController, page: ProjectPage, browse_project: Project
) -> None:
    with qtbot.waitSignal(controller.project_opened):
        controller.open_project(browse_project.id)
    page._folders.select_folder("val")
    with qtbot.waitSignal(controller.train_requested) as wish:
        page.action(TRAIN).trigger()
    assert wish.args == [browse_project.id, ("val",)]
