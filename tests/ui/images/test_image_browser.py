from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.domain.ids import ImageId
from core.domain.image_order import SortKey, SortOrder
from ui.images.image_browser import ImageBrowser
from ui.images.quick_filters import WITHOUT_CONCEPT
from ui.theme import ThemeMode, apply_theme

IDS = tuple(ImageId(f"i{number}") for number in range(12))


@pytest.fixture
def browser(qtbot: QtBot) -> ImageBrowser:
    browser = ImageBrowser()
    qtbot.addWidget(browser)
    browser.resize(900, 640)
    browser.show()
    qtbot.waitExposed(browser)
    return browser


def _button(browser: ImageBrowser, text: str) -> QPushButton:
    return next(b for b in browser.findChildren(QPushButton) if b.text() == text and b.isVisible())


def test_the_status_says_how_many_of_how_many(browser: ImageBrowser) -> None:
    browser.set_images(IDS, 12)
    assert browser.status_text == "12 images"
    browser.set_images(IDS[:5], 12, filter_text='in "train"')
    assert browser.status_text == '5 of 12 images  ·  in "train"'


def test_typing_searches_after_a_pause(qtbot: QtBot, browser: ImageBrowser) -> None:
    browser.set_images(IDS, 12)
    browser.filters.search.setFocus()
    with qtbot.waitSignal(browser.search_changed) as wish:
        qtbot.keyClicks(browser.filters.search, "page 7")
    assert wish.args == ["page 7"]


def test_choosing_annotated_images_announces_it(qtbot: QtBot, browser: ImageBrowser) -> None:
    with qtbot.waitSignal(browser.annotated_changed) as wish:
        browser.filters.annotated.setCurrentIndex(2)
    assert wish.args == [False]
    with qtbot.waitSignal(browser.annotated_changed) as wish:
        browser.filters.annotated.setCurrentIndex(3)
    assert wish.args == [WITHOUT_CONCEPT]
    browser.filters.reset_one("is_without_concept")
    assert browser.filters.annotated.currentData() is None
    browser.filters.set_values("", None, "", is_without_concept=True)
    assert browser.filters.annotated.currentText() == "Without concept"


def test_no_match_offers_to_clear_the_filters(qtbot: QtBot, browser: ImageBrowser) -> None:
    browser.set_images((), 12, filter_text='named "zzz"')
    assert not browser.grid.isVisible()
    with qtbot.waitSignal(browser.clear_filters_requested):
        qtbot.mouseClick(browser._empty._button, Qt.MouseButton.LeftButton)


def test_an_empty_project_offers_to_import(qtbot: QtBot, browser: ImageBrowser) -> None:
    browser.set_images((), 0)
    with qtbot.waitSignal(browser.import_requested):
        qtbot.mouseClick(_button(browser, "Import…"), Qt.MouseButton.LeftButton)


def test_resetting_the_filters_announces_nothing(qtbot: QtBot, browser: ImageBrowser) -> None:
    browser.filters.search.setText("page")
    browser.filters.annotated.setCurrentIndex(1)
    with qtbot.assertNotEmitted(browser.annotated_changed):
        browser.filters.reset()
    assert browser.filters.search.text() == ""
    assert browser.filters.annotated.currentData() is None


def test_loading_and_problems_take_the_place_of_the_grid(browser: ImageBrowser) -> None:
    browser.set_images(IDS, 12)
    assert browser.grid.isVisible()
    browser.show_loading()
    assert not browser.grid.isVisible()
    assert browser.grid.ids == ()
    browser.set_problem("The registry cannot be read.", "Close the other program.")
    assert browser._empty._heading.text() == "The registry cannot be read."


def test_the_bar_has_room_for_the_ground_truth_in_a_window_of_960_pixels(qtbot: QtBot, browser: ImageBrowser) -> None:
    browser.set_tags({"label suspicious": 1_000})
    browser.setMinimumWidth(1)  # as in the window, which gives it no more than there is
    for key in SortKey:
        browser.set_order(SortOrder(key))
        browser.resize(552, 500)  # what the other parts of such a window leave
        box = browser.controls.ground_truth
        qtbot.waitUntil(lambda box=box: browser.width() == 552 and box.width() >= box.sizeHint().width())  # type: ignore[misc]
        browser.resize(900, 500)
    assert browser.controls._sort.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon


def test_the_search_gets_the_room_that_is_free(qtbot: QtBot, browser: ImageBrowser) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, ThemeMode.LIGHT)  # its style takes room too
    browser.set_tags({"hard case": 9})
    browser.setMinimumWidth(1)
    browser.show()
    search = browser.filters.search
    beside = search.height() + search.fontMetrics().height()  # the sign and the borders
    needed = search.fontMetrics().horizontalAdvance(search.placeholderText()) + beside
    for width in (800, 1400):  # what the other parts of a window of 1280 pixels leave, and of a large one
        browser.resize(width, 500)
        qtbot.waitUntil(lambda: search.width() >= needed)
        browser.resize(552, 500)
        qtbot.waitUntil(lambda: search.width() < needed)
