"""The split assistant applies what it shows, never what it was asked before."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.domain.datasets import Dataset, DatasetSet, DatasetState, SetId, SetRole
from core.domain.ids import DatasetId, ProjectId
from core.domain.splitting import Grouping, SplitPlan
from ui.datasets.split_dialog import SplitDialog

AT = datetime(2026, 11, 28, tzinfo=UTC)


def test_an_answer_to_an_older_question_cannot_be_applied(qtbot: QtBot) -> None:
    sets = (DatasetSet(SetId(1), "train", SetRole.TRAIN, 8), DatasetSet(SetId(2), "val", SetRole.VAL))
    dialog = SplitDialog(Dataset(DatasetId("d"), ProjectId("p"), "Pages", DatasetState.OPEN, sets, AT, AT), 8)
    qtbot.addWidget(dialog)
    assert dialog.draft().grouping is Grouping.SOURCES  # books are not torn apart unless somebody wants it
    with qtbot.waitSignal(dialog.plan_requested):
        QTest.keyClicks(dialog._shares[0], "5")
    QTest.keyClick(dialog._shares[0], Qt.Key.Key_Backspace)  # while the first question is being answered
    dialog.show_plan(SplitPlan())
    assert not dialog._apply.isEnabled()
    with qtbot.waitSignal(dialog.plan_requested):
        pass  # the newer question comes by itself
    dialog.show_plan(SplitPlan())
    assert dialog._apply.isEnabled()
