"""The statistics page: bars and cells lead to images, by mouse and by keys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from core.domain.ids import CategoryId
from core.domain.project_statistics import ClassStatistics, Distribution, Part, ProjectStatistics, n_bins
from core.domain.projects import OWN_COLOUR
from core.domain.snapshots import Split
from ui.statistics.bar_list import BarList
from ui.statistics.place_map import PlaceMap
from ui.statistics.statistics_page import StatisticsPage
from ui.theme import current_theme, theme_notifier


def statistics(n_images: int = 9) -> ProjectStatistics:
    classes = (
        ClassStatistics(CategoryId("1"), "line", 0, 5, 10, (6, 2, 1, 1)),
        ClassStatistics(CategoryId("2"), "initial", OWN_COLOUR | 0xFF0000, 2, 2, (2, 0, 0, 0)),
    )
    objects = {item: np.arange(2 * n_bins(item)).reshape(2, -1) for item in Distribution if item.is_of_objects}
    images = {item: np.arange(n_bins(item)) for item in Distribution if not item.is_of_objects}
    return ProjectStatistics(3, n_images, 7, 12, 1, (5, 2, 1, 1), classes, objects, images, (10, 10), (20, 20))


@pytest.fixture
def page(qtbot: QtBot) -> StatisticsPage:
    made = StatisticsPage()
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    made.show_statistics(statistics())
    return made


def bars_named(page: StatisticsPage, name: str) -> BarList:
    return next(found for found in page.findChildren(BarList) if found.accessibleName() == name)


def test_a_bar_of_a_class_is_opened_by_a_click_and_by_enter(page: StatisticsPage, qtbot: QtBot) -> None:
    bars = bars_named(page, "Annotations of each class, by set")
    assert [(bar.title, bar.total) for bar in bars.bars] == [("line", 10), ("initial", 2)]
    with qtbot.waitSignal(page.part_opened) as opened:
        QTest.mouseClick(
            bars.viewport(), Qt.MouseButton.LeftButton, pos=bars.visualRect(bars.model().index(0, 0)).center()
        )
    assert opened.args == [Part(category=CategoryId("1")), "with line"]
    bars.setFocus()
    with qtbot.waitSignal(page.part_opened) as opened:
        QTest.keyClick(bars, Qt.Key.Key_Down)
        QTest.keyClick(bars, Qt.Key.Key_Return)
    assert opened.args is not None
    assert opened.args[1] == "with initial"


def test_bars_of_sets_tell_which_images_they_are(page: StatisticsPage) -> None:
    bars = bars_named(page, "Images of each set").bars
    assert [bar.value for bar in bars] == [
        Part(split=Split.TRAIN),
        Part(split=Split.VAL),
        Part(split=Split.TEST),
        Part(is_without_set=True),
    ]
    assert page.words_of(Part(is_without_set=True)) == "in no set"


def test_objects_of_one_class_are_counted_alone(page: StatisticsPage) -> None:
    chooser = page.findChild(QComboBox)
    assert chooser is not None
    of_all = [bar.total for bar in bars_named(page, "side").bars]
    chooser.setCurrentIndex(2)
    of_one = [bar.total for bar in bars_named(page, "side").bars]
    assert of_one == list(range(8, 16))
    assert sum(of_one) < sum(of_all)
    assert bars_named(page, "side").bars[0].value == Part(CategoryId("2"), None, False, Distribution.SIDE, 0)
    assert (
        page.words_of(Part(CategoryId("2"), None, False, Distribution.PIXELS, 1)) == "with initial of 16 to 32 pixels"
    )


def test_a_place_is_opened_by_mouse_and_keys(page: StatisticsPage, qtbot: QtBot) -> None:
    map = page.findChild(PlaceMap)
    assert map is not None
    side = min(map.width(), map.height())
    left = (map.width() - side) // 2
    with qtbot.waitSignal(page.part_opened) as opened:
        QTest.mouseClick(map, Qt.MouseButton.LeftButton, pos=QPoint(left + side - 2, 2))
    assert opened.args is not None
    assert opened.args[0].bin == 11
    map.setFocus()
    QTest.keyClick(map, Qt.Key.Key_Down)
    assert "row 2, column 12" in map.accessibleName()
    with qtbot.waitSignal(page.part_opened) as opened:
        QTest.keyClick(map, Qt.Key.Key_Return)
    assert opened.args is not None
    assert opened.args[0].bin == 23


def test_what_has_changed_since_is_said(page: StatisticsPage, qtbot: QtBot) -> None:
    page.set_outdated(True)
    assert page._outdated.isVisible()
    with qtbot.waitSignal(page.count_requested):
        page._again.click()
    page.show_statistics(statistics())
    assert not page._outdated.isVisible()


def test_an_empty_project_says_what_to_do(page: StatisticsPage, qtbot: QtBot) -> None:
    page.show_statistics(statistics(0))
    with qtbot.waitSignal(page.import_requested):
        page._empty._button.click()


def test_another_project_begins_at_the_top_with_all_classes(page: StatisticsPage) -> None:
    page._classes_of.setCurrentIndex(2)
    bar = page._scroll.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.value() > 0
    page.clear()
    page.show_statistics(statistics())
    assert (bar.value(), page._classes_of.currentData()) == (0, None)


def test_long_names_have_room_where_there_is_some(page: StatisticsPage) -> None:
    bars = bars_named(page, "Annotations of each class, by set")
    bars.set_bars([replace(bars.bars[0], title="a long name " * 20)])
    bars.resize(300, 100)
    assert bars.column_widths[0] == 170
    bars.resize(800, 100)
    assert 300 <= bars.column_widths[0] <= 320


def test_a_page_that_is_gone_hears_of_no_theme(qtbot: QtBot) -> None:
    made = StatisticsPage()
    made.show_statistics(statistics())
    delete(made)
    theme_notifier().theme_changed.emit(current_theme())
