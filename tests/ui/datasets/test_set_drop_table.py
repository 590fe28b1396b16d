"""Images dragged to the sets on a dataset's own page."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from core.domain.datasets import DatasetSet, SetId, SetRole
from core.domain.ids import ProjectId
from core.domain.image_ids import ImageIds
from ui.datasets.set_drop_table import SetDropTable
from ui.datasets.set_tables import SetsModel
from ui.widgets.dropping import DraggedImages, images_to_drag

COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
DRAGGED = DraggedImages(ProjectId("p"), ImageIds(np.array([4, 9], dtype=np.int64)))


@pytest.fixture
def table(qtbot: QtBot) -> SetDropTable:
    model = SetsModel()
    model.set_sets([DatasetSet(SetId(1), "train", SetRole.TRAIN), DatasetSet(SetId(2), "val", SetRole.VAL)])
    table = SetDropTable(model, "Sets")
    model.setParent(table)
    qtbot.addWidget(table)
    table.resize(500, 200)
    table.show()
    qtbot.waitExposed(table)
    return table


def _over(table: SetDropTable, at: QPoint) -> bool:
    data = images_to_drag(DRAGGED)
    QApplication.sendEvent(table.viewport(), QDragEnterEvent(at, COPY, data, LEFT, NONE))
    event = QDragMoveEvent(at, COPY, data, LEFT, NONE)
    QApplication.sendEvent(table.viewport(), event)
    return event.isAccepted()


def test_a_set_takes_images(qtbot: QtBot, table: SetDropTable) -> None:
    place = table.visualRect(table.model().index(1, 0)).center()
    assert _over(table, place)
    with qtbot.waitSignal(table.images_dropped) as told:
        data = images_to_drag(DRAGGED)  # the event does not own it
        event = QDropEvent(QPointF(place), COPY, data, LEFT, NONE)
        QApplication.sendEvent(table.viewport(), event)
    assert told.args == [SetId(2), DRAGGED]
    assert not _over(table, QPoint(20, 160)), "below the sets nothing is dropped"


def test_a_frozen_one_says_why_not(table: SetDropTable, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _at, text, _widget: said.append(text))
    table.refusal = "A frozen dataset cannot be changed."
    assert not _over(table, table.visualRect(table.model().index(0, 0)).center())
    assert said == ["A frozen dataset cannot be changed."]
