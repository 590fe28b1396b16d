from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from core.domain.ids import ProjectId, TaskId
from core.domain.snapshots import Split
from core.domain.training import Issue, SplitCount, TrainingDraft, TrainingReview
from core.domain.workers import WorkerInfo
from core.tasks.classification import CLASSIFICATION
from core.tasks.tagging import TAGGING
from ui.training import steps
from ui.training.data_page import DataPage
from ui.training.split_slot import FolderLine
from ui.training.wizard import TrainingWizard

ReviewMaker = Callable[..., TrainingReview]


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


def test_the_keyboard_goes_through_the_folders_of_a_set_and_stays_there(qtbot: QtBot, wizard: TrainingWizard) -> None:
    slot = page_of(wizard).slot("test")
    slot.take_paths(("test", "train/a"))
    wizard.activateWindow()
    for left in ("train/a", ""):
        remove = next(one.remove for one in slot.findChildren(FolderLine) if one.isVisible())
        slot.control.setFocus()
        qtbot.waitUntil(slot.control.hasFocus)
        qtbot.keyClick(slot.control, Qt.Key.Key_Tab)
        assert remove.hasFocus()
        qtbot.keyClick(remove, Qt.Key.Key_Space)
        assert wizard.draft().test_folders == ((left,) if left else ())
        rest = [one.remove for one in slot.findChildren(FolderLine) if one.isVisible()]
        assert QApplication.focusWidget() is (rest[0] if rest else slot.control)


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


def test_both_parts_can_be_written_and_the_other_one_follows(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = page_of(wizard)
    page.slot("train").take_paths(("train",))
    carving = page.carving()
    assert (carving.kept.text(), carving.control.text()) == ("0.8", "0.2")
    for field, text, parts in (
        (carving.kept, "0.87655", ("0.87655", "0.12345")),
        (carving.control, "0.00001", ("0.99999", "0.00001")),
        (carving.kept, "much", ("much", "")),
        (carving.control, "0.3", ("0.7", "0.3")),
    ):
        field.selectAll()
        qtbot.keyClicks(field, text)
        assert (carving.kept.text(), carving.control.text()) == parts
        assert [issue.code for issue in wizard.issues() if issue.field == "val_ratio"] == ["E-442"] * (text == "much")
    assert wizard.draft().val_ratio == 0.3


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
    assert page.classes()._problem.text() == "E-240: Choose at least one class."
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
    assert page.slot("train")._problem.text() == "E-521: Choose training data."
    assert page.slot("test")._problem.text() == 'E-151: "a" and "b" overlap.'
    assert page.classes()._problem.text() == "W-403: Few images."
    assert page._general.text() == "E-152: 3 images are in both sets."


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


TAGGER = WorkerInfo("tags", "Tagger", "1.0", "", (TAGGING.info, CLASSIFICATION.info))


def labelling(wizard: TrainingWizard, task: TaskId = TAGGING.slug) -> DataPage:
    wizard.set_workers((TAGGER,))
    wizard.set_draft(TrainingDraft(ProjectId("p1"), worker="tags", task=task, train_folders=("train",)))
    wizard.open_step(steps.DATA)
    return wizard.pages.data


def test_only_tasks_that_label_ask_what_is_labelled(wizard: TrainingWizard) -> None:
    wizard.open_step(steps.DATA)
    assert not wizard.pages.data.labels().isVisible()
    assert labelling(wizard).labels().isVisible()


def test_crops_of_checked_classes_become_the_drafts(qtbot: QtBot, wizard: TrainingWizard) -> None:
    page = labelling(wizard)
    section = page.labels()
    section.whole.setFocus()
    qtbot.keyClick(section.whole, Qt.Key.Key_Down)
    assert section.crops.isChecked()
    assert wizard.draft().crop_of == ()
    assert "Choose the classes whose shapes are cut out." in [issue.text for issue in wizard.issues()]

    model = section.class_model()
    model.setData(model.index(1), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert wizard.draft().crop_of == ("initial",)
    section.whole.click()
    assert wizard.draft().crop_of == ()
    section.crops.click()
    assert wizard.draft().crop_of == ("initial",), "what was checked comes back"
    assert wizard.draft().new_model_name == "Tagger | Charters (crops of initial)"


def test_a_draft_with_crops_and_conditions_comes_out_as_it_went_in(wizard: TrainingWizard) -> None:
    page = labelling(wizard)
    draft = replace(wizard.draft(), crop_of=("stamp",), conditions=(("text_line", "stamp"), ("initial",)))
    wizard.set_draft(draft)
    wizard.open_step(steps.DATA)
    assert page.apply(draft) == draft
    assert page.conditions().texts() == ["images that show text_line and stamp", "images that show initial"]


def test_conditions_are_added_changed_and_removed(wizard: TrainingWizard) -> None:
    wizard.open_step(steps.DATA)
    section = wizard.pages.data.conditions()
    dialog = section.open_dialog(None)
    model = dialog.class_model()
    for row in (0, 2):
        model.setData(model.index(row), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    dialog.accept()
    assert wizard.draft().conditions == (("text_line", "stamp"),)

    again = section.open_dialog(0)
    model = again.class_model()
    model.setData(model.index(0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    again.accept()
    assert wizard.draft().conditions == (("stamp",),)
    section.remove(0)
    assert wizard.draft().conditions == ()


def test_what_is_used_and_left_out_stands_on_the_page(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    page = labelling(wizard)
    review = replace(
        make_review(wizard.draft(), Issue("E-402", "Each class needs 5.", "data", True, "categories")),
        task=TAGGING.info,
        splits=(SplitCount(Split.TRAIN, 9, 30, (20, 10, 0), 2, 40), SplitCount(Split.VAL, 2, 7, (6, 1, 0), 0, 8)),
        ignored=(("crops with several classes", 3),),
    )
    wizard.set_review(review)
    rows = {row[0]: row[1:3] for row in page.used().counts.texts()}
    assert rows["Crops"] == ["40", "8"]
    assert rows["Labels"] == ["30", "7"]
    assert rows["of these without any class"] == ["2", "0"]
    assert page.used().left_out.text() == "Not used:\n• crops with several classes: 3"


def test_a_classifier_has_no_negatives_to_switch_on(wizard: TrainingWizard) -> None:
    page = labelling(wizard, CLASSIFICATION.slug)
    assert not page._background.isVisible()
    assert labelling(wizard)._background.isVisible()
    assert page._background.text() == "Use ima&ges with other classes only as negatives"


def test_a_task_that_labels_counts_labels_not_shapes(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    page = labelling(wizard, CLASSIFICATION.slug)
    model = page.classes().model()
    texts = [model.index(row).data() for row in range(3)]
    assert texts == ["text_line", "initial", "stamp"], "the shapes of a class say nothing of labelled images"
    splits = (SplitCount(Split.TRAIN, 9, 9, (6, 3)), SplitCount(Split.VAL, 3, 3, (2, 1)))
    review = replace(make_review(wizard.draft()), categories=("text_line", "stamp"), splits=splits, is_val_carved=True)
    wizard.set_review(review)
    assert [model.index(row).data() for row in range(3)] == ["text_line   8", "initial   0", "stamp   4"]
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole) == "text_line: 8 images to learn from"
    wizard.set_review(replace(review, is_val_carved=False))
    assert model.index(0).data() == "text_line   6"
    page.slot("train").take_paths(("train/b",))
    assert model.index(0).data() == "text_line", "another folder is counted anew"
