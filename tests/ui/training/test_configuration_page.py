from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QPlainTextEdit
from pytestqt.qtbot import QtBot

from core.domain.ids import ConfigurationId
from core.domain.training import Issue
from core.domain.workers import Configuration
from ui.training import steps
from ui.training.configuration_page import ConfigurationPage
from ui.training.wizard import TrainingWizard


def page_of(wizard: TrainingWizard) -> ConfigurationPage:
    wizard.open_step(steps.CONFIGURATION)
    return wizard.pages.configuration


def pick(page: ConfigurationPage, key: str) -> None:
    page._list.set_current_key(key)
    page._list.chosen.emit(key)


def type_epochs(qtbot: QtBot, page: ConfigurationPage, text: str) -> None:
    field = page.editor().form.row("epochs").editor.focus_target()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)


def test_no_configuration_shows_the_defaults_read_only(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    assert page._title.text() == "No configuration"
    assert wizard.pages.overview.rows[steps.CONFIGURATION].texts()[0] == "The method's defaults"
    type_epochs(qtbot, page, "7")
    assert wizard.draft().values == {}
    assert page.editor().form.row("epochs").editor.value() == 100


def test_presets_and_stored_ones_of_this_worker_are_listed(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    assert page._list.shown_keys() == ["defaults", "preset:Fast", "stored:k1", "stored:k2"]
    notes = [choice.subtitle for key in page._list.shown_keys() if (choice := page._list.choice(key)) is not None]
    assert notes == [
        "the method's defaults",
        "built in · 1 value changed",
        "used by a run · 1 value changed",
        "stored, made for another version · 1 value changed",
    ]


def test_picking_puts_id_name_and_values_into_the_draft(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    pick(page, "stored:k1")
    draft = wizard.draft()
    assert (draft.configuration, draft.configuration_name, draft.values) == ("k1", "Long night", {"epochs": 300})
    pick(page, "preset:Fast")
    draft = wizard.draft()
    assert (draft.configuration, draft.configuration_name, draft.values) == (None, "Fast", {"epochs": 5})
    pick(page, "defaults")
    draft = wizard.draft()
    assert (draft.configuration, draft.configuration_name, draft.values) == (None, "", {})


def test_a_locked_one_is_copied_first(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    pick(page, "stored:k1")
    assert "Copy it to change values" in page._note.text()
    type_epochs(qtbot, page, "7")
    assert wizard.draft().values == {"epochs": 300}
    page._copy.click()
    assert page._name_line.text() == "Copy of Long night"
    type_epochs(qtbot, page, "7")
    draft = wizard.draft()
    assert (draft.configuration, draft.configuration_name, draft.values) == (None, "", {"epochs": 7})


def test_a_new_one_starts_from_the_defaults_with_a_free_name(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    taken = Configuration(ConfigurationId("k9"), "New configuration", "boxes", "2.0", {})
    wizard.set_configurations((taken,))
    page._new.click()
    assert page._name_line.text() == "New configuration 2"
    assert page._list.current_key() == "custom"
    type_epochs(qtbot, page, "9")
    assert wizard.draft().values == {"epochs": 9}
    answer = wizard.pages.overview.rows[steps.CONFIGURATION].texts()
    assert answer[:2] == ("Values of this run", "1 value changed from the defaults")


def test_what_was_edited_is_still_there_after_looking_elsewhere(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page._new.click()
    type_epochs(qtbot, page, "9")
    pick(page, "defaults")
    pick(page, "custom")
    assert wizard.draft().values == {"epochs": 9}


def test_saving_asks_for_a_name_and_becomes_the_choice(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page._new.click()
    type_epochs(qtbot, page, "9")
    page._name_line.clear()
    with qtbot.assertNotEmitted(wizard.configuration_save_requested):
        page._save.click()
    assert page._name.problem.text() == "Give the configuration a name."
    qtbot.keyClicks(page._name_line, "Nine")
    with qtbot.waitSignal(wizard.configuration_save_requested) as caught:
        page._save.click()
    assert caught.args == [Configuration(None, "Nine", "boxes", "2.0", {"epochs": 9})]
    made = Configuration(ConfigurationId("k7"), "Nine", "boxes", "2.0", {"epochs": 9})
    wizard.set_configurations((made,))
    wizard.set_saved_configuration(made)
    assert (wizard.draft().configuration, wizard.draft().configuration_name) == ("k7", "Nine")
    assert page._list.shown_keys() == ["defaults", "preset:Fast", "stored:k7"]
    assert page._list.current_key() == "stored:k7"


def test_a_name_that_is_taken_is_told_of_beside_it(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page._new.click()
    wizard.show_configuration_problem('A configuration named "Nine" exists for this method.')
    assert page._name.problem.isVisibleTo(page)
    page._name_line.textEdited.emit("x")
    assert not page._name.problem.isVisibleTo(page)


def test_json_that_is_not_valid_bars_the_start(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page._new.click()
    page.editor().json_button.click()
    text = page.editor().findChild(QPlainTextEdit)
    assert text is not None
    with qtbot.waitSignal(page.editor().validity_changed):
        text.setPlainText('{"epochs": }')
    assert [issue.code for issue in wizard.issues() if issue.is_error] == ["E-531"]
    assert wizard.frame.step_list.button(steps.CONFIGURATION).state.problem.startswith("Not valid JSON at line 1")
    wizard.set_configurations(())  # a list that arrives late does not overwrite what is being typed
    assert text.toPlainText() == '{"epochs": }'
    with qtbot.waitSignal(page.editor().validity_changed):
        text.setPlainText('{"epochs": 4}')
    assert wizard.draft().values == {"epochs": 4}


def test_a_file_is_asked_for_and_its_values_can_be_edited(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    dialog = page.open_import()
    assert isinstance(dialog, QFileDialog)
    with qtbot.waitSignal(wizard.configuration_import_requested) as caught:
        dialog.fileSelected.emit("/data/night.json")
    assert caught.args == [Path("/data/night.json")]
    dialog.reject()
    wizard.set_imported_configuration(Configuration(None, "night", "boxes", "", {"epochs": 50, "gamma": 1}))
    assert page._name_line.text() == "night"
    assert wizard.draft().values == {"epochs": 50, "gamma": 1}


def test_each_worker_keeps_its_own_configuration(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    pick(page, "preset:Fast")
    wizard.pages.worker._take("slow")
    assert (wizard.draft().configuration_name, wizard.draft().values) == ("", {})
    wizard.pages.worker._take("boxes")
    assert (wizard.draft().configuration_name, wizard.draft().values) == ("Fast", {"epochs": 5})


def test_problems_stand_beside_the_option(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.show_issues([Issue("E-132", '"Epochs" must be between 1 and 300.', "configuration", True, "epochs")])
    assert page.editor().form.row("epochs").problem.text() == '"Epochs" must be between 1 and 300.'


def test_a_stored_one_that_arrives_later_than_the_draft_is_recognised(wizard: TrainingWizard) -> None:
    kept = Configuration(ConfigurationId("k8"), "Kept", "boxes", "2.0", {"epochs": 8})
    draft = replace(wizard.draft(), configuration=kept.id, configuration_name="Kept", values={"epochs": 8})
    wizard.set_draft(draft)
    page = page_of(wizard)
    wizard.set_configurations((kept,))
    assert page._list.current_key() == "stored:k8"
    assert wizard.draft() == draft


def test_what_cannot_be_edited_is_no_field(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    pick(page, "preset:Fast")
    row = page.editor().form.row("epochs")
    assert not row.editor.isVisibleTo(row)
    assert row.plain.text() == "5"
    page._copy.click()
    assert row.editor.isVisibleTo(row)
    assert not row.plain.isVisibleTo(row)


def test_a_stored_one_is_edited_under_its_name(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    pick(page, "stored:k2")
    page.menu.edit.trigger()
    assert (page._name_line.text(), wizard.draft().values) == ("No flips", {"flip": False})
    assert "No flips" in page._note.text()
    type_epochs(qtbot, page, "9")
    with qtbot.waitSignal(wizard.configuration_edit_requested) as caught:
        page._save.click()
    assert caught.args == ["k2", {"epochs": 9, "flip": False}]
    page._name_line.setText("Other")
    with qtbot.waitSignal(wizard.configuration_save_requested):
        page._save.click()
    edited = Configuration(ConfigurationId("k2"), "No flips", "boxes", "2.0", {"epochs": 9})
    wizard.set_configurations((edited,))
    wizard.set_saved_configuration(edited)
    assert (wizard.draft().configuration, page._list.current_key()) == ("k2", "stored:k2")


def test_what_can_be_done_depends_on_what_it_is(wizard: TrainingWizard) -> None:
    page = page_of(wizard)

    def offered() -> list[bool]:
        menu = page.menu
        return [action.isVisible() for action in (menu.edit, menu.rename, menu.export, menu.delete)]

    pick(page, "defaults")
    assert not page.menu.isVisibleTo(page)
    pick(page, "preset:Fast")
    assert offered() == [False, False, True, False]
    pick(page, "stored:k1")  # used by a run
    assert offered() == [False, True, True, True]
    pick(page, "stored:k2")
    assert offered() == [True, True, True, True]


def test_renaming_exporting_and_deleting_are_asked_for(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    pick(page, "stored:k2")
    dialog = page.menu.ask_name()
    assert dialog is not None and dialog.textValue() == "No flips"
    with qtbot.waitSignal(wizard.configuration_rename_requested) as caught:
        dialog.setTextValue("Straight")
        dialog.accept()
    assert caught.args == ["k2", "Straight"]
    box = page.menu.ask_to_delete()
    assert box is not None
    with qtbot.waitSignal(wizard.configuration_delete_requested):
        next(button for button in box.buttons() if button.text() == "&Delete").click()
    wizard.drop_configuration(ConfigurationId("k2"))
    wizard.set_configurations(())
    draft = wizard.draft()
    assert (draft.configuration, draft.configuration_name, draft.values) == (None, "", {"flip": False})
    pick(page, "preset:Fast")
    page.menu.export.trigger()
    files = next(dialog for dialog in page.menu.findChildren(QFileDialog) if dialog.isVisible())
    files.reject()
