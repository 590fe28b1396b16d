"""What README promises of the first minute: Start page, Actions, Train, Start."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot
from window_desk import Desk

from core.samples.service import SAMPLE_NAME
from ui.training import steps


def test_the_sample_is_three_clicks_from_its_training(desk: Desk, qtbot: QtBot) -> None:
    window = desk.open()
    start = window.application.start_page
    card = next(c for c in start.findChildren(QAbstractButton) if c.accessibleName() == "Open the sample")
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    window.until(lambda: window.project_name == SAMPLE_NAME and window.page == "project")

    page = window.features.project_page
    menu = page._actions.menu()
    assert menu is not None
    train = next(action for action in menu.actions() if "Train a model" in action.text())
    assert train.isEnabled()
    train.trigger()
    window.until(lambda: window.page == "wizard")

    wizard = window.features.wizard
    window.until(lambda: wizard.frame.footer.start_button.isEnabled())
    draft = wizard.draft()
    assert wizard.frame.step == steps.OVERVIEW
    assert (draft.train_folders, draft.val_folders, draft.test_folders) == (("train",), ("val",), ("test",))
    assert (draft.worker, draft.configuration_name) == ("yolo-detect", "From a starter")
    assert [issue.text for issue in wizard.issues()] == []
    assert wizard.frame.footer.start_button.isVisible()
    assert window.messages == []
