"""Choosing many images in the grid, by mouse and by keys alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.projects import AnnotatedImage
from ui.images.image_browser import ImageBrowser
from ui.images.image_grid import ImageGrid, ViewMode

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
MILLION = 1_000_000


def _ids(*numbers: int) -> ImageIds:
    return ImageIds(np.array(numbers, dtype=np.int64))


@pytest.fixture
def browser(qtbot: QtBot) -> ImageBrowser:
    browser = ImageBrowser()
    qtbot.addWidget(browser)
    browser.resize(900, 640)
    browser.show()
    qtbot.waitExposed(browser)
    browser.set_images(_ids(*range(100, 140)), 40)
    return browser


@pytest.fixture
def grid(browser: ImageBrowser) -> ImageGrid:
    browser.grid.setFocus()
    return browser.grid


def _click(grid: ImageGrid, row: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, keys, grid.visualRect(grid.model().index(row, 0)).center())


def _rows(grid: ImageGrid) -> list[int]:
    return [int(image) - 100 for image in grid.chosen_ids()]


def test_a_click_chooses_one_control_adds_shift_extends(grid: ImageGrid) -> None:
    _click(grid, 2)
    assert _rows(grid) == [2]
    _click(grid, 5, CONTROL)
    assert _rows(grid) == [2, 5]
    _click(grid, 7, SHIFT)
    assert _rows(grid) == [5, 6, 7]
    _click(grid, 1, CONTROL)
    _click(grid, 3, SHIFT | CONTROL)
    assert _rows(grid) == [1, 2, 3, 5, 6, 7]
    _click(grid, 6, CONTROL)
    assert _rows(grid) == [1, 2, 3, 5, 7]
    _click(grid, 3)
    assert _rows(grid) == [3], "a click on one of many chooses it alone when the button is let go"


def test_keys_move_extend_toggle_and_choose_all(qtbot: QtBot, grid: ImageGrid) -> None:
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    first = grid.currentIndex().row()
    assert _rows(grid) == [first]
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert _rows(grid) == [first, first + 1, first + 2]
    qtbot.keyClick(grid, Qt.Key.Key_Left, SHIFT)
    assert _rows(grid) == [first, first + 1]
    qtbot.keyClick(grid, Qt.Key.Key_End, CONTROL)
    assert grid.currentIndex().row() == 39
    assert _rows(grid) == [first, first + 1], "Ctrl moves without choosing"
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert _rows(grid) == [first, first + 1, 39]
    qtbot.keyClick(grid, Qt.Key.Key_Space)
    assert _rows(grid) == [first, first + 1]
    qtbot.keyClick(grid, Qt.Key.Key_I, CONTROL | SHIFT)
    assert grid.n_chosen == 38
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert grid.n_chosen == 40
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.n_chosen == 0
    qtbot.keyClick(grid, Qt.Key.Key_Home, SHIFT)
    assert grid.n_chosen == 40


def test_a_rubber_band_chooses_what_it_touches(qtbot: QtBot, grid: ImageGrid) -> None:
    _click(grid, 12)
    n = grid.n_columns
    start = grid.visualRect(grid.model().index(1, 0)).center()
    end = grid.visualRect(grid.model().index(n + 2, 0)).center()
    QTest.mousePress(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    qtbot.mouseMove(grid.viewport(), start + QPoint(30, 30))
    qtbot.mouseMove(grid.viewport(), end)
    QTest.mouseMove(grid.viewport(), end)
    QApplication.processEvents()
    assert _rows(grid) == [1, 2, n + 1, n + 2]
    QTest.mouseRelease(grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, end)
    assert _rows(grid) == [1, 2, n + 1, n + 2]


def test_the_foot_says_how_many_of_how_many(qtbot: QtBot, browser: ImageBrowser, grid: ImageGrid) -> None:
    button = QPushButton("Assign")
    browser.add_selection_widget(button)
    assert not button.isVisible()
    with qtbot.waitSignal(browser.selection_changed):
        _click(grid, 2)
    _click(grid, 4, CONTROL)
    assert browser.selection_bar.text == "2 of 40 chosen"
    assert button.isVisible()
    qtbot.mouseClick(browser.selection_bar._none, LEFT)
    assert browser.n_chosen == 0
    assert not button.isVisible()


def test_what_is_chosen_stays_so_where_it_is_still_listed(browser: ImageBrowser, grid: ImageGrid) -> None:
    for row in (1, 3, 8):
        _click(grid, row, CONTROL)
    browser.set_images(_ids(108, 107, 105, 101), 40, filter_text="named so")
    assert list(grid.chosen_ids()) == ["108", "101"]
    assert browser.selection_bar.text == "2 of 4 chosen"


def test_a_right_click_beside_the_chosen_chooses_that_one(browser: ImageBrowser, grid: ImageGrid) -> None:
    _click(grid, 1)
    _click(grid, 2, CONTROL)
    for row, expected in ((2, [1, 2]), (5, [5])):
        QTest.mousePress(
            grid.viewport(), RIGHT, Qt.KeyboardModifier.NoModifier, grid.visualRect(grid.model().index(row, 0)).center()
        )
        assert _rows(grid) == expected


def test_others_add_sections_to_the_menu(qtbot: QtBot, browser: ImageBrowser, grid: ImageGrid) -> None:
    told: list[list[str]] = []

    def build(menu: QMenu, chosen: ImageIds) -> None:
        told.append(list(chosen))
        menu.addAction("Assign class…")

    browser.add_menu_section("Classes", build)
    browser.add_menu_section("Nothing", lambda menu, chosen: None)
    _click(grid, 3)
    menu = browser.context_menu()
    shown = [action.text() for action in menu.actions() if action.isVisible()]
    assert "Assign class…" in shown
    assert "Classes" in shown
    assert "Nothing" not in shown
    assert told == [["103"]]


def test_the_menu_key_asks_at_the_current_image(qtbot: QtBot, grid: ImageGrid) -> None:
    grid.menu_requested.disconnect()  # the offscreen screen cannot hold a menu open
    qtbot.keyClick(grid, Qt.Key.Key_Right, CONTROL)
    assert grid.n_chosen == 0
    with qtbot.waitSignal(grid.menu_requested):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
        QApplication.sendEvent(grid.viewport(), event)
    assert grid.n_chosen == 1
    with qtbot.waitSignal(grid.menu_requested):
        qtbot.keyClick(grid, Qt.Key.Key_F10, SHIFT)


def test_a_million_is_chosen_read_and_kept_within_frames(browser: ImageBrowser, grid: ImageGrid) -> None:
    every = ImageIds(np.arange(1, MILLION + 1, dtype=np.int64))
    browser.set_images(every, MILLION)
    spent = []
    for act in (
        grid.choose_all,
        grid.chosen_ids,
        lambda: browser.set_images(ImageIds(every.keys[::-1].copy()), MILLION),
        grid.invert_choice,
    ):
        began = time.thread_time()
        act()
        spent.append(time.thread_time() - began)
    assert grid.n_chosen == 0
    assert max(spent) < 0.1, spent


def test_letters_of_a_name_are_no_shortcuts(
    qtbot: QtBot, browser: ImageBrowser, grid: ImageGrid, make_annotated: Callable[..., AnnotatedImage]
) -> None:
    known = [make_annotated(number) for number in range(100, 104)]
    for one, name in zip(known, ("page.png", "apt.png", "area.png", "zoo.png"), strict=True):
        record = replace(one.image, id=ImageId(one.image.id[1:]), path=name)
        grid.set_records([replace(one, image=record)])
    _click(grid, 3)
    asked: list[int] = []
    browser.open_tag_menu = lambda: asked.append(1)  # type: ignore[method-assign]
    qtbot.keyClicks(grid, "apt")
    assert grid.current_image() == "101"
    assert not asked


def test_coming_back_to_one_of_the_chosen_keeps_them_chosen(grid: ImageGrid) -> None:
    _click(grid, 1)
    _click(grid, 5, SHIFT)
    grid.select_image(ImageId("103"))
    assert _rows(grid) == [1, 2, 3, 4, 5]
    assert grid.current_image() == "103"
    grid.select_image(ImageId("120"))
    assert _rows(grid) == [20]


def test_the_columns_are_chosen_by_keys_too(browser: ImageBrowser) -> None:
    assert not any("mns" in menu.title() for menu in browser.context_menu().findChildren(QMenu))
    browser.set_mode(ViewMode.LIST)
    menu = browser.context_menu()
    columns = next(one for one in menu.findChildren(QMenu) if "mns" in one.title())
    next(action for action in columns.actions() if action.text() == "Tags").trigger()
    assert "tags" not in [column.key for column, _, _ in browser.grid.header.places()]
