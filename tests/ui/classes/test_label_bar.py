"""The class that the chosen images get."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.classes.label_bar import LabelBar


def test_a_chosen_class_goes_by_its_new_name_and_goes_when_it_is_gone(qtbot: QtBot) -> None:
    bar = LabelBar()
    qtbot.addWidget(bar)
    seal, line = Category(CategoryId("1"), "seal", 0), Category(CategoryId("2"), "line", 1)
    bar.set_categories([seal, line])
    bar._class.setEditText("seal")
    bar.set_categories([Category(seal.id, "wax seal", 0), line])
    assert bar._class.currentText() == "wax seal", "else the old name would make a class anew"
    bar.set_categories([line])
    assert bar._class.currentText() == ""
    bar._class.setEditText("not one ye")
    bar.set_categories([line, Category(CategoryId("3"), "initial", 2)])
    assert bar._class.currentText() == "not one ye"
