from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from core.domain.devices import DeviceReport
from core.domain.ids import ModelId
from core.domain.messages import UserMessage
from core.domain.training import Issue, Proposal, Remedy, TrainingReview, TrainingStart
from ui.theme import ThemeMode, apply_theme
from ui.training import steps
from ui.training.answer_row import AnswerRow
from ui.training.wizard import TrainingWizard

ReviewMaker = Callable[..., TrainingReview]
NO_DATA = Issue("E-521", "Choose training data.", "data", True, "train_folders")
SHORT = Issue("E-450", "Between 6 and 6000 minutes, or no limit.", "limits", True, "max_minutes")
FEW = Issue("W-403", "stamp has 5 images; 20 is advisable.", "data", False, "categories")


def ready(wizard: TrainingWizard, make_review: ReviewMaker, *issues: Issue) -> None:
    """On the review page, with an answer to the present draft."""
    wizard.open_step(steps.OVERVIEW)
    wizard.set_review(make_review(wizard.draft(), *issues))


def question(wizard: TrainingWizard) -> QMessageBox:
    return next(box for box in wizard.findChildren(QMessageBox) if box.isVisible())


def press(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if button.text() == text).click()


def test_it_opens_on_its_answers_with_start_in_reach(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    assert wizard.frame.step == steps.OVERVIEW
    assert not wizard.frame.step_list.isVisibleTo(wizard)
    assert set(wizard.pages.made) == {steps.OVERVIEW}  # no other page costs anything before it is looked at
    wizard.set_default_name("First run")
    wizard.set_draft(replace(wizard.draft(), train_folders=("train",)), reasons={steps.DATA: "By their names."})
    rows = wizard.pages.overview.rows
    assert {step: row.texts()[0] for step, row in rows.items()} == {
        steps.NAME: "First run",
        steps.WORKER: "YOLO detection",
        steps.CONFIGURATION: "The method's defaults",
        steps.MODEL: "A new model: YOLO | Charters (page)",
        steps.DATA: "Training: train (150 images)\nValidation: 20 % of the training images, held back\nTest: none",
        steps.DEVICE: "CPU, at most 60 minutes",
    }
    assert rows[steps.DATA].texts()[2] == "By their names."
    wizard.set_review(make_review(wizard.draft()))
    assert wizard.frame.footer.start_button.isVisibleTo(wizard)
    assert wizard.focusWidget() is wizard.frame.footer.start_button
    with qtbot.waitSignal(wizard.submit_requested):
        qtbot.keyClick(wizard.frame.footer.start_button, Qt.Key.Key_Return)


def test_change_leads_to_a_page_and_back(qtbot: QtBot, wizard: TrainingWizard) -> None:
    for step in steps.STEPS[1:]:
        wizard.pages.overview.rows[step].button.click()
        assert wizard.frame.step == step
        assert wizard.pages.page(step).isAncestorOf(wizard.focusWidget())
        assert not wizard.frame.footer.start_button.isVisibleTo(wizard)
        wizard.frame.footer.overview_button.click()
        assert wizard.frame.step == steps.OVERVIEW


def test_looking_at_every_page_changes_nothing(qtbot: QtBot, wizard: TrainingWizard) -> None:
    wizard.pages.data.slot("train").take_paths(("train",))
    before = wizard.draft()
    for step in steps.STEPS:
        wizard.open_step(step)
    assert wizard.draft() == before
    assert wizard.pages.data.slot("train").paths() == ("train",)


def test_every_step_is_a_click_away_from_every_other(qtbot: QtBot, wizard: TrainingWizard) -> None:
    wizard.open_step(steps.NAME)
    for step in reversed(steps.STEPS):
        if wizard.frame.step == steps.OVERVIEW:
            wizard.open_step(steps.NAME)
        button = wizard.frame.step_list.button(step)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert wizard.frame.step == step
        assert button.isChecked()


def test_the_keyboard_leads_through_the_wizard(qtbot: QtBot, wizard: TrainingWizard) -> None:
    change = wizard.pages.overview.rows[steps.NAME].button
    change.setFocus()
    qtbot.keyClick(change, Qt.Key.Key_Return)
    line = wizard.pages.name._line
    assert wizard.frame.step == steps.NAME
    assert wizard.focusWidget() is line
    qtbot.keyClicks(line, "Mine")  # in the place of what was proposed, which is selected
    assert wizard.draft().name == "Mine"
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert wizard.frame.step == steps.OVERVIEW
    wizard.open_step(steps.WORKER)
    qtbot.keyClick(wizard, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert wizard.frame.step == steps.CONFIGURATION
    qtbot.keyClick(wizard, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert wizard.frame.step == steps.WORKER
    button = wizard.frame.step_list.button(steps.WORKER)
    button.setFocus()
    qtbot.waitUntil(button.hasFocus)
    qtbot.keyClick(button, Qt.Key.Key_Down)
    assert wizard.frame.step == steps.CONFIGURATION
    assert wizard.frame.step_list.button(steps.CONFIGURATION).hasFocus()
    qtbot.keyClick(button, Qt.Key.Key_Escape)
    assert wizard.frame.step == steps.OVERVIEW


def test_escape_on_the_overview_leaves(qtbot: QtBot, wizard: TrainingWizard) -> None:
    with qtbot.waitSignal(wizard.cancel_requested):
        qtbot.keyClick(wizard.pages.overview.rows[steps.NAME].button, Qt.Key.Key_Escape)


def test_a_page_that_is_first_shown_later_knows_everything(
    wizard: TrainingWizard, gpu_report: DeviceReport, make_review: ReviewMaker
) -> None:
    wizard.set_devices(gpu_report)
    wizard.set_review(make_review(wizard.draft(), NO_DATA, SHORT))
    assert steps.DEVICE not in wizard.pages.made
    wizard.open_step(steps.DEVICE)
    assert wizard.pages.device.gpu_switch().isEnabled()
    assert wizard.pages.device._limit_problem.text() == SHORT.in_words
    wizard.open_step(steps.DATA)
    assert wizard.pages.data.slot("train")._problem.text() == NO_DATA.in_words


def test_a_proposed_configuration_follows_until_one_is_chosen(wizard: TrainingWizard) -> None:
    wizard.set_draft(wizard.draft(), follows_configuration=True)
    fast = replace(wizard.draft(), configuration_name="Fast", values={"epochs": 5})
    wizard.set_proposed_configuration(Proposal(fast, {steps.CONFIGURATION: "For 12 images."}))
    assert wizard.draft() == fast
    assert not wizard.has_input
    assert wizard.pages.overview.rows[steps.CONFIGURATION].texts()[0] == "Fast"
    assert wizard.pages.overview.rows[steps.CONFIGURATION].texts()[2] == "For 12 images."
    wizard.pages.configuration._pick("defaults")
    assert wizard.pages.overview.rows[steps.CONFIGURATION].texts()[2] == ""
    wizard.set_proposed_configuration(Proposal(fast))
    assert wizard.draft().configuration_name == ""


def test_another_method_takes_no_model_that_it_does_not_train(wizard: TrainingWizard) -> None:
    wizard.set_draft(replace(wizard.draft(), model=ModelId("m1"), new_model_name=""))
    wizard.pages.worker._take("masks")
    assert (wizard.draft().model, wizard.draft().new_model_name) == (None, "Mask | Charters (page)")


def test_problems_stand_beside_the_answer_on_the_step_list_and_beside_the_field(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    full = Issue("E-250", "Not enough disk space.", "review", True)
    ready(wizard, make_review, NO_DATA, FEW, SHORT, full)
    overview = wizard.pages.overview
    assert overview.rows[steps.DATA].problem.text() == "E-521: Choose training data.\n" + FEW.in_words
    assert overview.rows[steps.DEVICE].problem.text() == SHORT.in_words
    assert overview.rows[steps.NAME].problem.text() == ""
    assert overview.issues.heading() == "3 problems to solve before the start"
    assert overview.issues.lines() == ["Not enough disk space."]
    assert wizard.focusWidget() is overview.rows[steps.DATA].button  # the first that is in the way
    overview.rows[steps.DATA].button.click()
    assert wizard.frame.step == steps.DATA
    assert wizard.focusWidget() is wizard.pages.data.slot("train").control
    data = wizard.frame.step_list.button(steps.DATA)
    assert (data.state.problem, data.state.is_error) == ("Choose training data.", True)
    assert data.accessibleName() == "Data"
    assert data.accessibleDescription() == "Problem: Choose training data."
    assert wizard.frame.step_list.button(steps.DEVICE).second_line() == SHORT.text
    assert wizard.frame.step_list.button(steps.NAME).state.problem == ""
    assert wizard.pages.data.slot("train")._problem.text() == "E-521: Choose training data."
    assert wizard.pages.data.classes()._problem.text() == FEW.in_words
    assert wizard.pages.device._limit_problem.text() == SHORT.in_words


def test_remarks_let_it_start_and_are_not_called_ready(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review, FEW)
    assert wizard.frame.footer.start_button.isEnabled()
    assert wizard.frame.footer.reason() == "1 remark above"
    assert wizard.pages.overview.issues.heading() == "The training can start, with 1 remark"


def test_an_edit_announces_the_whole_draft(qtbot: QtBot, wizard: TrainingWizard) -> None:
    with qtbot.waitSignal(wizard.draft_changed) as caught:
        qtbot.keyClicks(wizard.pages.name._line, "a")
    assert caught.args == [wizard.draft()]
    assert wizard.has_input


def test_what_comes_from_outside_is_no_input(wizard: TrainingWizard) -> None:
    wizard.set_default_name("YOLO · today")
    assert wizard.draft().name == "YOLO · today"
    assert not wizard.has_input


def test_the_proposed_name_is_used_until_another_is_written(qtbot: QtBot, wizard: TrainingWizard) -> None:
    wizard.set_default_name("First")
    wizard.set_default_name("Second")
    assert wizard.draft().name == "Second"
    line = wizard.pages.name._line
    line.selectAll()
    qtbot.keyClicks(line, " Mine ")
    wizard.set_default_name("Third")
    assert wizard.draft().name == "Mine"  # trimmed
    assert wizard.pages.name._length.text() == "4 / 100"
    wizard.pages.name._propose.click()
    assert wizard.draft().name == "Third"


def test_start_is_not_free_before_the_review_has_answered(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.open_step(steps.OVERVIEW)
    footer = wizard.frame.footer
    assert not footer.start_button.isEnabled()
    assert footer.reason() == "Checking what is proposed…"
    wizard.set_review(make_review(wizard.draft()))
    assert footer.start_button.isEnabled()
    assert footer.reason() == "Everything is ready."


def test_how_long_it_takes_is_said_once_it_is_known(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.open_step(steps.OVERVIEW)
    wizard.set_review(replace(make_review(wizard.draft()), estimated_s=100.0))
    assert wizard.frame.footer.reason() == "Everything is ready. It takes about 2 minutes."
    ready(wizard, make_review, FEW)
    wizard.set_review(replace(make_review(wizard.draft(), FEW), estimated_s=42.0))
    assert wizard.frame.footer.reason() == "1 remark above. It takes about 40 seconds."


def test_a_batch_that_does_not_fit_is_mended_with_a_click(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    remedy = Remedy("Use a batch of 8", (("batch", 8),))
    too_much = Issue("E-163", "A batch of 16 needs too much.", "review", True, remedy=remedy)
    ready(wizard, make_review, too_much)
    overview = wizard.pages.overview
    review = replace(
        make_review(wizard.draft(), too_much), estimated_s=100.0, memory="about 9 GB of memory of 6 GB free"
    )
    wizard.set_review(review)
    assert overview._effort.text() == "The training takes about 2 minutes, about 9 GB of memory of 6 GB free."
    assert overview.issues.lines() == ["A batch of 16 needs too much."]
    assert not wizard.frame.footer.start_button.isEnabled()
    before = wizard.draft().values
    button = next(one for one in overview.issues.findChildren(QPushButton) if one.text() == remedy.text)
    with qtbot.waitSignal(wizard.draft_changed):
        button.click()
    assert wizard.draft().values == {**before, "batch": 8}
    assert wizard.draft().configuration is None


def test_a_fault_of_an_answer_is_mended_with_a_click_beside_it(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    network = Remedy("Train Net, large", (("size", "l"),))
    model = Remedy('Create "Pages & maps 2"', new_model="Pages & maps 2")
    other = Issue("E-142", "It is net-l.", "model", True, "start", network)
    changed = Issue("E-301", "The class list changed.", "model", True, "model", model)
    ready(wizard, make_review, changed, other)
    row = wizard.pages.overview.rows[steps.MODEL]
    assert wizard.pages.overview.issues.lines() == [], "told beside the answer"
    with qtbot.waitSignal(wizard.draft_changed):
        row.remedy_buttons()["Train Net, large"].click()
    assert wizard.draft().values["size"] == "l"
    with qtbot.waitSignal(wizard.draft_changed):
        row.remedy_buttons()['Create "Pages && maps 2"'].click()
    assert (wizard.draft().model, wizard.draft().new_model_name) == (None, "Pages & maps 2")
    ready(wizard, make_review)
    assert row.remedy_buttons() == {}


def test_start_says_in_words_why_it_is_not_free(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review, NO_DATA, SHORT, FEW)
    footer = wizard.frame.footer
    assert not footer.start_button.isEnabled()
    assert footer.reason() == "Choose training data. Between 6 and 6000 minutes, or no limit."
    assert footer.start_button.accessibleDescription() == footer.reason()


def test_an_answer_to_an_older_draft_is_dropped(qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    old = make_review(wizard.draft())
    wizard.open_step(steps.OVERVIEW)
    wizard.pages.data.slot("train").take_paths(("train",))
    wizard.set_review(old)
    assert not wizard.frame.footer.start_button.isEnabled()


def test_problems_stay_while_the_next_review_is_made(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    ready(wizard, make_review, NO_DATA)
    wizard.pages.data.slot("train").take_paths(("train",))
    assert wizard.pages.data.slot("train")._problem.text() == "E-521: Choose training data."
    wizard.set_review(make_review(wizard.draft()))
    assert wizard.pages.data.slot("train")._problem.text() == ""


def test_the_review_is_asked_for_whenever_its_page_opens(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    with qtbot.waitSignal(wizard.review_requested):
        wizard.open_step(steps.OVERVIEW)
    assert not wizard.pages.overview._again.isEnabled()  # it is being checked already
    wizard.set_review(make_review(wizard.draft()))
    with qtbot.waitSignal(wizard.review_requested):
        wizard.pages.overview._again.click()


def test_a_review_that_fails_is_told(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.open_step(steps.OVERVIEW)
    wizard.set_review_failed(UserMessage("There is no such project.", "Open another one."))
    assert wizard.frame.footer.reason() == "There is no such project. Open another one."
    assert not wizard.frame.footer.start_button.isEnabled()
    wizard.set_review(make_review(wizard.draft()))
    assert wizard.frame.footer.start_button.isEnabled()


def test_start_hands_over_the_draft_once(qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review, FEW)
    sent: list[TrainingStart] = []
    wizard.submit_requested.connect(sent.append)
    wizard.frame.footer.start_button.click()
    wizard.frame.footer.start_button.click()
    qtbot.keyClick(wizard, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)  # nothing changes while it starts
    assert sent == [TrainingStart(wizard.draft())]
    assert wizard.frame.step == steps.OVERVIEW
    assert not wizard.frame.step_list.isEnabled()
    wizard.set_submitting(False)
    assert wizard.frame.footer.start_button.isEnabled()


def test_the_review_page_lists_every_value_and_count(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review, FEW)
    page = wizard.pages.overview
    assert page.values.texts() == [["Epochs", "100", "default"], ["Device", "cpu", ""]]
    page._only_changed.click()
    assert page.values.texts() == [["Device", "cpu", ""]]
    assert page.counts.texts() == [
        ["Images", "96", "24", "–"],
        ["of these without objects", "2", "0", "–"],
        ["Annotations", "300", "70", "–"],
        ["text_line", "280", "66", "–"],
        ["initial", "20", "4", "–"],
        ["stamp", "0", "0", "–"],
    ]
    assert "images that nobody annotated: 20" in page._ignored.text()
    assert "taken by the seed 0" in page._carved.text()
    assert page._disk.text() == "About 1.0 GB of disk space are needed; 10.0 GB are free."


def test_the_command_can_be_copied(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review)
    wizard.pages.overview._copy.click()
    assert QGuiApplication.clipboard().text() == "calque train --project Charters --train train"
    assert wizard.pages.overview._copied.text() == "Copied"


def test_leaving_asks_only_when_something_was_entered(qtbot: QtBot, wizard: TrainingWizard) -> None:
    with qtbot.waitSignal(wizard.cancel_requested):
        wizard.frame.header.back_requested.emit()
    qtbot.keyClicks(wizard.pages.name._line, "a")
    with qtbot.assertNotEmitted(wizard.cancel_requested):
        wizard.request_leave()
        assert "kept until you close the project" in question(wizard).informativeText()
        press(question(wizard), "&Stay")
    with qtbot.waitSignal(wizard.cancel_requested):
        wizard.request_leave()
        press(question(wizard), "&Leave")


def test_starting_over_asks(qtbot: QtBot, wizard: TrainingWizard) -> None:
    assert not wizard.frame.restart_button.isVisibleTo(wizard)
    qtbot.keyClicks(wizard.pages.name._line, "a")
    assert wizard.frame.restart_button.isVisibleTo(wizard)
    with qtbot.waitSignal(wizard.restart_requested):
        wizard.frame.restart_button.click()
        press(question(wizard), "Start &over")


def test_an_own_problem_of_a_page_bars_the_start_too(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    field = wizard.pages.device._limit_field
    field.selectAll()
    qtbot.keyClicks(field, "soon")
    ready(wizard, make_review)
    assert not wizard.frame.footer.start_button.isEnabled()
    assert wizard.frame.footer.reason() == "Between 6 and 6000 minutes, or no limit."


@pytest.mark.parametrize("size", [(900, 560), (1104, 712), (1748, 1072)])
def test_no_page_needs_more_width_than_it_gets(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker, size: tuple[int, int]
) -> None:
    wizard.resize(*size)
    for step in steps.STEPS:
        wizard.open_step(step)
        wizard.set_review(make_review(wizard.draft(), NO_DATA, FEW))
        page = wizard.pages.page(step)
        assert page.minimumSizeHint().width() <= page.parentWidget().width(), step
    assert (wizard.width(), wizard.height()) == size


def test_a_draft_goes_in_and_comes_out_unchanged(wizard: TrainingWizard) -> None:
    draft = replace(
        wizard.draft(),
        name="Run",
        worker="slow",
        values={"epochs": 7, "gamma": 1},
        version_name="v",
        train_folders=("train/a", "gone"),
        val_folders=("train/b",),
        test_folders=("test",),
        val_ratio=0.12345,
        categories=("stamp", "text_line"),
        seed=9,
        device="cuda:1",
        max_minutes=None,
        use_images_without_objects=True,
        include_model_annotations=True,
    )
    wizard.set_draft(draft)
    assert wizard.draft() == draft
    for step in steps.STEPS:
        wizard.open_step(step)
    assert wizard.draft() == draft


def test_both_themes_paint_every_page(wizard: TrainingWizard, qapp: QApplication, make_review: ReviewMaker) -> None:
    pictures = {}
    for mode in (ThemeMode.DARK, ThemeMode.LIGHT):
        apply_theme(qapp, mode)
        for step in steps.STEPS:
            wizard.open_step(step)
            wizard.set_review(make_review(wizard.draft(), NO_DATA, FEW))
            pictures[mode, step] = wizard.grab().toImage()
    assert all(pictures[ThemeMode.DARK, step] != pictures[ThemeMode.LIGHT, step] for step in steps.STEPS)


def test_a_review_that_has_to_read_first_says_how_far_it_is(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.open_step(steps.OVERVIEW)
    assert wizard.frame.footer.reason() == "Checking what is proposed…"
    wizard.show_review_progress(1, 4)
    assert wizard.frame.footer.reason() == "Reading the annotations once: 25 %"
    wizard.set_review(make_review(wizard.draft()))
    wizard.review_requested.emit()
    wizard._ask_for_review()
    assert wizard.frame.footer.reason() == "Checking what is proposed…"


def mnemonics(page: QWidget) -> list[str]:
    """Of what can be seen: of buttons, and of labels that lead to a control."""
    labels = [label.text() for label in page.findChildren(QLabel) if label.buddy() and label.isVisible()]
    buttons = [button.text() for button in page.findChildren(QAbstractButton) if button.isVisible()]
    found = [re.search("&([^&])", text.replace("&&", "")) for text in (*labels, *buttons)]
    return [match.group(1).lower() for match in found if match]


@pytest.mark.parametrize("step", steps.STEPS)
def test_each_underlined_letter_means_one_thing(wizard: TrainingWizard, step: str) -> None:
    wizard.open_step(step)
    if step == steps.CONFIGURATION:
        wizard.pages.configuration._new.click()
    letters = mnemonics(wizard)
    menu_bar = ["f", "v", "r", "h"]  # File, View, Run, Help
    assert sorted(letters) == sorted(set(letters))
    assert not set(letters) & set(menu_bar)


def test_the_answers_have_the_width_and_not_their_buttons(qtbot: QtBot) -> None:
    row = AnswerRow(steps.NAME, "Na&me")
    qtbot.addWidget(row)
    row.show_answer("A name of several words", (), "")
    row.show_problems((Issue("E-132", "Wrong.", "name", True, remedy=Remedy("Mend it", ())),))
    row.show_problems(())
    row.resize(900, 60)
    row.show()
    assert row.button.width() == row.button.sizeHint().width()
