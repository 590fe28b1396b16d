"""The queue by keyboard alone: accept, correct (shape and class), reject, skip, undo."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QWidget

from core.domain.geometry import Box, Polygon
from core.domain.judgements import Correction
from tests.ui.judging.conftest import make_item, make_picture
from ui.judging.judging_page import CORRECT
from ui.judging.review_page import ACCEPT, REJECT, SKIP, ReviewPage
from ui.theme import ThemeMode, apply_theme
from ui.viewer.overlays import OverlayKind


@pytest.fixture
def asked(page: ReviewPage) -> ReviewPage:
    page.set_item(make_item())
    page.set_picture(make_picture())
    return page


def press(page: ReviewPage, *keys: Qt.Key, shift: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    for key in keys:
        QTest.keyClick(QApplication.focusWidget() or page, key, modifier)


def test_each_answer_has_its_key(asked: ReviewPage) -> None:
    said: list[str] = []
    asked.verb_requested.connect(said.append)
    press(asked, Qt.Key.Key_A, Qt.Key.Key_R, Qt.Key.Key_S)
    assert said == [ACCEPT, REJECT, SKIP]
    asked.button(REJECT).click()
    assert said[-1] == REJECT


def test_a_shape_is_corrected_by_the_keyboard_alone(asked: ReviewPage) -> None:
    made: list[Correction] = []
    asked.correction_made.connect(made.append)
    press(asked, Qt.Key.Key_C)
    assert asked.is_correcting and asked.canvas.shape == Box(20, 20, 60, 50)
    press(asked, Qt.Key.Key_Right, shift=True)
    press(asked, Qt.Key.Key_N, Qt.Key.Key_Up)
    assert asked.canvas.handle == 0
    press(asked, Qt.Key.Key_2)
    press(asked, Qt.Key.Key_A)
    assert made == [Correction("bar", Box(30, 19, 70, 50))]


def test_nothing_changed_is_no_correction(asked: ReviewPage) -> None:
    made: list[Correction] = []
    asked.correction_made.connect(made.append)
    press(asked, Qt.Key.Key_C, Qt.Key.Key_A)
    assert made == [Correction()]


def test_escape_lets_go_of_the_shape_and_then_of_the_page(asked: ReviewPage, qtbot) -> None:
    press(asked, Qt.Key.Key_C, Qt.Key.Key_Right, Qt.Key.Key_Escape)
    assert not asked.is_correcting and asked.canvas.shape is None
    with qtbot.waitSignal(asked.back_requested):
        press(asked, Qt.Key.Key_Escape)


def test_a_handle_is_dragged_with_the_mouse(asked: ReviewPage) -> None:
    asked.button(CORRECT).click()
    canvas = asked.canvas

    def place(x: float, y: float) -> QPoint:
        return QPoint(*(round(value) for value in canvas.view.to_view(x, y)))

    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place(60, 50))
    QTest.mouseMove(canvas, place(70, 60))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=place(70, 60))
    shape = canvas.shape
    assert isinstance(shape, Box)
    assert (shape.x0, shape.y0) == (20, 20)
    assert abs(shape.x1 - 70) < 1 and abs(shape.y1 - 60) < 1


def test_an_outline_is_corrected_point_by_point(page: ReviewPage) -> None:
    ring = Polygon(((20.0, 20.0, 60.0, 20.0, 60.0, 50.0),))
    page.set_item(make_item(shape=ring))
    page.set_picture(make_picture())
    press(page, Qt.Key.Key_C, Qt.Key.Key_N, Qt.Key.Key_N, Qt.Key.Key_Down)
    assert page.canvas.shape == Polygon(((20.0, 20.0, 60.0, 21.0, 60.0, 50.0),))
    assert "Handle 2 of 3" in page.canvas.accessibleDescription()


def test_ground_truth_and_the_prediction_are_layers_apart(asked: ReviewPage) -> None:
    layers = asked.canvas.layers
    assert len(layers[OverlayKind.GROUND_TRUTH].objects) == 1
    (predicted,) = layers[OverlayKind.PREDICTIONS_A].objects
    assert (predicted.title, predicted.confidence, predicted.author) == ("disc", 0.4, "predicted by Shapes V001")
    press(asked, Qt.Key.Key_C)
    assert asked.canvas.layers[OverlayKind.PREDICTIONS_A].objects == ()


def test_without_anything_to_ask_no_key_answers(asked: ReviewPage) -> None:
    said: list[str] = []
    asked.verb_requested.connect(said.append)
    asked.show_empty("All judged", "Nothing is left.")
    press(asked, Qt.Key.Key_A, Qt.Key.Key_C)
    assert said == [] and not asked.is_correcting


def test_every_control_has_a_name(asked: ReviewPage) -> None:
    for kind in (QAbstractButton, QComboBox, QAbstractSpinBox):
        for widget in asked.findChildren(kind):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisibleTo(asked):
                assert widget.accessibleName() or getattr(widget, "text", lambda: "")(), widget


def test_both_themes_paint_the_page(asked: ReviewPage, qapp: QApplication) -> None:
    asked.button(CORRECT).click()
    pictures = []
    for mode in (ThemeMode.DARK, ThemeMode.LIGHT):
        apply_theme(qapp, mode)
        pictures.append(asked.grab().toImage())
    assert pictures[0] != pictures[1]
    assert isinstance(asked, QWidget)
