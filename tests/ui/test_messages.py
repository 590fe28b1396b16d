from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.domain.messages import UserMessage
from ui.messages import MessageBanner


def test_a_message_about_something_made_offers_its_folder(qtbot: QtBot) -> None:
    banner = MessageBanner()
    qtbot.addWidget(banner)
    banner.show_message(UserMessage("Saved.", folder=Path("/a")))
    with qtbot.waitSignal(banner.folder_requested) as asked:
        banner._folder_button.click()
    assert asked.args == [Path("/a")]
    banner.show_message(UserMessage("Failed."))
    assert not banner._folder_button.isVisible()


def test_a_message_can_be_looked_up_by_its_code(qtbot: QtBot) -> None:
    message = UserMessage('"Pages" <V001> is complete.', "Clone it.", code="E-221")
    banner = MessageBanner()
    qtbot.addWidget(banner)
    banner.show_message(message)
    assert banner.plain_text() == 'E-221: "Pages" <V001> is complete.\nClone it.'
    assert message.in_words == 'E-221: "Pages" <V001> is complete. Clone it.'
    assert UserMessage("Stopped.").in_words == "Stopped."
