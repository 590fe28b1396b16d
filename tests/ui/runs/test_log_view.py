"""The log: capped, followed, filtered, searched, copied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractSlider, QApplication
from pytestqt.qtbot import QtBot

from core.domain.runs import LogLine
from ui.runs.log_model import MAX_LINES, LogModel, plain_text, wrapped
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
        ("100% ━━━━━━━━━━━━ 48/48 1.2it/s", "100% 48/48 1.2it/s"),
        ("3 done \U0001f680 ✅\ufe0f", "3 done  ✅"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07 \ufffd\ue0b0end", "link end"),
    ],
)
def test_terminal_signs_do_not_reach_the_screen(raw: str, shown: str) -> None:
    assert plain_text(raw) == shown


def test_long_lines_take_several_rows_of_one_height(qtbot: QtBot, make_lines: Lines) -> None:
    model = LogModel(max_lines=3)
    tester = checked(model)
    model.set_columns(40)
    words = " ".join(f"word{n}" for n in range(12))
    model.append(make_lines(["short", words, "x" * 100]))
    texts = [model.index(row).data() for row in range(model.rowCount())]
    assert all(len(text) <= 40 for text in texts)
    assert [text.strip() for text in texts[2:4]] == ["word5 word6 word7 word8 word9", "word10 word11"]
    assert [line.text[:5] for line in model.shown] == ["short", "word0", "xxxxx"]
    assert model.find_rows("WORD9 word10") == [1], "found across the break"
    assert model.as_text([2]).endswith(words), "a piece stands for its line"
    model.append(make_lines(["new"]))
    assert [line.text[:5] for line in model.shown] == ["word0", "xxxxx", "new"]
    model.append(make_lines(["new2"]))
    assert model.index(0).data().endswith("x" * 30)
    model.set_columns(None)
    assert [line.text[:5] for line in model.shown] == ["xxxxx", "new", "new2"]
    assert model.rowCount() == 3
    tester.deleteLater()


@pytest.mark.parametrize("text", ["", "a", "a b " * 50, "x" * 500, " " * 90, "é" * 41])
@pytest.mark.parametrize("n_columns", [40, 41, 80])
def test_wrapping_loses_nothing_and_ends(text: str, n_columns: int) -> None:
    pieces = wrapped(text, n_columns)
    assert all(len(piece) <= n_columns for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_it_wraps_at_the_width_of_the_window_unless_told_not_to(qtbot: QtBot, view: LogView, make_lines: Lines) -> None:
    view.add_lines(make_lines(["word " * 100, "end"]))
    QApplication.processEvents()
    n_rows = view.model.rowCount()
    assert n_rows > 2
    assert view._list.horizontalScrollBar().maximum() == 0
    view.resize(1600, 300)
    QApplication.processEvents()
    assert view.model.rowCount() < n_rows
    assert view._note.text() == "2 lines"
    with qtbot.waitSignal(view.wrap_changed):
        view._wrap.click()
    QApplication.processEvents()
    assert view.model.rowCount() == 2
    assert view._list.horizontalScrollBar().maximum() > 0


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
