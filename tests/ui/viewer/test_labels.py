"""Names beside shapes: readable at any zoom, none over another."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.predictions import PredictedObject
from ui.viewer.labels import MAX_LABELS, LabelPainter, label_text
from ui.viewer.layers import prediction_layer
from ui.viewer.overlays import OverlayKind, OverlayLayer
from ui.viewer.view_transform import ViewTransform


def _layer() -> OverlayLayer:
    """A lattice of words."""
    places = [(float(x), float(y)) for x in range(0, 4000, 100) for y in range(0, 3000, 40)]
    found = [PredictedObject(0, 0.876, Box(x, y, x + 90.0, y + 30.0)) for x, y in places]
    return prediction_layer(OverlayKind.PREDICTIONS_A, found, ("word",), "V001")


def _drawn(layer: OverlayLayer, scale: float) -> tuple[LabelPainter, QImage]:
    image = QImage(1000, 750, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    labels = LabelPainter(painter, QSize(1000, 750))
    labels.paint(((one, QColor("#0072B2")) for one in layer.objects), ViewTransform(scale), 1.0)
    painter.end()
    return labels, image


def test_names_thin_out_as_the_page_gets_small(qtbot: QtBot) -> None:
    layer = _layer()
    counts = {scale: _drawn(layer, scale)[0]._n_drawn for scale in (0.2, 0.3, 1.0)}
    assert counts[0.2] == 0, "shapes too narrow for a name have none"
    assert 0 < counts[0.3] <= MAX_LABELS
    seen = sum(one.bounds.x0 < 1000 and one.bounds.y0 < 750 for one in layer.objects)
    assert counts[1.0] > 0.5 * seen, "where there is room, most have theirs"


def test_a_place_is_taken_once(qtbot: QtBot) -> None:
    """Drawn in the order given: what lies below another is not drawn at all."""
    found = [PredictedObject(0, 0.9, Box(100, 100, 300, 200)), PredictedObject(1, 0.8, Box(104, 102, 300, 200))]
    layer = prediction_layer(OverlayKind.PREDICTIONS_A, found, ("first", "second"), "V001")
    labels, _ = _drawn(layer, 1.0)
    assert labels._n_drawn == 1


def test_a_name_says_how_sure_the_model_was(qtbot: QtBot) -> None:
    assert label_text(_layer().objects[0]) == "word 0.88"


def test_a_name_of_a_thousand_signs_leaves_room_for_others(qtbot: QtBot) -> None:
    found = [PredictedObject(n, 0.5, Box(400.0 * n, 100, 400.0 * n + 100, 200)) for n in (0, 1)]
    layer = prediction_layer(OverlayKind.PREDICTIONS_A, found, ("x" * 1000, "word"), "V001")
    labels, _ = _drawn(layer, 1.0)
    assert labels._n_drawn == 2
