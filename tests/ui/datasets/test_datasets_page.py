"""What is told on the page of datasets, and how long."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.domain.ids import DatasetId
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from ui.datasets.datasets_page import DatasetsPage


def test_news_of_one_dataset_do_not_stay_above_another(qtbot: QtBot) -> None:
    page = DatasetsPage()
    qtbot.addWidget(page)
    page.choose(DatasetId("a"))
    page.show_message(UserMessage('"Seals (V001)" is frozen.', severity=Severity.INFO))
    page.choose(DatasetId("a"))
    assert not page.banner.isHidden()
    page.choose(DatasetId("b"))
    assert page.banner.isHidden()
    page.show_message(UserMessage("1 file changed since.", severity=Severity.ERROR))
    page.choose(DatasetId("a"))
    assert not page.banner.isHidden(), "what went wrong stays until it is put away"
