"""Tags in the grid against the real services: given, filtered by, undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from app.controllers.images import ImagesController
from app.controllers.tags import TagsController
from app.jobs import JobRunner
from app.undo import UndoHistory
from core.domain.judgements import EXCLUDE, HARD_CASE, TRAIN_TAG
from core.images.thumbnails import ThumbnailCache
from core.judgements.bulk_tags import BulkTagService
from tests.core.judgements.predicted_shop import PredictedShop
from ui.images.image_browser import ImageBrowser
from ui.projects.project_page import ProjectPage
from ui.tagging.share_dialog import ShareDialog
from ui.tagging.tag_dialog import TagDialog


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[PredictedShop]:
    made = PredictedShop(tmp_path)
    yield made
    made.close()


@pytest.fixture
def browser(qtbot) -> ImageBrowser:
    return ImageBrowser()


@pytest.fixture
def tags(shop: PredictedShop, browser: ImageBrowser, qtbot) -> Iterator[TagsController]:
    page = ProjectPage(browser)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    jobs = JobRunner()
    images = ImagesController(
        projects=shop.projects, thumbnails=ThumbnailCache(shop.home.thumbnails), jobs=jobs, page=page, browser=browser
    )
    undo = UndoHistory(jobs)
    undo.show_project(shop.project)
    services = SimpleNamespace(tags=shop.tags, bulk_tags=BulkTagService(shop.registry))
    controller = TagsController(services=services, jobs=jobs, undo=undo, browser=browser)
    jobs.changed.connect(images.refresh)
    jobs.changed.connect(controller.refresh)
    project = shop.projects.get_project(shop.project)
    page.show_project(project)
    images.show_project(project)
    controller.show_project(project)
    qtbot.waitUntil(lambda: len(browser.grid.ids) == 32)
    browser.grid.select_image(browser.grid.ids[0])
    yield controller
    assert jobs.shutdown()


def test_an_image_is_tagged_shown_so_and_found_by_it(tags: TagsController, browser: ImageBrowser, qtbot) -> None:
    image = browser.grid.ids[0]
    menu = browser.tag_menu()
    next(action for action in menu.actions() if action.text() == HARD_CASE).trigger()
    qtbot.waitUntil(lambda: browser.grid.tags_of(image) == (HARD_CASE,))
    model = browser.grid.model()
    assert HARD_CASE in model.data(model.index(0, 0), 3)  # the tool tip
    qtbot.waitUntil(lambda: browser.filters.tag.findData(HARD_CASE) > 0)
    browser.filters.tag.setCurrentIndex(browser.filters.tag.findData(HARD_CASE))
    browser.filters.tag.activated.emit(browser.filters.tag.currentIndex())
    qtbot.waitUntil(lambda: list(browser.grid.ids) == [image])
    assert f'tagged "{HARD_CASE}"' in browser.status_text
    # Taken off, it is not in the list any more; undone, it is again.
    tags.tag((image,), HARD_CASE, False)
    qtbot.waitUntil(lambda: not len(browser.grid.ids))
    tags._undo.undo()
    qtbot.waitUntil(lambda: list(browser.grid.ids) == [image])


def test_a_whole_list_is_tagged_and_taken_back_at_once(
    shop: PredictedShop, tags: TagsController, browser: ImageBrowser, qtbot
) -> None:
    said = []
    tags.message_raised.connect(said.append)
    tags.tag(tuple(browser.grid.ids), EXCLUDE, True)
    qtbot.waitUntil(lambda: bool(said))
    assert said[0].text.startswith("32 images tagged")
    assert shop.tags.count(shop.project)[EXCLUDE] == 32
    assert tags._undo.undo_text == 'the tag "exclude" of 32 images'
    tags._undo.undo()
    qtbot.waitUntil(lambda: shop.tags.count(shop.project)[EXCLUDE] == 0)
    tags._undo.redo()
    qtbot.waitUntil(lambda: shop.tags.count(shop.project)[EXCLUDE] == 32)


def test_an_own_tag_stands_in_the_menu_from_then_on(tags: TagsController, browser: ImageBrowser, qtbot) -> None:
    tags._ask_name((browser.grid.ids[0],))
    tags.dialog.textValueSelected.emit("margin torn")
    tags.dialog.close()
    qtbot.waitUntil(lambda: "margin torn" in [action.text() for action in browser.tag_menu().actions()])


def _entry(browser: ImageBrowser, beginning: str):
    return next(action for action in browser.tag_menu().actions() if action.text().startswith(beginning))


def test_tags_of_many_are_edited_in_one_step(shop, tags: TagsController, browser: ImageBrowser, qtbot) -> None:
    shop.tags.add(browser.grid.ids[:3], EXCLUDE)
    browser.grid.choose_all()
    _entry(browser, "&Edit tags of 32 images").trigger()
    qtbot.waitUntil(lambda: isinstance(tags.dialog, TagDialog))
    assert "(3 of 32)" in tags.dialog.item_of(EXCLUDE).text()
    tags.dialog.item_of(EXCLUDE).setCheckState(Qt.CheckState.Unchecked)
    tags.dialog.item_of(HARD_CASE).setCheckState(Qt.CheckState.Checked)
    tags.dialog._take()
    qtbot.waitUntil(lambda: shop.tags.count(shop.project)[HARD_CASE] == 32)
    assert shop.tags.count(shop.project)[EXCLUDE] == 0
    qtbot.waitUntil(lambda: tags._undo.undo_text == "the tags of 32 images")
    tags._undo.undo()
    qtbot.waitUntil(lambda: shop.tags.count(shop.project)[EXCLUDE] == 3)
    assert shop.tags.count(shop.project)[HARD_CASE] == 0


def test_the_list_is_shared_out_by_chance_and_taken_back(shop, tags: TagsController, browser, qtbot) -> None:
    said = []
    tags.message_raised.connect(said.append)
    browser.grid.choose_none()
    _entry(browser, "&Share out").trigger()
    qtbot.waitUntil(lambda: isinstance(tags.dialog, ShareDialog))
    tags.dialog._take()
    qtbot.waitUntil(lambda: bool(said))
    numbers = shop.tags.count(shop.project)
    n = len(browser.grid.ids) if browser.grid.n_chosen == 0 else browser.grid.n_chosen
    assert sum(numbers[tag] for tag in ("train", "validation", "test")) == n
    assert f"{numbers[TRAIN_TAG]} train" in said[0].text
    qtbot.waitUntil(lambda: tags._undo.undo_text.startswith("sharing out"))
    tags._undo.undo()
    qtbot.waitUntil(lambda: shop.tags.count(shop.project)[TRAIN_TAG] == 0)


def test_many_images_are_tagged_with_progress(shop, tags: TagsController, browser, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("app.controllers.tags.AT_ONCE", 3)
    tags.edit(browser.grid.ids, (HARD_CASE,), ())
    qtbot.waitUntil(lambda: tags._undo.undo_text == 'the tag "hard case" of 32 images')
    assert shop.tags.count(shop.project)[HARD_CASE] == 32
