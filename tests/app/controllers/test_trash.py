"""Removing images in the grid, the trash of a project and removed projects, on a real registry."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QMessageBox
from pytestqt.qtbot import QtBot

from app.controllers.images import ImagesController
from app.controllers.removed_projects import RemovedProjectsController
from app.controllers.removing import RemovingController
from app.controllers.trash import TrashController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.projects import Project
from core.images.thumbnails import ThumbnailCache
from core.projects.service import ProjectService
from core.registry.database import Registry
from core.trash.service import TrashService
from ui.images.image_browser import ImageBrowser
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import StartPage


class Desk:
    def __init__(
        self,
        qtbot: QtBot,
        registry: Registry,
        projects: ProjectService,
        jobs: JobRunner,
        project: Project,
        thumbnails: ThumbnailCache,
    ) -> None:
        self.projects, self.project, self.jobs = projects, project, jobs
        self.service = TrashService(registry)
        self.browser = ImageBrowser()
        self.page = ProjectPage(self.browser)
        qtbot.addWidget(self.page)
        self.page.resize(1100, 700)
        self.page.show()
        images = ImagesController(
            projects=projects, thumbnails=thumbnails, jobs=jobs, page=self.page, browser=self.browser
        )
        self.undo = UndoHistory(jobs)
        services = SimpleNamespace(trash=self.service)
        self.removing = RemovingController(services=services, jobs=jobs, undo=self.undo, browser=self.browser)
        self.trash = TrashController(trash=self.service, jobs=jobs, undo=self.undo)
        qtbot.addWidget(self.trash.page)
        self.said: list[object] = []
        self.removing.message_raised.connect(self.said.append)
        self.undo.message_raised.connect(self.said.append)
        jobs.changed.connect(images.refresh)
        jobs.changed.connect(self.trash.refresh)
        self.page.show_project(project)
        images.show_project(project)
        self.removing.show_project(project)
        self.undo.show_project(project.id)
        qtbot.waitUntil(lambda: len(self.browser.grid.ids) == project.n_images)


def agree(dialog: object) -> None:
    assert isinstance(dialog, QMessageBox)
    verb = next(b for b in dialog.buttons() if dialog.buttonRole(b) is QMessageBox.ButtonRole.AcceptRole)
    assert isinstance(verb, QAbstractButton)
    verb.click()


@pytest.fixture
def desk(qtbot, browse_registry, browse_projects, browse_jobs, browse_project, browse_thumbnails) -> Iterator[Desk]:
    yield Desk(qtbot, browse_registry, browse_projects, browse_jobs, browse_project, browse_thumbnails)


def test_delete_asks_removes_and_is_undone(desk: Desk, qtbot: QtBot) -> None:
    grid = desk.browser.grid
    desk.page.activateWindow()
    grid.setFocus()
    qtbot.waitUntil(grid.hasFocus)
    grid.choose_all()
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert "Remove 8 images from the project?" in desk.removing.dialog.text()
    assert "The files stay" in desk.removing.dialog.informativeText()
    agree(desk.removing.dialog)
    qtbot.waitUntil(lambda: not len(grid.ids))
    qtbot.waitUntil(lambda: bool(desk.said))
    assert desk.said[-1].text == "8 images removed from the project; the files stay."
    assert desk.undo.undo_text == "the removal of 8 images"
    assert all((desk.project.root / f"train/page {n}.png").is_file() for n in (0, 2, 4, 6))
    desk.undo.undo()
    qtbot.waitUntil(lambda: len(grid.ids) == 8)
    desk.undo.redo()
    qtbot.waitUntil(lambda: not len(grid.ids))


def test_what_is_in_the_trash_is_listed_restored_and_forgotten(desk: Desk, qtbot: QtBot) -> None:
    images = list(desk.browser.grid.ids)
    desk.jobs.run(lambda: desk.service.remove_images(desk.project.id, images[:3]))
    qtbot.waitUntil(lambda: len(desk.browser.grid.ids) == 5)
    page = desk.trash.page
    page.show()
    desk.trash.show_project(desk.project)
    table = page._table
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    assert page._counts.text().startswith("3 images with ")
    assert not page._restore.isEnabled()
    table.selectRow(0)
    assert page._restore.isEnabled()
    page._restore.click()
    qtbot.waitUntil(lambda: len(desk.browser.grid.ids) == 6 and table.model().rowCount() == 2)
    page._empty_all.click()
    qtbot.waitUntil(lambda: desk.trash.dialog is not None)
    assert "Forget 2 images with " in desk.trash.dialog.text()
    agree(desk.trash.dialog)
    qtbot.waitUntil(lambda: table.model().rowCount() == 0)
    assert page._stack.currentIndex() == 1
    assert desk.service.count_images(desk.project.id) == (0, 0)


def test_a_removed_project_is_restored_from_the_start_page(desk: Desk, qtbot: QtBot) -> None:
    start = StartPage()
    qtbot.addWidget(start)
    start.show()
    controller = RemovedProjectsController(
        services=SimpleNamespace(trash=desk.service), jobs=desk.jobs, start_page=start, window=start
    )
    desk.jobs.changed.connect(controller.refresh)
    controller.show()
    assert not start._removed.isVisible()
    desk.jobs.run(lambda: desk.projects.remove_project(desk.project.id))
    qtbot.waitUntil(start._removed.isVisible)
    assert start._removed.text() == "Removed projects (1)…"
    start._removed.click()
    qtbot.waitUntil(lambda: controller.dialog is not None and controller.dialog._model.rowCount() == 1)
    controller.dialog._restore.click()
    qtbot.waitUntil(lambda: not start._removed.isVisible())
    assert [one.name for one in desk.projects.list_projects()] == ["Pages"]
    controller.dialog.reject()
