"""Classification Statistics: per class what was right and what it was confused with; the mean first."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from core.domain.snapshots import SnapshotObject, Split
from core.evaluation.table import evaluate
from core.metrics.coco import EvalImage
from core.tasks.classification import CLASSIFICATION
from ui.evaluation.class_statistics import ClassStatistics
from ui.evaluation.evaluation_view import EvaluationView

WHOLE = Box(0, 0, 10, 10)


def image(true: int, said: int) -> EvalImage:
    found = tuple(PredictedObject(k, 0.8 if k == said else 0.1, WHOLE) for k in range(3))
    return EvalImage(10, 10, (SnapshotObject(true, None),), found)


def test_each_class_says_how_often_it_was_right_and_what_it_was_taken_for(qtbot: QtBot) -> None:
    images = [image(0, 0), image(0, 0), image(0, 1), image(1, 0)]
    statistics = ClassStatistics()
    qtbot.addWidget(statistics)
    statistics.set_tables((evaluate(Split.TEST, ["map", "seal", "text"], CLASSIFICATION, images),))
    model = statistics.model
    rows = [
        [model.index(row, column).data() for column in range(model.columnCount())] for row in range(model.rowCount())
    ]
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert titles == ["Class", "Support", "Correct", "Recall", "Precision", "F1", "Confused with"]
    assert rows == [
        ["mean over classes", "4", "2", "0.333", "0.333", "0.333", ""],
        ["map", "3", "2", "0.667", "0.667", "0.667", "seal 1"],
        ["seal", "1", "0", "0.000", "0.000", "0.000", "map 1"],
        ["text", "0", "–", "–", "–", "–", ""],
    ]
    told = model.index(0, 5).data(Qt.ItemDataRole.ToolTipRole)
    assert "Weighted F1: 0.500" in told


def test_no_title_of_a_measure_is_cut(qtbot: QtBot) -> None:
    view = EvaluationView()
    qtbot.addWidget(view)
    view.resize(1000, 400)
    view.set_tables((evaluate(Split.TEST, ["map", "seal", "text"], CLASSIFICATION, [image(0, 0), image(1, 0)]),))
    view.show()
    header = view._table.horizontalHeader()
    shown = [section for section in range(1, header.count()) if not header.isSectionHidden(section)]
    assert all(header.sectionSize(section) >= header.sectionSizeHint(section) for section in shown)
