from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QColor, QImage, QTextDocument
from pytestqt.qtbot import QtBot

from ui.help.guide_window import GuideWindow

PAGES = (("README.md", "All"), ("run.md", "A run"))


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> GuideWindow:
    (tmp_path / "README.md").write_text("# All\n\n[A run](run.md) and [elsewhere](https://example.org/x)\n")
    (tmp_path / "run.md").write_text("# A run\n\n![A picture](pictures/run-light.png)\n\n" + "Words.\n\n" * 200)
    (tmp_path / "pictures").mkdir()
    picture = QImage(3000, 600, QImage.Format.Format_RGB32)
    picture.fill(QColor("#aa2233"))
    assert picture.save(str(tmp_path / "pictures" / "run-light.png"))
    window = GuideWindow(tmp_path, PAGES)
    qtbot.addWidget(window)
    window.show()
    return window


def test_links_lead_to_pages_and_back(qtbot: QtBot, window: GuideWindow) -> None:
    window.open_page("README.md")
    assert not window._back.isEnabled()
    window._text.anchorClicked.emit(QUrl("run.md"))
    assert (window.page, window._title.text()) == ("run.md", "A run")
    assert window._list.currentIndex().row() == 1
    window._back.click()
    assert (window.page, window._back.isEnabled()) == ("README.md", False)
    with qtbot.waitSignal(window.link_requested) as asked:
        window._text.anchorClicked.emit(QUrl("https://example.org/x"))
    assert asked.args == [QUrl("https://example.org/x")]
    assert window.page == "README.md"


def test_pictures_are_shown_and_fit_the_room(qtbot: QtBot, window: GuideWindow) -> None:
    window.open_page("run.md")
    kind = QTextDocument.ResourceType.ImageResource.value
    picture = window._text.loadResource(kind, QUrl("pictures/run-light.png"))
    assert not picture.isNull()
    assert 300 < picture.width() <= window._text.viewport().width()
    seen = window._text.grab().toImage()
    assert QColor(seen.pixel(seen.width() // 2, 80)).name() == "#aa2233"


def test_a_resize_draws_anew_and_keeps_the_place(qtbot: QtBot, window: GuideWindow) -> None:
    window.open_page("run.md")
    bar = window._text.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum() // 2)
    window.resize(700, 680)
    qtbot.waitUntil(lambda: not window._text._pause.isActive() and window._text._drawn_width < 600)
    assert 0.4 < bar.value() / bar.maximum() < 0.6
