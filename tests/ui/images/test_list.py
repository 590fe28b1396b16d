"""The list with columns on the same images as the grid."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.image_order import SortKey, SortOrder
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageRecord, ImageState
from ui.images.column_header import ColumnHeader
from ui.images.image_browser import ImageBrowser
from ui.images.image_columns import COLUMNS, names_of
from ui.images.image_grid import ViewMode
from ui.widgets.formatting import count

CATEGORIES = (Category(CategoryId("1"), "line", 0), Category(CategoryId("2"), "picture", 1))


def _annotated(number: int, state: ImageState = ImageState.OK) -> AnnotatedImage:
    record = ImageRecord(
        ImageId(str(number)), ProjectId("p"), f"train/{number:03d}.png", 4000, 300, 1, "0" * 64, 2_500_000, state
    )
    shapes = tuple(
        Annotation(AnnotationId(f"{number}-{k}"), record.id, CategoryId(k), Box(0, 0, 9, 9)) for k in ("1", "2", "1")
    )
    return AnnotatedImage(record, shapes, ("hard",), "val")


@pytest.fixture
def browser(qtbot: QtBot) -> ImageBrowser:
    browser = ImageBrowser()
    qtbot.addWidget(browser)
    browser.resize(1000, 640)
    browser.show()
    qtbot.waitExposed(browser)
    browser.grid.set_categories(CATEGORIES)
    browser.set_images(ImageIds(np.arange(100, 2100, dtype=np.int64)), 2000)
    return browser


def test_every_column_says_its_fact() -> None:
    said = {column.key: column.text(_annotated(7), names_of(CATEGORIES)) for column in COLUMNS}
    assert said["name"] == "007.png"
    assert said["folder"] == "train"
    assert said["annotations"] == "3"
    assert said["classes"] == "line 2, picture 1"
    assert said["pixels"] == f"{count(4000)} × 300"
    assert said["bytes"] == "2.5 MB"
    assert (said["set"], said["tags"], said["added"], said["state"]) == ("val", "hard", "–", "")
    damaged = next(column for column in COLUMNS if column.key == "state")
    assert damaged.text(_annotated(7, ImageState.DAMAGED), {}) == "Damaged"


def test_the_list_keeps_what_is_chosen_and_what_is_in_sight(qtbot: QtBot, browser: ImageBrowser) -> None:
    grid = browser.grid
    grid.select_image(ImageId("1500"))
    browser.set_mode(ViewMode.LIST)
    assert grid.n_columns == 1
    assert grid.header.isVisible()
    assert list(grid.chosen_ids()) == ["1500"]
    assert 1400 in grid.visible_rows()
    assert grid.visualRect(grid.model().index(1400, 0)).height() < 50
    qtbot.keyClick(grid, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert list(grid.chosen_ids()) == ["1500", "1501"]
    browser.set_mode(ViewMode.GRID)
    assert not grid.header.isVisible()
    assert grid.n_columns > 1
    assert 1401 in grid.visible_rows()


def test_rows_are_painted_with_small_thumbnails_under_the_heads(
    qtbot: QtBot, browser: ImageBrowser, make_thumbnail: Callable[..., QImage]
) -> None:
    grid = browser.grid
    browser.set_mode(ViewMode.LIST)
    with qtbot.waitSignal(grid.thumbnails_wanted) as wanted:
        grid.ask_anew()
    assert wanted.args is not None and wanted.args[1] == 128
    grid.set_records([_annotated(number) for number in range(100, 140)])
    grid.set_thumbnail(ImageId("100"), make_thumbnail(colour="#ff0000"))
    shot = grid.viewport().grab().toImage()
    red = [QPoint(x, y) for x in range(50) for y in range(40) if shot.pixelColor(x, y).name() == "#ff0000"]
    assert len(red) > 100, "the picture of the first row is in its name's column"


def test_a_head_sorts_and_sorts_the_other_way(qtbot: QtBot, browser: ImageBrowser) -> None:
    browser.set_mode(ViewMode.LIST)
    header = browser.grid.header
    at = [column.key for column in COLUMNS].index("bytes")

    def click() -> None:
        place = QPoint(header.sectionViewportPosition(at) + 20, header.height() // 2)
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    with qtbot.waitSignal(browser.sort_requested) as wish:
        click()
    assert wish.args == [SortOrder(SortKey.SIZE)]
    browser.set_order(SortOrder(SortKey.SIZE))
    with qtbot.waitSignal(browser.sort_requested) as wish:
        click()
    assert wish.args == [SortOrder(SortKey.SIZE, is_descending=True)]


def test_the_sort_menu_wishes_the_same(qtbot: QtBot, browser: ImageBrowser) -> None:
    with qtbot.waitSignal(browser.sort_requested) as wish:
        browser.controls._keys[SortKey.ADDED].trigger()
    assert wish.args == [SortOrder(SortKey.ADDED)]
    browser.set_order(SortOrder(SortKey.ADDED))
    with qtbot.waitSignal(browser.sort_requested) as wish:
        browser.controls._directions[True].trigger()
    assert wish.args == [SortOrder(SortKey.ADDED, is_descending=True)]


def test_columns_are_chosen_moved_and_remembered(qtbot: QtBot) -> None:
    header = ColumnHeader()
    qtbot.addWidget(header)
    header.set_shown("tags", False)
    header.set_shown("state", True)
    header.set_shown("name", False)
    header.moveSection(header.visualIndex(1), 3)
    header.resizeSection(0, 333)
    keys = [column.key for column, _, _ in header.places()]
    assert keys[0] == "name"
    assert "tags" not in keys
    assert keys[-1] == "state"
    again = ColumnHeader()
    qtbot.addWidget(again)
    again.restore(header.remembered())
    assert again.places() == header.places()
    again.restore("")
    assert "tags" in [column.key for column, _, _ in again.places()]


@pytest.mark.parametrize(
    "text",
    [
        "rubbish",
        "[]",
        json.dumps({"format": 99, "columns": [["name", 10, True]]}),
        json.dumps({"format": 1, "columns": 7}),
        json.dumps({"format": 1, "columns": [["name", "wide", True], [1, 2], ["unknown", 50, True]]}),
    ],
)
def test_a_layout_that_cannot_be_read_is_as_at_first(qtbot: QtBot, text: str) -> None:
    header, first = ColumnHeader(), ColumnHeader()
    for one in (header, first):
        qtbot.addWidget(one)
    header.restore(text)
    assert header.places() == first.places()
