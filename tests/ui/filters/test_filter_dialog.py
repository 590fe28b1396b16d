"""The builder: groups, text, count, each in step with the others."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from core.domain.filters import Condition, Group, Joint, Operator
from ui.filters.filter_dialog import BUILDER, TEXT, FilterDialog
from ui.filters.filter_text import FilterText
from ui.filters.group_box import GroupBox

TRAIN = Condition("dir", Operator.EQ, "train")
MANY = Condition("annotations", Operator.GT, 3)
NESTED = Group(items=(TRAIN, Group(Joint.OR, (MANY, Group(Joint.AND, (TRAIN, MANY))))))


@pytest.fixture
def dialog(qtbot: QtBot) -> FilterDialog:
    made = FilterDialog()
    qtbot.addWidget(made)
    made.show()
    return made


def test_a_filter_is_shown_and_said_again(dialog: FilterDialog) -> None:
    for group in (Group(), Group(items=(TRAIN,)), Group(Joint.OR, (TRAIN, MANY)), NESTED):
        dialog.set_group(group)
        assert dialog.box.group() == group
        assert dialog.group == group


def test_a_filter_is_built_and_applied(qtbot: QtBot, dialog: FilterDialog) -> None:
    row = dialog.box.add_condition()
    row.set_condition(TRAIN)
    inner = dialog.box.add_group()
    inner._joint.setCurrentIndex(1)
    inner.add_condition(MANY)
    inner.add_condition(TRAIN)
    with qtbot.waitSignal(dialog.applied) as applied:
        dialog._apply.click()
    assert applied.args == [Group(items=(TRAIN, Group(Joint.OR, (MANY, TRAIN))))]


def test_a_condition_that_says_nothing_is_not_applied(qtbot: QtBot, dialog: FilterDialog) -> None:
    row = dialog.box.add_condition()
    row.set_field("width")
    with qtbot.assertNotEmitted(dialog.applied):
        dialog._apply.click()
    assert row._problem.isVisible()
    row._remove.click()
    assert dialog.group == Group()


def test_groups_are_as_deep_as_three(qtbot: QtBot) -> None:
    box = GroupBox()
    qtbot.addWidget(box)
    box.show()
    second = box.add_group()
    third = second.add_group()
    assert (box._add_group.isVisible(), second._add_group.isVisible(), third._add_group.isVisible()) == (
        True,
        True,
        False,
    )
    third._remove.click()
    assert second.items == []


def test_the_count_is_wanted_after_a_change_and_shown(qtbot: QtBot, dialog: FilterDialog) -> None:
    with qtbot.waitSignal(dialog.count_wanted) as wanted:
        dialog.set_group(Group(items=(TRAIN,)))
    assert wanted.args == [Group(items=(TRAIN,))]
    dialog.set_count(1204, 1_000_000)
    assert dialog.count_text.replace(",", "") == "1204 of 1000000 images"
    dialog.set_count(0, 9)
    assert "W-532: The filter matches nothing." in dialog.count_text


def test_text_is_read_and_its_errors_are_marked(qtbot: QtBot, dialog: FilterDialog) -> None:
    with qtbot.waitSignal(dialog.text_wanted):
        dialog.set_group(Group(items=(TRAIN,)))
    dialog.tabs.setCurrentIndex(TEXT)
    with qtbot.waitSignal(dialog.text_edited) as edited:
        dialog.text._text.setPlainText('{"dirr": 3}')
    assert edited.args == ['{"dirr": 3}']
    dialog.set_text_problem('Unknown field "dirr".', 1, 2)
    assert (dialog.text.marked, dialog.group) == ((1, 2), None)
    assert not dialog._apply.isEnabled()
    dialog.set_read_group(Group(items=(MANY,)))
    assert (dialog.text.marked, dialog.box.group()) == (None, Group(items=(MANY,)))
    assert dialog._apply.isEnabled()


@pytest.mark.parametrize(
    ("text", "line", "column", "marked"),
    [
        ('{\n "dirr": 3}', 2, 2, '"dirr"'),
        ('{"dir" "b"}', 1, 8, '"b"'),
        ('{"width": NaN}', 1, 11, "NaN"),
        ('{"dir": "a"', 1, 12, '"'),
        ("", 1, 1, ""),
    ],
)
def test_the_mark_stands_on_the_word(qtbot: QtBot, text: str, line: int, column: int, marked: str) -> None:
    view = FilterText()
    qtbot.addWidget(view)
    view.set_text(text)
    view.set_problem("wrong", line, column)
    assert view._text.extraSelections()[-1].cursor.selectedText() == marked
    view.go_to_problem()
    cursor = view._text.textCursor()
    assert (cursor.blockNumber() + 1, cursor.positionInBlock() + 1) == (line, column)


def test_it_is_worked_by_keys_alone(qtbot: QtBot, dialog: FilterDialog) -> None:
    qtbot.waitExposed(dialog)
    dialog.box._add.setFocus()
    qtbot.keyClick(dialog.box._add, Qt.Key.Key_Space)
    (row,) = dialog.box.items
    assert row.isAncestorOf(dialog.focusWidget())
    for widget in dialog.findChildren(QComboBox):
        assert widget.accessibleName()


def test_tab_goes_through_the_conditions_as_they_stand(qtbot: QtBot, dialog: FilterDialog) -> None:
    dialog.set_group(NESTED)
    row = dialog.box.add_condition()
    dialog.box._joint.setFocus()
    seen = []
    for _ in range(60):
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
        seen.append(dialog.focusWidget())
        if seen[-1] is dialog.box._add:
            break
    first, group = dialog.box.items[0], dialog.box.items[1]
    assert seen[:3] == [first._field, first._operator, first._editor.written]
    assert seen.index(group._joint) < seen.index(group.items[0]._field) < seen.index(group._add)
    assert seen.index(group._add) < seen.index(row._field) < seen.index(dialog.box._add)


def test_what_was_typed_is_read_before_it_can_be_applied(qtbot: QtBot, dialog: FilterDialog) -> None:
    dialog.set_group(Group(items=(TRAIN,)))
    dialog.tabs.setCurrentIndex(TEXT)
    dialog.text._text.setPlainText('{"annotations": {"$gt": 3}}')
    assert dialog.group is None
    with qtbot.assertNotEmitted(dialog.applied):
        dialog._apply.click()
    with qtbot.waitSignal(dialog.text_edited):
        pass
    dialog.text._text.insertPlainText(" ")
    dialog.set_read_group(Group(items=(MANY,)))  # of the text before
    assert dialog.group is None
    with qtbot.waitSignal(dialog.text_edited, timeout=50):
        dialog.tabs.setCurrentIndex(BUILDER)
    dialog.set_read_group(Group(items=(MANY,)))
    with qtbot.waitSignal(dialog.applied) as applied:
        dialog._apply.click()
    assert applied.args == [Group(items=(MANY,))]


def test_who_turns_from_a_text_that_cannot_be_read_goes_on_with_the_conditions(
    qtbot: QtBot, dialog: FilterDialog
) -> None:
    dialog.set_group(Group(items=(TRAIN,)))
    dialog.tabs.setCurrentIndex(TEXT)
    dialog.text._text.setPlainText('{"dirr": 3}')
    dialog.tabs.setCurrentIndex(BUILDER)
    dialog.set_text_problem('Unknown field "dirr".', 1, 2)
    assert dialog.group == Group(items=(TRAIN,))
    assert dialog._apply.isEnabled()
