"""How the shell looks: what is cut says so, what has the focus is not painted over, and stock pictures stay out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QProxyStyle, QPushButton, QStyle, QWidget
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.projects.project_page import ProjectPage
from ui.projects.start_page import ActionCard, StartPage
from ui.theme import ThemeMode, apply_theme


@pytest.fixture
def themed(qapp: QApplication) -> Iterator[QApplication]:
    apply_theme(qapp, ThemeMode.LIGHT)
    yield qapp
    qapp.setStyleSheet("")
    qapp.setStyle("Fusion")


def test_a_long_name_in_the_navigation_is_shortened_in_its_middle(themed: QApplication, qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.set_section_enabled("project", is_enabled=True, tool_tip="Sample: old pages", text="Sample: old pages")
    button = window._buttons["project"]
    assert button.text().strip() == "Sample: old pages"
    name = "Parish registers of Saint Martin, baptisms, 1702"
    window.set_section_enabled("project", is_enabled=True, tool_tip=name, text=name)
    assert button.text().strip().startswith("Parish") and button.text().endswith("1702") and "…" in button.text()
    assert (button.accessibleName(), button.toolTip()) == (name, name)


def test_a_card_reached_by_tab_is_framed_and_nothing_is_painted_over_it(themed: QApplication, qtbot: QtBot) -> None:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(1000, 600)
    with qtbot.waitActive(page):
        page.show()
    first, second = page._sample, page._new
    first.setFocus()
    before = _inside(second)
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert second.hasFocus()
    assert _inside(second) == before


def test_the_actions_menu_reads_as_the_page_does(themed: QApplication, qtbot: QtBot) -> None:
    page = ProjectPage(QWidget())
    qtbot.addWidget(page)
    button = next(button for button in page.findChildren(QPushButton) if button.menu() is not None)
    assert button.layoutDirection() == page.layoutDirection()
    assert button.menu().layoutDirection() == page.layoutDirection()


class _StyleWithPictures(QProxyStyle):
    """As desktops have it that wish a picture on each button of a dialog."""

    # Qt overrides

    def styleHint(self, hint: QStyle.StyleHint, *rest: Any) -> int:
        if hint is QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons:
            return 1
        return super().styleHint(hint, *rest)


def test_buttons_of_dialogs_have_no_stock_pictures(themed: QApplication, qtbot: QtBot) -> None:
    themed.setStyle(_StyleWithPictures("Fusion"))
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel | QDialogButtonBox.StandardButton.Close)
    qtbot.addWidget(box)
    assert [button.icon().isNull() for button in box.buttons()] == [True, True]


def _inside(card: ActionCard) -> QImage:
    """Without the frame, which the focus does change."""
    return card.grab(card.rect().adjusted(4, 4, -4, -4)).toImage()
