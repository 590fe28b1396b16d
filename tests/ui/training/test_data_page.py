from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.domain.snapshots import Split
from core.domain.training import Issue
from ui.training import steps
from ui.training.data_page import DataPage
from ui.training.split_slot import FolderLine
from ui.training.wizard import TrainingWizard


def page_of(wizard: TrainingWizard) -> DataPage:
    wizard.open_step(steps.DATA)
    return wizard.pages.data


def test_folders_are_chosen_in_a_dialog(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    picker = page.open_picker("train")
    picker.model().set_chosen(("train/a", "train/b"))
    picker.accept()
    assert wizard.draft().train_folders == ("train/a", "train/b")
    assert page.slot("train")._sum.text() == "150 images, 130 annotated"
    answer = wizard.pages.overview.rows[steps.DATA].texts()[0]
    assert answer.splitlines()[0] == "Training: train/a, train/b (150 images)"


def test_a_folder_can_be_taken_out_again(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.slot("test").take_paths(("test", "train/a"))
    lines = page.slot("test").findChildren(FolderLine)
    lines[0].remove_requested.emit("test")
    assert wizard.draft().test_folders == ("train/a",)


def test_the_picker_knows_what_the_other_sets_use(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.slot("test").take_paths(("test",))
    picker = page.open_picker("train")
    assert picker.model().index_of("test").siblingAtColumn(3).data() == "Test"
    picker.reject()


def test_without_a_validation_folder_a_part_is_held_back_with_live_counts(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.slot("train").take_paths(("train",))
    carving = page.carving()
    assert carving.isVisibleTo(page)
    assert carving._counts.text().startswith("About 26 of 130 annotated images are held back; 104 (80 %) remain")
    carving.control.selectAll()
    qtbot.keyClicks(carving.control, "0.5")
    assert wizard.draft().val_ratio == 0.5
    assert carving._counts.text().startswith("About 65 of 130")
    page.slot("val").take_paths(("test",))
    assert not carving.isVisibleTo(page)
    assert wizard.draft().val_folders == ("test",)


def test_a_ratio_or_seed_that_is_no_number_is_told_and_nothing_is_lost(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    for field, code, name in ((page.carving().control, "E-442", "val_ratio"), (page._seed_field, "E-132", "seed")):
        before = wizard.draft()
        field.selectAll()
        qtbot.keyClicks(field, "x")
        own = [issue for issue in wizard.issues() if issue.is_error]
        assert [(issue.code, issue.field) for issue in own] == [(code, name)]
        assert wizard.draft() == before
        field.selectAll()
        qtbot.keyClicks(field, "0.25" if name == "val_ratio" else "7")
        assert not [issue for issue in wizard.issues() if issue.is_error]
    assert (wizard.draft().val_ratio, wizard.draft().seed) == (0.25, 7)


def test_classes_are_counted_in_the_training_folders(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.slot("train").take_paths(("train/b",))
    model = page.classes().model()
    assert [model.index(row).data().split()[1] for row in range(3)] == ["40", "0", "0"]
    page.classes().control.click()
    assert wizard.draft().categories == ("text_line",)


def test_no_class_chosen_is_refused_here(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.slot("train").take_paths(("train",))
    page.classes().control.click()
    page.classes()._none.click()
    assert [issue.code for issue in wizard.issues()] == ["E-240"]
    assert page.classes()._problem.text() == "Choose at least one class."
    page.classes()._all.click()
    assert wizard.issues() == ()
    assert wizard.draft().categories == ("text_line", "initial", "stamp")


def test_images_without_objects_are_used_on_request_only(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    assert not wizard.draft().use_images_without_objects
    page._background.click()
    assert wizard.draft().use_images_without_objects


def test_annotations_made_by_models_are_included_on_request_only(wizard: TrainingWizard) -> None:
    wizard.set_model_made(12)
    page = page_of(wizard)
    assert page._model_made.text() == "Include annotations made by models (12)"
    assert not wizard.draft().include_model_annotations
    page._model_made.click()
    assert wizard.draft().include_model_annotations
    assert "no ground truth" in page._model_made_hint.text()


def test_a_folder_that_is_gone_is_shown_as_such(wizard: TrainingWizard) -> None:
    wizard.set_draft(replace(wizard.draft(), train_folders=("gone", "train")))
    page = page_of(wizard)
    texts = [label.text() for label in page.slot("train").findChildren(FolderLine)[0].findChildren(QLabel)]
    assert "not in this project" in texts
    assert wizard.draft().train_folders == ("gone", "train")


def test_problems_stand_at_the_set_they_are_about(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.show_issues(
        [
            Issue("E-521", "Choose training data.", "data", True, "train_folders"),
            Issue("E-151", '"a" and "b" overlap.', "data", True, "test_folders"),
            Issue("W-403", "Few images.", "data", False, "categories"),
            Issue("E-152", "3 images are in both sets.", "data", True),
        ]
    )
    assert page.slot("train")._problem.text() == "Choose training data."
    assert page.slot("test")._problem.text() == '"a" and "b" overlap.'
    assert page.classes()._problem.text() == "Few images."
    assert page._general.text() == "3 images are in both sets."


def test_sets_as_the_import_states_them(wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    slot = page.slot("train")
    assert not slot.stated.isVisibleTo(page)  # the import said nothing
    wizard.set_stated_sets({Split.TRAIN: 120, Split.VAL: 30})
    assert slot.stated.text() == "As the import states it: 120 images"
    assert not page.slot("test").stated.isVisibleTo(page)
    for key in ("train", "val"):
        page.slot(key).stated.click()
    assert wizard.draft().stated_sets == (Split.TRAIN, Split.VAL)
    assert not page.carving().isVisibleTo(page)
    answer = wizard.pages.overview.rows[steps.DATA].texts()[0]
    assert answer.splitlines()[:2] == [
        "Training: as the import states (120 images)",
        "Validation: as the import states (30 images)",
    ]
    slot.take_paths(("train/a",))
    assert wizard.draft().train_folders == ("train/a",)
    assert "of these folders only" in slot.stated.text()
    wizard.set_draft(replace(wizard.draft(), stated_sets=()))
    assert not slot.stated.isChecked()
