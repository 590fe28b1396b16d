"""The dialog with all classes, and the small questions about one."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.domain.ids import CategoryId
from core.domain.projects import Category
from ui.classes.class_dialogs import ClassColourDialog, ClassNameDialog
from ui.classes.classes_dialog import ClassesDialog


def category(name: str, index: int) -> Category:
    return Category(CategoryId(name), name, index)


def test_the_class_that_came_is_the_current_one(qtbot: QtBot) -> None:
    dialog = ClassesDialog()
    qtbot.addWidget(dialog)
    assert dialog._head.text() == "No class yet. Add… makes one."
    classes = [category("seal", 0), category("line", 1)]
    dialog.set_categories(classes)
    assert dialog.current() == "seal"
    dialog.set_categories([*classes, category("initial", 2)])
    assert dialog.current() == "initial", "what is done next is done to it"
    dialog.set_categories([category("seal", 0), category("line", 1), category("initial", 2)])
    assert dialog.current() == "initial"
    assert dialog._head.text() == "3 classes"


def test_a_name_that_differs_in_capitals_alone_is_told_of(qtbot: QtBot) -> None:
    dialog = ClassNameDialog("seal", ("Text_Line",), "2 models know it.")
    qtbot.addWidget(dialog)
    dialog._name.setText("text_line")
    assert dialog._note.text() == "2 models know it. There is “Text_Line” too: only the capitals differ."
    assert dialog.verb.isEnabled(), "it may be meant"
    dialog._name.setText("line")
    assert dialog._note.text() == "2 models know it."


def test_colours_have_names(qtbot: QtBot) -> None:
    dialog = ClassColourDialog(category("seal", 0))
    qtbot.addWidget(dialog)
    assert dialog._shown.text() == "Chosen: blue, by its place in the list"
    dialog.choose("#f0e442")
    assert dialog._shown.text() == "Chosen: yellow"
    dialog.choose("#123456")
    assert dialog._shown.text() == "Chosen: #123456"
    assert {button.accessibleName() for button in dialog._swatches.values()} >= {"blue", "yellow", "grey"}
