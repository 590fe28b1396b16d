"""Notices of the window: said where they belong, without moving what is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from core.domain.imports import Severity
from core.domain.messages import UserMessage
from ui import toast
from ui.main_window import MainWindow

GOOD = UserMessage("It is done.", severity=Severity.INFO)
BAD = UserMessage("It failed.", "Try again.", details="\n".join(["a line"] * 40))


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    window = MainWindow()
    qtbot.addWidget(window)
    for name in ("start", "runs"):
        window.add_page(name, QPushButton(name))
    window.resize(1000, 640)
    window.show_page("start", "start")
    window.show()
    yield window
    window.close_for_good()


def test_a_notice_moves_nothing_and_takes_no_focus(window: MainWindow) -> None:
    page = window._pages["start"]
    page.setFocus()
    before = (page.mapTo(window, QPoint(0, 0)), page.size())
    window.show_message(BAD)
    QApplication.processEvents()
    assert (page.mapTo(window, QPoint(0, 0)), page.size()) == before
    assert page.hasFocus() or not window.isActiveWindow()
    assert window.notice.isVisible()
    assert window.centralWidget().rect().contains(window.notice.geometry())
    assert window.childAt(window.notice.mapTo(window, QPoint(6, 6))) is not page, "it lies over the page"
    foot = QPoint(window.width() - 40, window.height() - 30)
    assert window.childAt(foot) is page, "what is at the foot of a page can be seen and clicked"


def test_it_grows_upward_with_its_details_and_stays_inside(window: MainWindow) -> None:
    window.show_message(BAD)
    bottom, height = window.notice.geometry().bottom(), window.notice.height()
    window.notice._details_button.click()
    QApplication.processEvents()
    assert window.notice.geometry().bottom() == bottom
    assert window.notice.height() > height + 50
    window.resize(960, 600)
    QApplication.processEvents()
    assert window.centralWidget().rect().contains(window.notice.geometry())


def test_it_does_not_follow_onto_another_page(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.show_message(BAD)
    window.show_page("start", "start")
    assert window.notice.isVisible(), "the page is the same"
    window.show_page("runs", "runs")
    assert window.notice.isVisible(), "it was said by what led here"
    monkeypatch.setattr(toast, "FRESH_MS", -1)
    window.show_page("start", "start")
    assert not window.notice.isVisible()
    window.show_message(BAD)
    assert window.notice.isVisible()


def test_what_went_well_goes_by_itself_and_what_did_not_stays(qtbot: QtBot, window: MainWindow) -> None:
    timer = window.notice._timer
    window.show_message(GOOD)
    assert timer.isActive()
    QApplication.sendEvent(window.notice, QEvent(QEvent.Type.Leave))
    timer.setInterval(0)
    timer.start()
    qtbot.waitUntil(lambda: not window.notice.isVisible())
    window.show_message(BAD)
    assert not timer.isActive()
