"""The chips over the images."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.domain.filters import Condition, Group, Joint, Operator, SavedFilter
from core.domain.ids import FilterId, ProjectId
from ui.filters.filter_bar import FilterBar
from ui.filters.name_dialog import NameDialog

TRAIN = Condition("dir", Operator.EQ, "train")
MANY = Condition("annotations", Operator.GT, 3)
NOW = datetime(2026, 11, 28, tzinfo=UTC)


def saved(name: str, group: Group, problem: str = "") -> SavedFilter:
    return SavedFilter(FilterId(name), ProjectId("p"), name, group, NOW, NOW, problem)


@pytest.fixture
def bar(qtbot: QtBot) -> FilterBar:
    made = FilterBar()
    qtbot.addWidget(made)
    made.resize(700, 80)
    made.show()
    return made


def test_conditions_are_chips_that_can_be_changed_and_removed(qtbot: QtBot, bar: FilterBar) -> None:
    bar.set_fixed([("folders", 'in "val"')])
    with qtbot.waitSignal(bar.filter_changed) as changed:
        bar.add_item(TRAIN)
    bar.add_item(MANY)
    assert changed.args == [Group(items=(TRAIN,))]
    assert bar.words == ['in "val"', "in train", "more than 3 annotations"]
    with qtbot.waitSignal(bar.condition_requested) as wanted:
        bar.chips[2].click()
    assert wanted.args == [1]
    with qtbot.waitSignal(bar.fixed_removed) as lifted:
        bar.chips[0].remove()
    assert lifted.args == ["folders"]
    qtbot.keyClick(bar.chips[1], Qt.Key.Key_Delete)
    assert bar.group == Group(items=(MANY,))
    bar.replace_item(0, TRAIN)
    bar.chips[1].remove()
    assert bar.group == Group()


def test_what_is_added_to_a_choice_holds_together_with_all_of_it(qtbot: QtBot, bar: FilterBar) -> None:
    choice = Group(Joint.OR, (TRAIN, MANY))
    bar.set_group(choice)
    assert bar.words == ["in train", "more than 3 annotations"]
    bar.add_item(MANY)
    assert bar.group == Group(Joint.AND, (choice, MANY))
    assert bar.words == ["in train or more than 3 annotations", "more than 3 annotations"]
    with qtbot.waitSignal(bar.builder_requested):
        bar.chips[0].click()


def test_kept_filters_are_in_the_menu(qtbot: QtBot, bar: FilterBar) -> None:
    menu = QMenu(bar)
    bar.fill_menu(menu)
    assert "No filter is saved yet" in [action.text() for action in menu.actions()]
    first, broken = saved("learn & look", Group(items=(TRAIN,))), saved("old", Group(Joint.OR), "cannot be read")
    bar.set_saved((first, broken))
    bar.set_group(first.filter, first.name)
    assert "learn && look" in bar.saved.text()
    bar.fill_menu(menu)
    entries = {action.text(): action for action in menu.actions()}
    assert (entries["learn && look"].isChecked(), entries["old"].isEnabled()) == (True, False)
    assert entries["learn && look"].toolTip() == "in train"
    with qtbot.waitSignal(bar.saved_chosen) as chosen:
        entries["learn && look"].trigger()
    assert chosen.args == [first]
    with qtbot.waitSignal(bar.delete_requested) as gone:
        entries["&Delete"].menu().actions()[1].trigger()
    assert gone.args == [broken]
    bar.add_item(MANY)
    assert "learn" not in bar.saved.text()


def test_a_long_list_of_chips_goes_on_in_the_next_line(bar: FilterBar) -> None:
    bar.set_group(Group(items=tuple(Condition("name", Operator.EQ, "n" * 200 + str(n)) for n in range(6))))
    chips = bar.chips
    assert max(chip.width() for chip in chips) < 500
    assert all(chip.toolTip() or chip.words.endswith(str(n) + '"') for n, chip in enumerate(chips))
    assert bar.layout().heightForWidth(700) > bar.layout().heightForWidth(3000)


def test_the_name_of_a_filter_is_new_or_replaces(qtbot: QtBot) -> None:
    dialog = NameDialog({"a"}, can_replace=True)
    refusing = NameDialog({"a"}, "b", can_replace=False)
    for one in (dialog, refusing):
        qtbot.addWidget(one)
    assert not dialog._buttons.buttons()[0].isEnabled() or dialog.line.text()
    dialog.line.setText(" a ")
    refusing.line.setText("a")
    assert ("replaced" in dialog.note.text(), "taken" in refusing.note.text()) == (True, True)
    with qtbot.waitSignal(dialog.named) as named:
        dialog._take()
    assert named.args == ["a"]


def test_what_is_asked_often_is_ready_made(qtbot: QtBot, bar: FilterBar) -> None:
    menu = QMenu(bar)
    bar.fill_menu(menu)
    entries = {action.text(): action for action in menu.actions()}
    entries["&Ready-made"].menu().actions()[0].trigger()
    assert bar.words == ["not annotated"]
