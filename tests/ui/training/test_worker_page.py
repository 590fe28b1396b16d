from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from core.domain.tasks import TaskOffer
from core.tasks.classification import CLASSIFICATION
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION
from ui.training import steps
from ui.training.wizard import TrainingWizard


def test_hidden_workers_are_not_offered_and_broken_ones_say_why(wizard: TrainingWizard) -> None:
    chooser = wizard.pages.worker.open_chooser()
    choices = chooser.choices()
    assert choices.shown_keys() == ["boxes", "masks", "slow", "broken"]
    broken = choices.choice("broken")
    assert broken is not None
    assert not broken.is_enabled
    assert broken.subtitle == "ImportError: no such library"
    chooser.reject()


def test_the_list_is_asked_for_when_the_chooser_opens(qtbot: QtBot, wizard: TrainingWizard) -> None:
    with qtbot.waitSignal(wizard.worker_list_wanted):
        chooser = wizard.pages.worker.open_chooser()
    chooser.reject()


def test_typing_down_and_enter_choose(qtbot: QtBot, wizard: TrainingWizard) -> None:
    chooser = wizard.pages.worker.open_chooser()
    search = chooser.search_field()
    qtbot.keyClicks(search, "worker")
    assert chooser.choices().shown_keys() == ["masks", "slow", "broken"]
    assert chooser.choices().current_key() == "masks"
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert chooser.choices().current_key() == "slow"
    qtbot.keyClick(search, Qt.Key.Key_Return)
    assert not chooser.isVisible()
    assert wizard.draft().worker == "slow"


def test_nothing_found_cannot_be_chosen(qtbot: QtBot, wizard: TrainingWizard) -> None:
    chooser = wizard.pages.worker.open_chooser()
    qtbot.keyClicks(chooser.search_field(), "zzz")
    choose = next(button for button in chooser.findChildren(QPushButton) if button.text() == "Choose")
    assert not choose.isEnabled()
    assert chooser._nothing.isVisibleTo(chooser)
    chooser.accept()
    assert wizard.draft().worker == "boxes"
    chooser.reject()


def test_the_present_choice_is_described(wizard: TrainingWizard) -> None:
    page = wizard.pages.worker
    assert page._title.text() == "YOLO detection"
    assert page._facts["version"].text() == "2.0"
    assert page._facts["gpu"].text() == "Used when there is one"
    assert page._facts["presets"].text() == "1 built-in configuration"


def offers() -> tuple[TaskOffer, ...]:
    return (
        TaskOffer(CLASSIFICATION.info, "One class.", "", "No image has a class as a whole."),
        TaskOffer(DETECTION.info, "Boxes.", "3 classes with boxes"),
        TaskOffer(SEGMENTATION.info, "Outlines.", "2 classes with outlines"),
    )


def test_the_task_decides_which_methods_are_offered(qtbot: QtBot, wizard: TrainingWizard) -> None:
    wizard.set_tasks(offers())
    wizard.open_step(steps.WORKER)
    page = wizard.pages.worker
    assert page.tasks.list.current_key() == "detection"
    assert page.tasks.list.hasFocus()

    qtbot.keyClick(page.tasks.list, Qt.Key.Key_Down)
    assert (wizard.draft().task, wizard.draft().worker) == ("segmentation", "masks")
    assert page.open_chooser().choices().shown_keys() == ["masks", "broken"]

    qtbot.keyClick(page.tasks.list, Qt.Key.Key_Up)
    qtbot.keyClick(page.tasks.list, Qt.Key.Key_Up)
    assert wizard.draft().task == "detection", "one that cannot be trained cannot be chosen"


def test_of_several_methods_for_a_task_the_usual_one_is_taken(wizard: TrainingWizard) -> None:
    known = {worker.slug: worker for worker in wizard.pages.worker._workers.values()}
    usual = replace(known["masks"], slug="yolo-segment", title="YOLO segmentation")
    wizard.set_workers((known["boxes"], known["masks"], usual))
    wizard.set_tasks(offers())
    wizard.open_step(steps.WORKER)
    wizard.pages.worker._take_task("segmentation")
    assert wizard.draft().worker == "yolo-segment"


def test_a_task_that_cannot_be_trained_says_why(wizard: TrainingWizard) -> None:
    wizard.set_tasks(offers())
    choice = wizard.pages.worker.tasks.list.choice("classification")
    assert choice is not None
    assert (choice.is_enabled, choice.note) == (False, "Not possible")
    assert choice.subtitle == "No image has a class as a whole."
    assert choice.tool_tip == "One class. No image has a class as a whole."


def test_looking_at_the_tasks_chooses_none(wizard: TrainingWizard) -> None:
    before = wizard.draft()
    wizard.set_tasks(offers())
    wizard.open_step(steps.WORKER)
    assert wizard.draft() == before
