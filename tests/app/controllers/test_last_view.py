"""The project's page comes back as it was left, against the real services."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.controllers.images import ImagesController
from app.controllers.last_view import COLUMNS, DETAILS, MODE, SIDE, VIEW, LastViewController
from app.jobs import JobRunner
from app.window_state import WindowMemory
from core.domain.image_order import SortKey, SortOrder
from core.domain.projects import Project
from core.images.thumbnails import ThumbnailCache
from core.projects.service import ProjectService
from ui.images.image_browser import ImageBrowser
from ui.images.image_grid import ViewMode
from ui.projects.project_page import ProjectPage


@dataclass
class Window:
    page: ProjectPage
    browser: ImageBrowser
    images: ImagesController
    last_view: LastViewController


@pytest.fixture
def open_window(
    qtbot: QtBot, tmp_path: Path, browse_projects: ProjectService, browse_jobs: JobRunner, browse_project: Project
) -> Callable[..., Window]:
    def open_it(memory: WindowMemory) -> Window:
        browser = ImageBrowser()
        page = ProjectPage(browser)
        page.offer_view("statistics", "Statistics")
        qtbot.addWidget(page)
        page.resize(1100, 700)
        page.show()
        images = ImagesController(
            projects=browse_projects,
            thumbnails=ThumbnailCache(tmp_path / "thumbnails"),
            jobs=browse_jobs,
            page=page,
            browser=browser,
        )
        last_view = LastViewController(memory=memory, page=page, browser=browser, images=images, parent=page)
        last_view.wish()
        page.show_project(browse_project)
        page.set_folders(browse_projects.list_folders(browse_project.id))
        page.set_categories(browse_projects.list_categories(browse_project.id))
        images.show_project(browse_project)
        last_view.show_project(browse_project)
        return Window(page, browser, images, last_view)

    return open_it


def test_the_view_comes_back(qtbot: QtBot, tmp_path: Path, open_window: Callable[..., Window]) -> None:
    memory = WindowMemory(tmp_path / "window.ini")
    window = open_window(memory)
    qtbot.waitUntil(lambda: len(window.browser.grid.ids) == 8)
    window.page.select_folder("train")
    window.images.sort(SortOrder(SortKey.NAME, is_descending=True))
    window.browser.filters.set_values("page", None, "")
    window.images.restore("page", None, "", '{"$and": [{"annotations": {"$gte": 0}}]}')
    window.browser.set_mode(ViewMode.LIST)
    window.browser.set_side(200)
    window.browser.show_details(True)
    window.browser.grid.header.set_shown("tags", False)
    qtbot.waitUntil(lambda: len(window.browser.grid.ids) == 4)
    chosen = window.browser.grid.ids[1]
    window.browser.grid.select_image(chosen)
    window.page.show_view("statistics")
    window.last_view.note()

    again = open_window(memory)
    qtbot.waitUntil(lambda: again.browser.grid.current_image() == chosen)
    assert again.page.selected_folder == "train"
    assert again.page.current_view == "statistics"
    assert again.browser.filters.search.text() == "page"
    assert again.images.order == SortOrder(SortKey.NAME, is_descending=True)
    assert again.images.filter is not None and again.images.filter.where is not None
    assert again.browser.grid.mode is ViewMode.LIST
    assert again.browser.grid.side == 200
    assert again.browser.are_details_shown
    assert "tags" not in [column.key for column, _, _ in again.browser.grid.header.places()]
    assert len(again.browser.grid.ids) == 4


@pytest.mark.parametrize("text", ["rubbish", '{"format": 1, "project": 3}'])
def test_a_view_that_cannot_be_read_opens_as_at_first(
    qtbot: QtBot, tmp_path: Path, open_window: Callable[..., Window], text: str
) -> None:
    memory = WindowMemory(tmp_path / "window.ini")
    for name in (VIEW, MODE, SIDE, COLUMNS, DETAILS):
        memory.remember(name, text)
    window = open_window(memory)
    qtbot.waitUntil(lambda: len(window.browser.grid.ids) == 8)
    assert window.browser.grid.mode is ViewMode.GRID
    assert window.page.current_view == "images"


def test_what_is_gone_meanwhile_is_left_out(
    qtbot: QtBot, tmp_path: Path, open_window: Callable[..., Window], browse_project: Project
) -> None:
    from app.view_memory import LastView, to_text

    memory = WindowMemory(tmp_path / "window.ini")
    view = LastView(browse_project.id, "nowhere", "gone", ("999",), top="77", current="88", where='{"colour": 1}')
    memory.remember(VIEW, to_text(view))
    window = open_window(memory)
    qtbot.waitUntil(lambda: len(window.browser.grid.ids) == 8)
    assert window.browser.n_chosen == 0
