from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.training.class_checklist import ClassChecklist

CHECK = Qt.ItemDataRole.CheckStateRole


@pytest.fixture
def checklist(qtbot: QtBot, categories: tuple[Category, ...]) -> ClassChecklist:
    made = ClassChecklist()
    qtbot.addWidget(made)
    made.set_content(categories, {CategoryId("c0"): 400, CategoryId("c1"): 40})
    made.resize(600, 300)
    made.show()
    return made


def states(checklist: ClassChecklist) -> list[bool]:
    model = checklist.model()
    return [model.index(row).data(CHECK) == Qt.CheckState.Checked for row in range(model.rowCount())]


def click(checklist: ClassChecklist, row: int, *, is_on: bool) -> bool:
    state = Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked
    return checklist.model().setData(checklist.model().index(row), state, CHECK)


def test_all_that_occur_is_the_default(checklist: ClassChecklist) -> None:
    assert checklist.chosen() == ()
    assert states(checklist) == [True, True, False]  # the last has no example in the training folders
    assert not click(checklist, 0, is_on=False)


def test_a_choice_begins_with_all_that_occur(qtbot: QtBot, checklist: ClassChecklist) -> None:
    with qtbot.waitSignal(checklist.chosen_changed):
        checklist.control.click()
    assert checklist.chosen() == ("text_line", "initial")
    click(checklist, 0, is_on=False)
    click(checklist, 2, is_on=True)
    assert checklist.chosen() == ("initial", "stamp")  # in the project's order
    checklist.control.click()
    assert checklist.chosen() == ()


def test_no_class_at_all_is_not_the_same_as_all(checklist: ClassChecklist) -> None:
    checklist.control.click()
    for row in range(2):
        click(checklist, row, is_on=False)
    assert checklist.is_nothing_chosen
    assert checklist._note.text() == "0 of 3 classes"


def test_a_class_that_is_not_there_stays_chosen(checklist: ClassChecklist) -> None:
    checklist.set_chosen(("text_line", "gone"))
    assert checklist.chosen() == ("text_line", "gone")
    assert states(checklist) == [True, False, False]


def test_counts_and_colours_stand_beside_the_names(checklist: ClassChecklist) -> None:
    index = checklist.model().index(0)
    assert index.data().split() == ["text_line", "400"]
    assert not index.data(Qt.ItemDataRole.DecorationRole).isNull()
