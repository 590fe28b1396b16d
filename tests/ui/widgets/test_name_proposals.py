"""Names proposed while one is typed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.widgets.name_proposals import NEW, NameProposals, matching

pytestmark = pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # the list that opens

NAMES = ("marginal note", "text_line", "line", "illustration", "Text")
Key = Qt.Key


@pytest.fixture
def box(qtbot: QtBot) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.addItems(NAMES)
    box.setCurrentIndex(-1)
    qtbot.addWidget(box)
    box.show()
    box.setFocus()
    return box


@pytest.fixture
def proposals(box: QComboBox) -> NameProposals:
    return NameProposals(box, "New class “{name}”")


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("ill", ["illustration"]),
        ("line", ["line", "text_line"]),
        ("text", ["Text", "text_line"]),
        ("l", ["line", "text_line", "marginal note", "illustration"]),
        ("seal", []),
    ],
)
def test_what_begins_so_comes_before_what_has_it_inside(typed: str, names: list[str]) -> None:
    assert [NAMES[row] for row in matching(NAMES, typed)] == names


def test_a_half_typed_name_is_completed_and_a_new_one_comes_last(
    box: QComboBox, proposals: NameProposals, qtbot: QtBot
) -> None:
    taken: list[int] = []
    proposals.taken.connect(taken.append)
    line = box.lineEdit()
    assert line is not None
    qtbot.keyClicks(line, "ill")
    assert proposals.texts() == ["illustration", "New class “ill”"]
    assert line.text() == "ill", "what is typed stays until it is taken"
    assert proposals.take_marked()
    assert taken == [NAMES.index("illustration")]
    qtbot.keyClick(line, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(line, "seal")
    assert proposals.texts() == ["New class “seal”"]
    assert proposals.take_marked()
    assert taken[1:] == [NEW]
    assert not proposals.take_marked(), "once"


def test_the_new_name_is_reached_by_the_arrow_keys(box: QComboBox, proposals: NameProposals, qtbot: QtBot) -> None:
    taken: list[int] = []
    proposals.taken.connect(taken.append)
    line = box.lineEdit()
    assert line is not None
    qtbot.keyClicks(line, "ill")
    popup = proposals._completer.popup()
    qtbot.keyClick(popup, Key.Key_Down)
    assert line.text() == "ill"
    assert proposals.take_marked()
    assert taken == [NEW]


def test_a_name_that_there_is_offers_no_new_one(box: QComboBox, proposals: NameProposals, qtbot: QtBot) -> None:
    qtbot.keyClicks(box.lineEdit(), "TEXT")
    assert proposals.texts() == ["Text", "text_line"]
    proposals.hide()


def test_all_are_listed_before_anything_is_typed(box: QComboBox, proposals: NameProposals) -> None:
    proposals.propose_all()
    assert proposals.texts() == list(NAMES)
    assert not proposals.take_marked(), "none is marked: Enter takes nothing unasked"


def test_nothing_stays_open_where_the_keyboard_went_elsewhere(qtbot: QtBot) -> None:
    window, elsewhere, box = QWidget(), QLineEdit(), QComboBox()
    box.setEditable(True)
    box.addItems(NAMES)
    rows = QVBoxLayout(window)
    rows.addWidget(box)
    rows.addWidget(elsewhere)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    box.setFocus()
    proposals = NameProposals(box, "New class “{name}”")
    qtbot.keyClicks(box.lineEdit(), "ill")
    assert proposals.is_open
    elsewhere.setFocus()  # as the grid takes it when an answer comes
    assert not proposals.is_open
    proposals.propose_all()
    assert not proposals.is_open, "its keys would go to the list"
