from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

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
