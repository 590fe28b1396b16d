"""A remark that a view of the project explains leads there, and what was entered stays."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.domain.training import Remedy
from ui.training.wizard import TrainingWizard


def test_a_remark_leads_to_a_view_of_the_project(wizard: TrainingWizard, qtbot: QtBot) -> None:
    before = wizard.draft()
    with qtbot.waitSignal(wizard.view_requested) as asked:
        wizard.pages.overview.remedy_requested.emit(Remedy("Show the checks", view="checks"))
    assert asked.args == ["checks"]
    assert wizard.draft() == before
