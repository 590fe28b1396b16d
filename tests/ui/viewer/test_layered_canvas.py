"""Predictions over ground truth, as rendered pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from core.domain.geometry import Box
from core.domain.outcomes import PredictionState, TruthState
from core.domain.snapshots import SnapshotObject
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.colouring import MISSED, NEUTRAL, RIGHT, WRONG, WRONG_CLASS, ColourBy, shade
from ui.viewer.layers import truth_layer
from ui.viewer.looks import LineStyle, OverlayLook, usual_look
from ui.viewer.modes import ViewMode
from ui.viewer.overlays import Judgement, ObjectRef, OverlayKind, OverlayLayer
from ui.viewer.picture import Picture

MakePicture = Callable[..., Picture]
Layers = tuple[OverlayLayer, OverlayLayer]
TRUTH, A, B = OverlayKind.GROUND_TRUTH, OverlayKind.PREDICTIONS_A, OverlayKind.PREDICTIONS_B


@pytest.fixture
def canvas(qtbot: QtBot, make_picture: MakePicture, judged_layers: Layers) -> LayeredCanvas:
    canvas = LayeredCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(832, 632)
    canvas.show()
    qtbot.waitExposed(canvas)
    canvas.set_picture(make_picture(colour="#ffffff"))
    canvas.set_colour_by(ColourBy.OUTCOME)
    canvas.set_layers(judged_layers)
    return canvas


def _row(canvas: LayeredCanvas, y: float, x0: float, x1: float) -> list[QColor]:
    """The pixels of a level line of the image."""
    image = canvas.grab().toImage()
    (left, at), (right, _) = canvas.view.to_view(x0, y), canvas.view.to_view(x1, y)
    return [image.pixelColor(x, round(at)) for x in range(round(left), round(right))]


def _share(pixels: list[QColor], colour: QColor) -> float:
    return sum(1 for pixel in pixels if _is_near(pixel, colour)) / len(pixels)


def _is_near(pixel: QColor, colour: QColor) -> bool:
    parts = zip(pixel.getRgb()[:3], colour.getRgb()[:3], strict=True)  # type: ignore[index]
    return sum(abs(a - b) for a, b in parts) < 60


def test_ground_truth_is_dashed_and_predictions_are_solid(canvas: LayeredCanvas) -> None:
    """Along the upper edges of the found object: gaps in the one line, none in the other."""
    truth, predicted = _row(canvas, 20, 24, 116), _row(canvas, 24, 26, 120)
    assert 0.4 < _share(truth, RIGHT) < 0.8
    assert _share(predicted, RIGHT) > 0.97


@pytest.mark.parametrize("line", [*LineStyle])
def test_no_choice_of_line_makes_the_one_look_like_the_other(canvas: LayeredCanvas, line: LineStyle) -> None:
    for kind in (TRUTH, A):
        canvas.set_look(replace(canvas.look(kind), line=line), kind)
    dashed, solid = _row(canvas, 20, 24, 116), _row(canvas, 24, 26, 120)
    assert _share(dashed, dashed[len(dashed) // 2]) < 0.85
    assert _share(solid, solid[len(solid) // 2]) > 0.97
    assert solid[0] != QColor("#ffffff")


def test_colours_say_what_became_of_an_object(canvas: LayeredCanvas) -> None:
    assert _share(_row(canvas, 26, 210, 296), WRONG_CLASS) > 0.97
    assert _share(_row(canvas, 200, 204, 296), WRONG) > 0.97
    assert _share(_row(canvas, 200, 24, 116), MISSED) > 0.4
    assert _share(_row(canvas, 20, 204, 296), MISSED) > 0.4
    assert _share(_row(canvas, 200, 334, 386), NEUTRAL) > 0.4


def test_what_lies_below_the_threshold_is_neither_drawn_nor_hit(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    assert _share(_row(canvas, 120, 150, 230), QColor("#ffffff")) == 1.0
    at = QPointF(*canvas.view.to_view(190, 140)).toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert canvas.selected is None


@pytest.mark.parametrize(
    ("by", "colour"),
    [
        (ColourBy.CLASS, QColor("#0072B2")),
        (ColourBy.SOURCE, QColor("#E69F00")),
        (ColourBy.CONFIDENCE, shade(0.9)),
        (ColourBy.IOU, shade(0.85)),
    ],
)
def test_colours_by_other_things(canvas: LayeredCanvas, by: ColourBy, colour: QColor) -> None:
    canvas.set_colour_by(by)
    assert _share(_row(canvas, 24, 26, 120), colour) > 0.97


def test_another_threshold_keeps_the_shapes_and_the_selection(canvas: LayeredCanvas, judged_layers: Layers) -> None:
    truth, predicted = judged_layers
    canvas.select(ObjectRef(A, 1))
    judgement = predicted.judgement
    assert judgement is not None
    states = judgement.states.copy()
    states[1], states[2] = PredictionState.FP_LOC, PredictionState.BELOW
    canvas.set_layers([truth, predicted.judged(replace(judgement, states=states))])
    assert canvas.selected is not None
    assert canvas.selected.state is PredictionState.FP_LOC
    assert _share(_row(canvas, 200, 204, 296), QColor("#ffffff")) == 1.0
    states = states.copy()
    states[1] = PredictionState.BELOW
    canvas.set_layers([truth, predicted.judged(replace(judgement, states=states))])
    assert canvas.selected is None


def test_a_selection_tells_outcome_iou_and_partner(canvas: LayeredCanvas) -> None:
    canvas.select(ObjectRef(A, 1))
    selected = canvas.selected
    assert selected is not None
    assert (selected.state, selected.iou, selected.partner) == (PredictionState.FP_CLASS, 0.75, ObjectRef(TRUTH, 2))
    canvas.select(ObjectRef(TRUTH, 1))
    missed = canvas.selected
    assert missed is not None
    assert (missed.state, missed.iou, missed.partner) == (TruthState.MISSED, None, None)


def test_a_line_joins_the_selected_object_and_its_partner(canvas: LayeredCanvas) -> None:
    truths = (SnapshotObject(0, Box(20, 20, 60, 60)),)
    judgement = Judgement(np.array([TruthState.MISSED_LOC], np.uint8), np.array([0.2]), np.array([0]), A)
    far = canvas.layers[A]
    canvas.set_layers([truth_layer(truths, ("text_line",), 400, 300).judged(judgement), far])
    canvas.select(ObjectRef(TRUTH, 0))
    image = canvas.grab().toImage()
    # Between the middles (40, 40) and (73, 53), outside of both shapes' lines.
    at = canvas.view.to_view(56.5, 46.5)
    around = [image.pixelColor(round(at[0]) + dx, round(at[1]) + dy) for dx in range(-3, 4) for dy in range(-3, 4)]
    assert any(pixel.lightness() < 60 for pixel in around)


def test_only_errors_leaves_what_was_right_nearly_transparent(canvas: LayeredCanvas) -> None:
    canvas.set_mode(ViewMode.DIFFERENCE)
    assert _share(_row(canvas, 24, 26, 120), RIGHT) == 0.0
    assert 200 < min(pixel.lightness() for pixel in _row(canvas, 24, 26, 120)) < 250, "no dark line below it either"
    assert _share(_row(canvas, 200, 204, 296), WRONG) > 0.97
    assert _share(_row(canvas, 200, 24, 116), MISSED) > 0.4


def _halves(canvas: LayeredCanvas) -> tuple[QImage, QImage]:
    image = canvas.grab().toImage()
    middle = image.width() // 2
    return image.copy(0, 0, middle, image.height()), image.copy(middle, 0, image.width() - middle, image.height())


def _has(image: QImage, colour: QColor) -> bool:
    places = ((x, y) for y in range(0, image.height(), 2) for x in range(0, image.width(), 2))
    return any(_is_near(image.pixelColor(x, y), colour) for x, y in places)


def test_side_by_side_has_ground_truth_at_the_left_and_predictions_at_the_right(canvas: LayeredCanvas) -> None:
    canvas.set_mode(ViewMode.SIDE_BY_SIDE)
    left, right = _halves(canvas)
    assert _has(left, MISSED)
    assert not _has(left, WRONG)
    assert _has(right, WRONG)
    assert not _has(right, MISSED)


def test_side_by_side_moves_zooms_and_selects_together(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    canvas.set_mode(ViewMode.SIDE_BY_SIDE)
    half = (canvas.width() - 3) // 2
    place = QPointF(*canvas.view.to_view(250, 230)).toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    assert canvas.selected is None, "the prediction is not on the left"
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=place + QPoint(canvas.width() - half, 0))
    assert canvas.selected is not None
    assert canvas.selected.ref == ObjectRef(A, 2)
    before = canvas.view
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(700, 300))
    qtbot.mouseMove(canvas, QPoint(710, 300))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(710, 300))
    assert canvas.view.dx == before.dx + 10


def test_two_versions_stand_side_by_side_each_over_the_ground_truth(
    canvas: LayeredCanvas, judged_layers: Layers
) -> None:
    truth, predicted = judged_layers
    objects = tuple(replace(one, kind=B) for one in predicted.objects)
    judgement = predicted.judgement
    assert judgement is not None
    wrong = np.full(4, PredictionState.FP_BKG, np.uint8)
    second = replace(predicted, kind=B, objects=objects, title="pages V002").judged(replace(judgement, states=wrong))
    missed = replace(truth, kind=OverlayKind.GROUND_TRUTH_B).judged(
        Judgement(np.full(4, TruthState.MISSED, np.uint8), np.zeros(4), np.full(4, -1), B)
    )
    canvas.set_layers([truth, predicted, second, missed])
    canvas.set_mode(ViewMode.SIDE_BY_SIDE)
    left, right = _halves(canvas)
    assert _has(left, RIGHT)
    assert not _has(right, RIGHT)
    assert _has(right, MISSED)
    canvas.select(ObjectRef(TRUTH, 1))
    marked = _halves(canvas)
    assert marked[0] != left
    assert marked[1] != right, "the selected object is marked on both sides"


def test_the_split_is_dragged_and_moved_by_arrow_keys(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    canvas.set_mode(ViewMode.SPLIT)
    at = round(canvas.width() * canvas.split)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(at, 300))
    qtbot.mouseMove(canvas, QPoint(at + 200, 300))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(at + 200, 300))
    assert canvas.split == pytest.approx((at + 200) / canvas.width())
    before = canvas.split
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.split < before
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.split == pytest.approx(before)


def test_a_moved_split_shows_what_one_drawn_there_shows(canvas: LayeredCanvas) -> None:
    canvas.set_mode(ViewMode.SPLIT)
    canvas.grab()
    canvas.set_split(0.62)
    moved = canvas.grab().toImage()
    canvas.set_look(canvas.look(A), A)
    assert canvas.grab().toImage() == moved
    left, right = (moved.copy(0, 0, 500, 632), moved.copy(530, 0, 302, 632))
    assert not _has(left, WRONG)
    assert _has(left, MISSED)
    assert not _has(right, MISSED)


def test_space_shows_the_other_side_for_as_long_as_it_is_held(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    canvas.set_mode(ViewMode.BLINK)
    assert not _has(canvas.grab().toImage(), WRONG)
    qtbot.keyPress(canvas, Qt.Key.Key_Space)
    assert _has(canvas.grab().toImage(), WRONG)
    qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert not _has(canvas.grab().toImage(), WRONG)


def test_an_invisible_layer_is_neither_drawn_nor_hit(qtbot: QtBot, canvas: LayeredCanvas) -> None:
    canvas.set_look(OverlayLook(is_shown=False), A)
    assert not _has(canvas.grab().toImage(), WRONG)
    at = QPointF(*canvas.view.to_view(250, 230)).toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert canvas.selected is None


def test_opacity_thins_the_line(canvas: LayeredCanvas) -> None:
    canvas.set_look(replace(canvas.look(A), opacity=0.2), A)
    assert _share(_row(canvas, 200, 204, 296), WRONG) == 0.0
    assert min(pixel.lightness() for pixel in _row(canvas, 200, 204, 296)) < 250


def test_errors_are_walked_in_reading_order(canvas: LayeredCanvas) -> None:
    found = []
    for _ in range(5):
        canvas.select_next(only_errors=True)
        assert canvas.selected is not None
        found.append(canvas.selected.ref)
    assert found == [
        ObjectRef(TRUTH, 2),
        ObjectRef(A, 1),
        ObjectRef(TRUTH, 1),
        ObjectRef(A, 2),
        ObjectRef(TRUTH, 2),
    ]


def test_an_image_is_centred_on_a_box(canvas: LayeredCanvas) -> None:
    canvas.centre_on(Box(200, 200, 300, 260))
    assert canvas.view.to_view(250, 230) == pytest.approx((canvas.width() / 2, canvas.height() / 2))
    assert canvas.view.scale * 100 == pytest.approx(0.4 * canvas.width())
    canvas.centre_on(Box(200, 200, 206, 206))
    assert canvas.view.scale == 4.0, "a tiny box is seen with what is around it"


def test_predictions_of_two_versions_have_lines_of_their_own() -> None:
    usual = {kind: usual_look(kind).style(kind) for kind in (OverlayKind.PREDICTIONS_A, OverlayKind.PREDICTIONS_B)}
    assert usual == {OverlayKind.PREDICTIONS_A: LineStyle.SOLID, OverlayKind.PREDICTIONS_B: LineStyle.THIN}


def test_the_saved_view_has_twice_the_pixels_and_the_same_picture(canvas: LayeredCanvas) -> None:
    canvas.select(ObjectRef(A, 1))
    saved = canvas.render_image(2.0)
    assert (saved.width(), saved.height()) == (2 * canvas.width(), 2 * canvas.height())
    assert _has(saved, WRONG_CLASS)
    small = saved.scaled(canvas.size(), mode=Qt.TransformationMode.SmoothTransformation)
    shown = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    differing = sum(
        not _is_near(small.pixelColor(x, y), shown.pixelColor(x, y)) for x in range(0, 832, 8) for y in range(0, 632, 8)
    )
    assert differing < 0.03 * (832 // 8) * (632 // 8)


def test_who_hears_the_selection_hears_its_outcome(canvas: LayeredCanvas) -> None:
    canvas.select(ObjectRef(A, 1))
    assert canvas.accessibleDescription() == (
        "text_line, prediction, false positive: wrong class, confidence 0.80, IoU 0.75 with its partner"
    )
    canvas.select(ObjectRef(TRUTH, 1))
    assert canvas.accessibleDescription() == "text_line, ground truth, missed"
    canvas.select(None)
    assert canvas.accessibleDescription() == ""
