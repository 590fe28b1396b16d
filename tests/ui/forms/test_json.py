from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from core.domain.workers import FieldSpec
from ui.forms.json_text import JsonProblem, read_json, write_json
from ui.forms.json_view import JsonView
from ui.forms.schema_editor import SchemaEditor


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": 1,}', 1, 9),
        ('{\n  "a": 1\n  "b": 2\n}', 3, 3),
        ('{"a": NaN}', 1, 7),
        ('{"a": 1, "a": 2}', 1, 10),
        ("[1, 2]", 1, 1),
        ("", 1, 1),
        ('{"a": 1} x', 1, 10),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, line: int, column: int) -> None:
    problem = read_json(text)
    assert isinstance(problem, JsonProblem)
    assert problem.code == "E-531"
    assert (problem.line, problem.column) == (line, column)
    if not text.startswith("["):
        assert problem.text.startswith(f"Not valid JSON at line {line}, column {column}.")


def test_text_that_is_nested_without_end_is_a_problem_not_a_crash() -> None:
    assert isinstance(read_json('{"a":' + "[" * 100_000), JsonProblem)


def test_what_is_written_is_read() -> None:
    values = {"a": 1, "b": [None, True, 0.5], "ä": {"x": "y"}}
    assert read_json(write_json(values)) == values


def write(view: JsonView, text: str) -> None:
    editor = view.findChild(QPlainTextEdit)
    assert editor is not None
    editor.setPlainText(text)


def test_an_edit_is_taken_after_a_pause(qtbot: QtBot) -> None:
    view = JsonView()
    qtbot.addWidget(view)
    view.set_values({"a": 1})
    with qtbot.waitSignal(view.values_changed) as caught:
        write(view, '{"a": 2}')
    assert caught.args == [{"a": 2}]


def test_invalid_text_changes_nothing_and_is_marked(qtbot: QtBot) -> None:
    view = JsonView()
    qtbot.addWidget(view)
    view.set_values({"a": 1})
    with qtbot.waitSignal(view.problem_changed) as caught, qtbot.assertNotEmitted(view.values_changed):
        write(view, '{"a": \n oops}')
    assert caught.args == ["Not valid JSON at line 2, column 2. A value is missing here."]
    assert view.values() == {"a": 1}
    editor = view.findChild(QPlainTextEdit)
    assert editor is not None
    assert [mark.cursor.blockNumber() for mark in editor.extraSelections()] == [1]  # type: ignore[attr-defined]
    with qtbot.waitSignal(view.problem_changed) as caught:
        write(view, '{"a": 1}')
    assert caught.args == [""]


def editor_of(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> SchemaEditor:
    editor = SchemaEditor()
    qtbot.addWidget(editor)
    editor.set_specs(specs)
    editor.show()
    return editor


def test_the_form_and_the_text_say_the_same(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_of(qtbot, specs)
    editor.set_values({"epochs": 5})
    text = read_json(editor.json.text())
    assert isinstance(text, dict)
    assert text["epochs"] == 5
    assert text["rate"] == 0.01  # the text holds every value
    field = editor.form.row("epochs").editor.focus_target()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, "9")
    assert '"epochs": 9' in editor.json.text()
    with qtbot.waitSignal(editor.values_changed) as caught:
        write(editor.json, '{"epochs": 11, "flip": false, "gamma": 1}')
    assert caught.args == [{"epochs": 11, "flip": False, "gamma": 1}]
    assert editor.form.row("epochs").editor.value() == 11


def test_the_form_waits_until_the_text_is_mended(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_of(qtbot, specs)
    editor.json_button.click()
    with qtbot.waitSignal(editor.validity_changed):
        write(editor.json, "{")
    assert not editor.form_button.isEnabled()
    assert editor.json_problem().startswith("Not valid JSON at line 1")
    with qtbot.waitSignal(editor.validity_changed):
        write(editor.json, '{"epochs": 4}')
    editor.form_button.click()
    assert editor.form.isVisibleTo(editor)
    assert editor.values() == {"epochs": 4}


def test_a_click_on_form_reads_what_was_typed_last(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_of(qtbot, specs)
    editor.json_button.click()
    write(editor.json, "{ not yet")
    editor.form_button.click()  # before the pause in typing is over
    assert editor.json_button.isChecked()
    assert editor.json.isVisibleTo(editor)


def test_a_problem_can_be_jumped_to(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    editor = editor_of(qtbot, specs)
    editor.json_button.click()
    editor.focus_field("flip")
    assert editor.form.isVisibleTo(editor)
    assert editor.focusWidget() is editor.form.row("flip").editor.focus_target()
