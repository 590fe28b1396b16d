"""The panel beside the grid against the real services."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from app.controllers.image_details import ImageDetailsController
from app.jobs import JobRunner
from core.domain.changes import Changes
from core.domain.projects import ImageFilter, Project
from core.projects.service import ProjectService
from ui.images.image_browser import ImageBrowser


def test_the_panel_follows_what_is_chosen(
    qtbot: QtBot, browse_projects: ProjectService, browse_jobs: JobRunner, browse_project: Project
) -> None:
    browser = ImageBrowser()
    qtbot.addWidget(browser)
    browser.show()
    controller = ImageDetailsController(projects=browse_projects, jobs=browse_jobs, browser=browser)
    controller.show_project(browse_project)
    ids = browse_projects.list_image_ids(ImageFilter(browse_project.id))
    browser.set_images(ids, len(ids))
    browser.show_details(True)
    browser.grid.choose_all()
    qtbot.waitUntil(lambda: browser.details.title == f"{len(ids)} images")
    browser.grid.choose_only(0)
    qtbot.waitUntil(lambda: "Datasets" in dict(browser.details.facts))
    assert dict(browser.details.facts)["Datasets"] == "in none"
    browser.grid.choose_none()
    qtbot.waitUntil(lambda: browser.details.title == "Nothing is chosen")
    controller.refresh(Changes.of(image_lists=[browse_project.id]))
