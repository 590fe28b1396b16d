from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from core.domain.messages import UserMessage
from core.domain.training import Issue, TrainingDraft, TrainingReview
from ui.theme import ThemeMode, apply_theme
from ui.training import steps
from ui.training.wizard import TrainingWizard

ReviewMaker = Callable[..., TrainingReview]
NO_DATA = Issue("E-521", "Choose training data.", "data", True, "train_folders")
SHORT = Issue("E-450", "Between 6 and 6000 minutes, or no limit.", "limits", True, "max_minutes")
FEW = Issue("W-403", "stamp has 5 images; 20 is advisable.", "data", False, "categories")


def ready(wizard: TrainingWizard, make_review: ReviewMaker, *issues: Issue) -> None:
    """On the review page, with an answer to the present draft."""
    wizard.open_step(steps.REVIEW)
    wizard.set_review(make_review(wizard.draft(), *issues))


def question(wizard: TrainingWizard) -> QMessageBox:
    return next(box for box in wizard.findChildren(QMessageBox) if box.isVisible())


def press(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if button.text() == text).click()


def test_back_and_next_lead_through_all_steps_and_lose_nothing(qtbot: QtBot, wizard: TrainingWizard) -> None:
    line = wizard.name_page._line
    line.selectAll()
    qtbot.keyClicks(line, "My run")
    wizard.data_page.slot("train").take_paths(("train",))
    wizard.model_page._version_line.setText("x")
    wizard.model_page._version_line.textEdited.emit("x")
    before = wizard.draft()
    seen = []
    for _ in steps.STEPS[1:]:
        wizard.frame.footer.next_button.click()
        seen.append(wizard.frame.step)
    assert seen == list(steps.STEPS[1:])
    assert wizard.frame.footer.start_button.isVisibleTo(wizard)
    assert not wizard.frame.footer.next_button.isVisibleTo(wizard)
    for _ in steps.STEPS[1:]:
        wizard.frame.footer.back_button.click()
    assert wizard.frame.step == steps.NAME
    assert not wizard.frame.footer.back_button.isEnabled()
    assert wizard.draft() == before
    assert line.text() == "My run"
    assert before.train_folders == ("train",)


def test_every_step_is_a_click_away(qtbot: QtBot, wizard: TrainingWizard) -> None:
    for step in reversed(steps.STEPS):
        button = wizard.frame.step_list.button(step)
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert wizard.frame.step == step
        assert button.isChecked()


def test_the_keyboard_leads_through_the_wizard(qtbot: QtBot, wizard: TrainingWizard) -> None:
    qtbot.keyClick(wizard.name_page._line, Qt.Key.Key_Return)
    assert wizard.frame.step == steps.WORKER
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


def test_moving_on_gives_the_keyboard_to_the_page(qtbot: QtBot, wizard: TrainingWizard) -> None:
    wizard.open_step(steps.CONFIGURATION)
    wizard.frame.go_next()
    assert wizard.model_page.isAncestorOf(wizard.focusWidget())
    wizard.frame.go_next()
    assert wizard.focusWidget() is wizard.data_page.slot("train").control


def test_an_edit_announces_the_whole_draft(qtbot: QtBot, wizard: TrainingWizard) -> None:
    with qtbot.waitSignal(wizard.draft_changed) as caught:
        qtbot.keyClicks(wizard.name_page._line, "a")
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
    line = wizard.name_page._line
    line.selectAll()
    qtbot.keyClicks(line, " Mine ")
    wizard.set_default_name("Third")
    assert wizard.draft().name == "Mine"  # trimmed
    assert wizard.name_page._length.text() == "4 / 100"
    wizard.name_page._propose.click()
    assert wizard.draft().name == "Third"


