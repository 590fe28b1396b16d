"""The log: capped, followed, filtered, searched, copied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractSlider
from pytestqt.qtbot import QtBot

from core.domain.runs import LogLine
from ui.runs.log_model import MAX_LINES, LogModel, plain_text
from ui.runs.log_view import LogView

Lines = Callable[..., list[LogLine]]


@pytest.fixture
def view(qtbot: QtBot) -> LogView:
    widget = LogView()
    qtbot.addWidget(widget)
    widget.resize(800, 300)
    widget.show()
    return widget


def checked(model: QAbstractItemModel) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[32mgreen\x1b[0m words", "green words"),
        (" 10%|#\r 50%|###\r100%|######\n", "100%|######"),
        ("a\tb", "a    b"),
        ("plain\r\n", "plain"),
    ],
)
def test_terminal_signs_do_not_reach_the_screen(raw: str, shown: str) -> None:
    assert plain_text(raw) == shown


def test_the_oldest_lines_go_when_there_are_too_many(qtbot: QtBot, make_lines: Lines) -> None:
    model = LogModel(max_lines=100)
    tester = checked(model)
    for first in range(0, 250, 50):
        model.append(make_lines([f"line {first + n}" for n in range(50)]))
    assert (model.rowCount(), model.n_dropped) == (100, 150)
    assert model.shown[0].text == "line 150"
    model.append(make_lines([f"again {n}" for n in range(500)]))
    assert (model.rowCount(), model.shown[0].text, model.n_dropped) == (100, "again 400", 650)
    tester.deleteLater()


def test_no_more_than_ten_thousand_are_kept(view: LogView, make_lines: Lines) -> None:
    view.add_lines(make_lines([f"line {n}" for n in range(12_000)]))
    assert view.model.rowCount() == MAX_LINES == 10_000
    assert "2,000 older" in view._note.text() or "2000 older" in view._note.text()


def test_the_level_leaves_lines_out_also_of_new_and_dropped_ones(qtbot: QtBot, make_lines: Lines) -> None:
    model = LogModel(max_lines=6)
    tester = checked(model)
    model.append([*make_lines(["i"]), *make_lines(["w"], "warning"), *make_lines(["d"], "debug")])
    model.set_minimum_level("warning")
    assert [line.text for line in model.shown] == ["w"]
    model.append([*make_lines(["i2", "i3"]), *make_lines(["e"], "error")])
    assert [line.text for line in model.shown] == ["w", "e"]
    model.append(make_lines(["x", "y"]))
    assert [line.text for line in model.shown] == ["e"]
    model.set_minimum_level("info")
    assert [line.text for line in model.shown] == ["i2", "i3", "e", "x", "y"]
    tester.deleteLater()


def test_it_follows_until_the_person_scrolls_up(view: LogView, make_lines: Lines) -> None:
    view.add_lines(make_lines([f"line {n}" for n in range(200)]))
    bar = view._list.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.triggerAction(QAbstractSlider.SliderAction.SliderPageStepSub)
    assert not view._follow.isChecked()
    place = bar.value()
    view.add_lines(make_lines(["new"]))
    assert bar.value() == place
    view._follow.click()
    assert bar.value() == bar.maximum()


def test_the_search_finds_steps_and_highlights(qtbot: QtBot, view: LogView, make_lines: Lines) -> None:
    view.add_lines(make_lines(["Epoch 1", "batch", "epoch 2", "batch", "EPOCH 3"]))
    view._search.setText("epoch")
    qtbot.waitUntil(lambda: list(view.hits) == [0, 2, 4])
    assert view._delegate.search == "epoch"
    assert view._hit_text.text() == "3 / 3"
    view._next.click()
    assert view._list.currentIndex().row() == 0
    view._previous.click()
    assert view._list.currentIndex().row() == 4
    view.add_lines(make_lines(["epoch 4"]))
    assert list(view.hits) == [0, 2, 4, 5]
    view._search.setText("nothing like it")
    qtbot.waitUntil(lambda: not view.hits)
    assert view._hit_text.text() == "nothing found"


def test_a_search_is_painted(qtbot: QtBot, view: LogView, make_lines: Lines) -> None:
    view.add_lines(make_lines(["needle in the hay"]))
    before = view._list.grab().toImage()
    view._search.setText("needle")
    qtbot.waitUntil(lambda: list(view.hits) == [0])
    assert view._list.grab().toImage() != before


def test_copies_the_selected_lines_or_all(view: LogView, make_lines: Lines) -> None:
    view.add_lines(make_lines(["one", "two", "three"]))
    view._copy.click()
    assert [line.split("  ")[1] for line in QGuiApplication.clipboard().text().splitlines()] == ["one", "two", "three"]
    view._list.setCurrentIndex(view.model.index(1, 0))
    view._copy.click()
    assert QGuiApplication.clipboard().text().endswith("two")


def test_saving_is_a_wish(qtbot: QtBot, view: LogView) -> None:
    with qtbot.waitSignal(view.save_requested):
        view._save.click()
