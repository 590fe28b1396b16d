from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from core.domain.workers import ConfigValue, FieldKind, FieldSpec
from ui.forms.field_editors import EDITORS, FieldEditor, QuietComboBox, make_editor
from ui.forms.number_field import NumberField


def editor_for(qtbot: QtBot, spec: FieldSpec) -> FieldEditor:
    editor = make_editor(spec)
    qtbot.addWidget(editor)
    return editor


def test_every_kind_has_an_editor() -> None:
    assert set(EDITORS) == set(FieldKind)


VALUES: dict[str, list[ConfigValue]] = {
    "epochs": [1, 300, 0, 10**12, "", "many", None, [1], True],
    "rate": [0.5, 0.00001, "much"],
    "optimizer": ["auto", "Adam", "AdaBound", 3, None],
    "batch": [None, 8, 0, "x"],
    "note": ["", "ä & <b>", None, 5],
    "flip": [True, False, "yes", None],
    "fraction": [None, 0.25, "half"],
    "label": [None, "x"],
    "level": [None, 1, 2, True, "2"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in VALUES.items() for value in values])
def test_any_value_is_kept_until_it_is_edited(
    qtbot: QtBot, specs: tuple[FieldSpec, ...], name: str, value: ConfigValue
) -> None:
    editor = editor_for(qtbot, next(spec for spec in specs if spec.name == name))
    with qtbot.assertNotEmitted(editor.value_changed):
        editor.set_value(value)
    assert editor.value() == value
    assert type(editor.value()) is type(value)


def test_typing_gives_numbers_of_the_right_kind(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    by_name = {spec.name: spec for spec in specs}
    for name, expected in (("epochs", 7), ("rate", 7.0)):
        editor = editor_for(qtbot, by_name[name])
        field = editor.focus_target()
        assert isinstance(field, NumberField)
        field.selectAll()
        qtbot.keyClicks(field, "7")
        assert editor.value() == expected
        assert type(editor.value()) is type(expected)


def test_automatic_and_back(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_for(qtbot, next(spec for spec in specs if spec.name == "batch"))
    box = editor.findChild(QCheckBox)
    assert box is not None
    assert box.isChecked()
    assert not editor.focus_target().isEnabled()
    box.click()
    assert editor.value() == 1  # the least that is allowed
    assert editor.focus_target().isEnabled()
    box.click()
    assert editor.value() is None


def test_a_default_is_where_a_number_starts_that_was_automatic(qtbot: QtBot) -> None:
    editor = editor_for(qtbot, FieldSpec("batch", FieldKind.INTEGER_OR_AUTO, "Batch", default=16, minimum=1))
    editor.set_value(None)
    box = editor.findChild(QCheckBox)
    assert box is not None
    box.click()
    assert editor.value() == 16


def test_a_switch(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_for(qtbot, next(spec for spec in specs if spec.name == "flip"))
    switch = editor.focus_target()
    assert isinstance(switch, QCheckBox)
    assert switch.text() == "On"
    with qtbot.waitSignal(editor.value_changed):
        qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert editor.value() is False
    assert switch.text() == "Off"


def test_a_choice_that_is_none_is_shown_as_such(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_for(qtbot, next(spec for spec in specs if spec.name == "optimizer"))
    editor.set_value("AdaBound")
    box = editor.focus_target()
    assert isinstance(box, QuietComboBox)
    assert box.currentText() == "AdaBound (not among the choices)"
    editor.set_value("SGD")
    assert [box.itemText(index) for index in range(box.count())] == ["Auto", "SGD", "Adam"]
    box.activated.emit(2)
    assert editor.value() == "Adam"


def test_an_optional_text_that_is_empty_is_none(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_for(qtbot, next(spec for spec in specs if spec.name == "label"))
    qtbot.keyClicks(editor.focus_target(), "a")
    assert editor.value() == "a"
    qtbot.keyClick(editor.focus_target(), Qt.Key.Key_Backspace)
    assert editor.value() is None


def test_read_only_editors_cannot_be_changed(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    for spec in specs:
        editor = editor_for(qtbot, spec)
        editor.set_read_only(True)
        with qtbot.assertNotEmitted(editor.value_changed):
            qtbot.keyClicks(editor.focus_target(), "7 ")
        assert editor.value() == spec.default


def test_screen_readers_hear_the_title_and_the_help(qtbot: QtBot, yolo_fields: tuple[FieldSpec, ...]) -> None:
    for spec in yolo_fields:
        editor = editor_for(qtbot, spec)
        assert editor.focus_target().accessibleName() == spec.title
        assert editor.focus_target().accessibleDescription() == spec.help
