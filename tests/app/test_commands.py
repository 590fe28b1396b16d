from __future__ import annotations

import re
from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QLabel, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from app.commands import COMMANDS, REASONS, make_actions, set_available
from ui.checks.checks_page import ChecksPage
from ui.datasets.datasets_page import DatasetsPage
from ui.similar.similar_page import SimilarPage
from ui.statistics.statistics_page import StatisticsPage
from ui.trash.trash_page import TrashPage
from ui.viewer.viewer_keys import MODE_KEYS, VIEWER_KEYS


def test_ids_and_shortcuts_are_unique() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    shortcuts = [command.shortcut for command in COMMANDS if command.shortcut]
    assert len(set(shortcuts)) == len(shortcuts)


def test_no_key_of_the_viewer_is_a_commands() -> None:
    """Of two shortcuts of one key, Qt calls neither."""
    keys = {QKeySequence(key).toString() for row in (*VIEWER_KEYS, *MODE_KEYS) for key in row.keys}
    assert keys & {QKeySequence(command.shortcut).toString() for command in COMMANDS if command.shortcut} == set()


def test_every_need_has_a_reason() -> None:
    assert {command.needs for command in COMMANDS if command.needs} == set(REASONS)


def test_one_of_a_group_is_in_force_and_marked(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = make_actions(window, {c.id: lambda: None for c in COMMANDS})
    for name in ("theme-light", "theme-dark"):
        actions[name].trigger()
        assert [c.id for c in COMMANDS if actions[c.id].isChecked()] == [name]


def test_a_command_that_does_not_apply_says_why(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    ran: list[str] = []
    actions = make_actions(window, {c.id: (lambda c=c: ran.append(c.id)) for c in COMMANDS})  # type: ignore[misc]
    set_available(actions, frozenset({"services"}))
    assert not actions["train"].isEnabled()
    assert actions["train"].toolTip() == REASONS["project"]
    set_available(actions, frozenset({"services", "project"}))
    actions["train"].trigger()
    assert ran == ["train"]


@pytest.mark.parametrize("page", [ChecksPage, DatasetsPage, SimilarPage, StatisticsPage, TrashPage])
def test_the_letters_of_a_tab_are_neither_those_of_the_menus_nor_of_the_actions(
    qtbot: QtBot, page: type[QWidget]
) -> None:
    made = page()
    qtbot.addWidget(made)
    texts = [view.text() for view in made.findChildren(QAbstractButton)]
    texts += [view.text() for view in made.findChildren(QLabel) if view.buddy() is not None]
    letters = Counter(match[1].lower() for text in texts if (match := re.search(r"&(\w)", text)))
    taken = {command.menu[0].lower() for command in COMMANDS} | {"a"}  # Alt with one of these opens a menu
    assert taken & letters.keys() == set()
    assert [letter for letter, n in letters.items() if n > 1] == []
