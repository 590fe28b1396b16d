"""How far work is, over the window, and late news of work that was stopped."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ui.widgets.stoppable_progress import StoppableProgress


def test_it_says_how_far_the_work_is_and_stops_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    progress = StoppableProgress("Find moved images", "Looking…", window)
    progress.set_progress(0, 0)
    progress.forceShow()
    progress.set_progress(3, 10, "Comparing contents")
    assert (progress.value(), progress.maximum(), progress.labelText()) == (3, 10, "Comparing contents")
    stop = progress.findChild(QPushButton)
    assert stop is not None and stop.text() == "Stop"
    with qtbot.waitSignal(progress.canceled):
        stop.click()
    progress.end()
    qtbot.waitUntil(lambda: not isValid(progress))
    progress.set_progress(4, 10)
