from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ui.forms.choice import Choice
from ui.forms.choice_list import ChoiceList

CHOICES = (
    Choice("a", "Alpha", "first letter", "V1"),
    Choice("b", "Beta", "not installed", is_enabled=False),
    Choice("c", "Gamma", "third letter"),
)


def shown_list(qtbot: QtBot, max_rows: int = 0) -> ChoiceList:
    view = ChoiceList(max_rows=max_rows)
    qtbot.addWidget(view)
    view.set_choices(CHOICES)
    view.show()
    return view


def test_what_comes_from_outside_is_not_announced(qtbot: QtBot) -> None:
    view = shown_list(qtbot)
    with qtbot.assertNotEmitted(view.chosen):
        view.set_current_key("c")
    assert view.current_key() == "c"
    view.set_current_key("unknown")
    assert view.current_key() == ""


def test_a_click_chooses_and_one_on_what_is_not_free_does_not(qtbot: QtBot) -> None:
    view = shown_list(qtbot)
    middle = [view.visualRect(view.model().index(row, 0)).center() for row in range(3)]
    with qtbot.waitSignal(view.chosen) as caught:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle[2])
    assert caught.args == ["c"]
    with qtbot.assertNotEmitted(view.chosen):
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle[1])


def test_the_keyboard_passes_over_what_is_not_free(qtbot: QtBot) -> None:
    view = shown_list(qtbot)
    view.set_current_key("a")
    with qtbot.waitSignal(view.chosen) as caught:
        qtbot.keyClick(view, Qt.Key.Key_Down)
    assert caught.args == ["c"]


def test_the_search_looks_at_both_lines(qtbot: QtBot) -> None:
    view = shown_list(qtbot)
    view.set_search("letter")
    assert view.shown_keys() == ["a", "c"]
    view.set_search("GAMMA")
    assert view.shown_keys() == ["c"]
    assert view.current_key() == "c"
    view.set_search("")
    assert view.shown_keys() == ["a", "b", "c"]


def test_other_choices_keep_the_current_one(qtbot: QtBot) -> None:
    view = shown_list(qtbot)
    view.set_current_key("c")
    view.set_choices(CHOICES[1:])
    assert view.current_key() == "c"


def test_a_short_list_is_as_high_as_its_lines(qtbot: QtBot) -> None:
    assert shown_list(qtbot, max_rows=2).height() < shown_list(qtbot, max_rows=5).height()
