from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from core.domain.workers import FieldKind, FieldProblem, FieldSpec
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import check, differing
from ui.forms.schema_form import SchemaForm
from ui.forms.scroll_column import ScrollColumn
from ui.widgets.search_field import SearchField


def shown_form(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> SchemaForm:
    form = SchemaForm(specs)
    qtbot.addWidget(form)
    form.show()
    return form


def visible(form: SchemaForm, specs: tuple[FieldSpec, ...]) -> list[str]:
    return [spec.name for spec in specs if form.row(spec.name).isVisibleTo(form)]


def disclosure(form: SchemaForm) -> QToolButton:
    return next(button for button in form.findChildren(QToolButton) if button.isCheckable())


def type_into(qtbot: QtBot, form: SchemaForm, name: str, text: str) -> None:
    field = form.row(name).editor.focus_target()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)


def test_values_are_what_differs(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    assert form.values() == {}
    form.set_values({"epochs": 5, "rate": 0.01, "note": "x"})
    assert form.values() == {"epochs": 5, "note": "x"}
    form.set_values({})
    assert form.values() == {}


def test_a_whole_number_given_for_a_real_one_is_the_same_number(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_values({"rate": 1})
    assert form.values() == {"rate": 1.0}
    assert isinstance(form.values()["rate"], float)


def test_true_is_not_one(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_values({"flip": 1})
    assert form.values() == {"flip": 1}


def test_unknown_keys_are_kept(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_values({"gamma": 3, "epochs": 5})
    type_into(qtbot, form, "epochs", "7")
    assert form.values() == {"gamma": 3, "epochs": 7}


def test_an_edit_announces_what_differs(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    heard: list[object] = []
    form.values_changed.connect(heard.append)
    type_into(qtbot, form, "epochs", "12")
    assert heard[-1] == {"epochs": 12}
    form.set_values({"epochs": 3})
    assert heard[-1] == {"epochs": 12}  # what comes from outside is no news


def test_ordinary_options_first_all_others_on_request(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    ordinary = ["epochs", "rate", "optimizer", "batch", "note"]
    assert visible(form, specs) == ordinary
    assert "4" in disclosure(form).text()
    disclosure(form).click()
    assert visible(form, specs) == [*ordinary, "flip", "fraction", "label", "level"]
    disclosure(form).click()
    assert visible(form, specs) == ordinary


def test_a_field_that_does_not_apply_is_hidden_and_keeps_its_value(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_values({"optimizer": "SGD", "momentum": 0.5})
    assert "momentum" in visible(form, specs)
    form.row("optimizer").editor.focus_target().activated.emit(2)  # type: ignore[attr-defined]
    assert "momentum" not in visible(form, specs)
    assert form.values() == {"optimizer": "Adam", "momentum": 0.5}


def test_a_problem_stands_beside_its_field_even_behind_the_disclosure(
    qtbot: QtBot, specs: tuple[FieldSpec, ...]
) -> None:
    form = shown_form(qtbot, specs)
    form.set_problems(
        [
            FieldProblem("epochs", '"Epochs" must be between 1 and 300.', code="E-132"),
            FieldProblem("flip", '"Flip" must be on or off.'),
            FieldProblem("rate", "A high rate.", is_error=False),
            FieldProblem("gamma", "The value is kept and not used.", is_error=False),
        ]
    )
    assert form.row("epochs").problem.text() == '"Epochs" must be between 1 and 300.'
    assert form.row("epochs").editor.focus_target().property("problem") is True
    assert not form.row("rate").editor.focus_target().property("problem")  # a warning does not bar the way
    assert "flip" in visible(form, specs)
    assert form._general.text() == "The value is kept and not used."
    form.set_problems([])
    assert not form.row("epochs").problem.isVisibleTo(form)
    assert form.row("epochs").editor.focus_target().property("problem") is False
    assert "flip" not in visible(form, specs)


def test_what_was_changed_is_marked_and_can_be_reset(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_values({"epochs": 5, "flip": False})
    row = form.row("epochs")
    assert row.is_changed
    assert "Differs from the default." in row.editor.focus_target().accessibleDescription()
    assert "flip" in visible(form, specs)  # changed values are never hidden
    assert row.reset_button.isVisibleTo(form)
    assert row.reset_button.toolTip() == "Back to the default: 100"
    row.reset_button.click()
    assert form.values() == {"flip": False}
    assert not row.reset_button.isVisibleTo(form)


def test_reset_all(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_values({"epochs": 5, "gamma": 1})
    button = next(button for button in form.findChildren(QPushButton) if button.text() == "Rese&t all")
    with qtbot.waitSignal(form.values_changed) as caught:
        button.click()
    assert caught.args == [{}]
    assert form.values() == {}
    assert not button.isEnabled()


def test_the_search_finds_advanced_options_too(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    search = form.findChild(SearchField)
    assert search is not None
    search.setText("flip")
    qtbot.waitUntil(lambda: visible(form, specs) == ["flip"])
    search.setText("nothing like it")
    qtbot.waitUntil(lambda: visible(form, specs) == [])
    assert form._nothing.isVisibleTo(form)
    search.clear()
    assert "epochs" in visible(form, specs)


def test_read_only_shows_and_changes_nothing(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_read_only(True)
    form.set_values({"epochs": 5, "flip": False})
    assert not form.row("epochs").reset_button.isVisibleTo(form)
    switch = form.row("flip").editor.focus_target()
    assert isinstance(switch, QCheckBox)
    switch.click()
    assert form.values() == {"epochs": 5, "flip": False}


def test_titles_lead_to_their_editors_and_show_their_ampersands(qtbot: QtBot) -> None:
    form = shown_form(qtbot, (FieldSpec("a", FieldKind.TEXT, "Crop & scale", default=""),))
    row = form.row("a")
    assert row.title.buddy() is row.editor.focus_target()
    assert row.title.text() == "Crop && scale"


def test_tab_goes_from_field_to_field(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.activateWindow()
    form.row("epochs").editor.focus_target().setFocus()
    qtbot.waitUntil(lambda: form.row("epochs").editor.focus_target().hasFocus())
    qtbot.keyClick(form.row("epochs").editor.focus_target(), Qt.Key.Key_Tab)
    assert form.row("rate").editor.focus_target().hasFocus()


def test_other_specs_replace_the_fields(qtbot: QtBot, specs: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, specs)
    form.set_values({"epochs": 5})
    form.set_specs((FieldSpec("depth", FieldKind.INTEGER, "Depth", default=3),))
    assert form.all_values() == {"depth": 3}


def test_the_schema_of_a_real_worker_goes_round(qtbot: QtBot, yolo_fields: tuple[FieldSpec, ...]) -> None:
    """Each preset, through the form, is what the worker itself says differs from its defaults."""
    form = shown_form(qtbot, yolo_fields)
    catalog = WorkerCatalog()
    configuration = catalog.get("yolo-detect").configuration
    for _name, values in catalog.info("yolo-detect").presets:
        form.set_values(values)
        assert form.values() == differing(configuration, values)
        assert not [problem for problem in check(configuration, form.all_values()) if problem.is_error]


def test_what_the_worker_refuses_is_shown_where_it_was_typed(qtbot: QtBot, yolo_fields: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, yolo_fields)
    type_into(qtbot, form, "epochs", "0")
    form.set_problems(check(WorkerCatalog().get("yolo-detect").configuration, form.values()))
    assert form.row("epochs").problem.text() == '"Epochs" must be between 1 and 10000.'


def test_rows_are_made_while_nothing_else_is_to_be_done(qtbot: QtBot, yolo_fields: tuple[FieldSpec, ...]) -> None:
    form = shown_form(qtbot, yolo_fields)
    assert len(form._rows) < len(yolo_fields)
    qtbot.waitUntil(lambda: not form._idle.isActive())
    assert len(form._rows) == len(yolo_fields)


def test_no_help_is_clipped_however_narrow_the_form(qtbot: QtBot, yolo_fields: tuple[FieldSpec, ...]) -> None:
    area = ScrollColumn(SchemaForm(yolo_fields))
    qtbot.addWidget(area)
    form = area.findChild(SchemaForm)
    assert form is not None
    disclosure(form).click()
    for width in (520, 700, 1100):
        area.resize(width, 600)
        area.show()
        qtbot.wait(50)
        for spec in yolo_fields:
            row = form.row(spec.name)
            if row.isVisibleTo(form) and spec.help:
                assert row.help.height() >= row.help.heightForWidth(row.help.width()), (spec.name, width)


def test_who_changes_what_a_default_goes_with_resets_the_field(qtbot: QtBot) -> None:
    specs = (
        FieldSpec(
            "optimizer", FieldKind.CHOICE, "Optimizer", default="Adam", choices=(("Adam", "Adam"), ("SGD", "SGD"))
        ),
        FieldSpec(
            "lr",
            FieldKind.FLOAT,
            "Rate",
            default=0.001,
            minimum=0.0,
            maximum=1.0,
            step=0.001,
            default_by=("optimizer", (("Adam", 0.001), ("SGD", 0.01))),
        ),
    )
    form = shown_form(qtbot, specs)
    form.set_values({"lr": 0.5})
    form.row("optimizer").editor.set_value("SGD")
    form.row("optimizer").value_changed.emit("optimizer")
    assert form.values() == {"optimizer": "SGD"}
    assert form.all_values()["lr"] == 0.01
    assert form.row("lr").facts.text().startswith("Default 0.01")
    form.set_values({"optimizer": "SGD", "lr": 0.001})
    assert form.values() == {"optimizer": "SGD", "lr": 0.001}
    form.row("lr").reset()
    assert form.values() == {"optimizer": "SGD"}