def test_start_is_not_free_before_the_review_has_answered(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.open_step(steps.REVIEW)
    footer = wizard.frame.footer
    assert not footer.start_button.isEnabled()
    assert footer.reason() == "Checking what you entered…"
    wizard.set_review(make_review(wizard.draft()))
    assert footer.start_button.isEnabled()
    assert footer.reason() == "Everything is ready."


def test_start_says_in_words_why_it_is_not_free(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review, NO_DATA, SHORT, FEW)
    footer = wizard.frame.footer
    assert not footer.start_button.isEnabled()
    assert footer.reason() == "Choose training data. Between 6 and 6000 minutes, or no limit."
    assert footer.start_button.accessibleDescription() == footer.reason()


def test_an_answer_to_an_older_draft_is_dropped(qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    old = make_review(wizard.draft())
    wizard.open_step(steps.REVIEW)
    wizard.data_page.slot("train").take_paths(("train",))
    wizard.set_review(old)
    assert not wizard.frame.footer.start_button.isEnabled()


def test_problems_are_on_the_step_list_beside_the_field_and_on_the_review(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    ready(wizard, make_review, NO_DATA, FEW, SHORT)
    data = wizard.frame.step_list.button(steps.DATA)
    assert (data.state.problem, data.state.is_error) == ("Choose training data.", True)
    assert data.accessibleName() == "Step 5 of 7: Data"
    assert data.accessibleDescription() == "Problem: Choose training data."
    assert wizard.frame.step_list.button(steps.DEVICE).second_line() == SHORT.text
    assert wizard.frame.step_list.button(steps.NAME).state.problem == ""
    assert wizard.data_page.slot("train")._problem.text() == "Choose training data."
    assert wizard.data_page.classes()._problem.text() == FEW.text
    assert wizard.device_page._limit_problem.text() == SHORT.text
    issues = wizard.review_page._issues
    assert issues._heading.text() == "2 problems to solve before the start"
    assert len(issues.links) == 3
    issues.links[0].click()
    assert wizard.frame.step == steps.DATA
    assert wizard.focusWidget() is wizard.data_page.slot("train").control


def test_a_page_that_was_not_looked_at_yet_asks_without_alarm(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.set_review(make_review(wizard.draft(), NO_DATA))
    state = wizard.frame.step_list.button(steps.DATA).state
    assert (state.problem, state.summary) == ("", "Choose training data.")
    wizard.open_step(steps.DATA)
    assert not wizard.data_page.slot("train")._problem.isVisibleTo(wizard)
    wizard.open_step(steps.DEVICE)
    assert wizard.frame.step_list.button(steps.DATA).state.problem == "Choose training data."


def test_a_prefilled_draft_tells_of_its_problems_at_once(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.set_draft(replace(wizard.draft(), train_folders=("gone",)), is_prefilled=True)
    wizard.set_review(make_review(wizard.draft(), NO_DATA))
    assert wizard.frame.step_list.button(steps.DATA).state.problem == "Choose training data."


def test_problems_stay_while_the_next_review_is_made(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    ready(wizard, make_review, NO_DATA)
    wizard.data_page.slot("train").take_paths(("train",))
    assert wizard.data_page.slot("train")._problem.text() == "Choose training data."
    wizard.set_review(make_review(wizard.draft()))
    assert wizard.data_page.slot("train")._problem.text() == ""


def test_the_review_is_asked_for_whenever_its_page_opens(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    with qtbot.waitSignal(wizard.review_requested):
        wizard.open_step(steps.REVIEW)
    assert not wizard.review_page._again.isEnabled()  # it is being checked already
    wizard.set_review(make_review(wizard.draft()))
    with qtbot.waitSignal(wizard.review_requested):
        wizard.review_page._again.click()


def test_a_review_that_fails_is_told(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    wizard.open_step(steps.REVIEW)
    wizard.set_review_failed(UserMessage("There is no such project.", "Open another one."))
    assert wizard.frame.footer.reason() == "There is no such project. Open another one."
    assert not wizard.frame.footer.start_button.isEnabled()
    wizard.set_review(make_review(wizard.draft()))
    assert wizard.frame.footer.start_button.isEnabled()


def test_start_hands_over_the_draft_once(qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review, FEW)
    assert wizard.review_page._issues._heading.text() == "Ready to start, with 1 warning"
    sent: list[TrainingDraft] = []
    wizard.submit_requested.connect(sent.append)
    wizard.frame.footer.start_button.click()
    wizard.frame.footer.start_button.click()
    wizard.frame.go_back()  # nothing can be changed while it starts
    assert sent == [wizard.draft()]
    assert wizard.frame.step == steps.REVIEW
    assert not wizard.frame.step_list.isEnabled()
    wizard.set_submitting(False)
    assert wizard.frame.footer.start_button.isEnabled()


def test_the_review_page_lists_every_value_and_count(wizard: TrainingWizard, make_review: ReviewMaker) -> None:
    ready(wizard, make_review, FEW)
    page = wizard.review_page
    assert page._values.texts() == [["Epochs", "100", "default"], ["Device", "cpu", ""]]
    page._only_changed.click()
    assert page._values.texts() == [["Device", "cpu", ""]]
    assert page._counts.texts() == [
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
    wizard.review_page._copy.click()
    assert QGuiApplication.clipboard().text() == "calque train --project Charters --train train"
    assert wizard.review_page._copied.text() == "Copied"


def test_leaving_asks_only_when_something_was_entered(qtbot: QtBot, wizard: TrainingWizard) -> None:
    with qtbot.waitSignal(wizard.cancel_requested):
        wizard.frame.header.back_requested.emit()
    qtbot.keyClicks(wizard.name_page._line, "a")
    with qtbot.assertNotEmitted(wizard.cancel_requested):
        wizard.request_leave()
        assert "kept until you close the project" in question(wizard).informativeText()
        press(question(wizard), "&Stay")
    with qtbot.waitSignal(wizard.cancel_requested):
        wizard.request_leave()
        press(question(wizard), "&Leave")


def test_starting_over_asks(qtbot: QtBot, wizard: TrainingWizard) -> None:
    assert not wizard.frame.restart_button.isVisibleTo(wizard)
    qtbot.keyClicks(wizard.name_page._line, "a")
    assert wizard.frame.restart_button.isVisibleTo(wizard)
    with qtbot.waitSignal(wizard.restart_requested):
        wizard.frame.restart_button.click()
        press(question(wizard), "Start &over")


def test_an_own_problem_of_a_page_bars_the_start_too(
    qtbot: QtBot, wizard: TrainingWizard, make_review: ReviewMaker
) -> None:
    field = wizard.device_page._limit_field
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
        page = wizard._pages[step]
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
    wizard.open_step(steps.REVIEW)
    assert wizard.frame.footer.reason() == "Checking what you entered…"
    wizard.show_review_progress(1, 4)
    assert wizard.frame.footer.reason() == "Reading the annotations once: 25 %"
    wizard.set_review(make_review(wizard.draft()))
    wizard.review_requested.emit()
    wizard._ask_for_review()
    assert wizard.frame.footer.reason() == "Checking what you entered…"
