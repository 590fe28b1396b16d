"""What a person wrote stands in the head of a page: a line of it in plain words, all of it in the tool tip."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from ui.widgets.page_header import PageHeader


def test_a_note_in_markdown_is_shown_as_such_and_html_is_no_html(qtbot: QtBot) -> None:
    header = PageHeader("Version")
    qtbot.addWidget(header)
    header.set_title("V001", "detection", "The **best** one\n\n- for *seals*\n\n<img src='x'>")
    assert header._note.text() == "The best one for seals <img src='x'>"
    tip = header._note.toolTip()
    assert "font-weight" in tip
    assert "<li" in tip
    assert "<img" not in tip
    header.set_title("V001", "detection")
    assert (header._note.text(), header._note.toolTip()) == ("", "")
