"""Modes and layers by mouse and keyboard, and what they are called for those who hear them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QCheckBox, QComboBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from ui.viewer import blinking
from ui.viewer.blinking import Blinker
from ui.viewer.colouring import ColourBy
from ui.viewer.layered_view import LayeredView
from ui.viewer.layers import of_labels
from ui.viewer.legend import Legend
from ui.viewer.looks import LineStyle
from ui.viewer.modes import ViewMode
from ui.viewer.overlays import OverlayKind, OverlayLayer
from ui.viewer.picture import Picture

TRUTH, A = OverlayKind.GROUND_TRUTH, OverlayKind.PREDICTIONS_A


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    page = QWidget()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def view(
    page: QWidget, qtbot: QtBot, judged_layers: tuple[OverlayLayer, OverlayLayer], make_picture: Callable[..., Picture]
) -> LayeredView:
    column = QVBoxLayout(page)
    made = LayeredView()
    column.addWidget(made)
    column.addWidget(made.panel)
    made.modes.bind_keys(page)
    page.resize(700, 900)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    made.canvas.set_picture(make_picture())
    made.set_layers(judged_layers)
    made.canvas.setFocus()
    return made


def test_keys_choose_the_mode(qtbot: QtBot, view: LayeredView) -> None:
    for key, mode in zip("23451", [*list(ViewMode)[1:], ViewMode.OVERLAY], strict=True):
        qtbot.keyClick(view.canvas, Qt.Key(ord(key)))
        assert view.canvas.mode is mode
        assert [button.text() for button in view.modes._group.buttons() if button.isChecked()] == [
            view.modes._buttons[mode].text()
        ]


def test_a_row_of_the_panel_changes_its_layer_alone(view: LayeredView) -> None:
    row, before = view.panel.rows[A], view.canvas.look(TRUTH)
    row.opacity.setValue(30)
    row.fill.setValue(70)
    row.line.setCurrentIndex(row.line.findData(LineStyle.THICK))
    look = view.canvas.look(A)
    assert (look.opacity, look.mask_fill, look.line, look.is_shown) == (0.3, 0.7, LineStyle.THICK, True)
    row.shown.click()
    assert not view.canvas.look(A).is_shown
    assert view.canvas.look(TRUTH) == before


def test_the_defaults_are_those_of_the_specification(view: LayeredView) -> None:
    rows = view.panel.rows
    assert (rows[TRUTH].opacity.value(), rows[A].opacity.value(), rows[A].fill.value()) == (100, 100, 40)
    assert view.panel.colour_by is ColourBy.OUTCOME
    offered = [view.panel.rows[TRUTH].line.itemData(n) for n in range(3)]
    assert offered == [LineStyle.DASHED, LineStyle.DOTTED, LineStyle.THICK_DASHED]


def test_rows_are_there_for_the_layers_there_are(view: LayeredView, judged_layers: tuple[OverlayLayer, ...]) -> None:
    assert not view.panel.rows[TRUTH].isHidden()
    assert view.panel.rows[OverlayKind.PREDICTIONS_B].isHidden()
    assert view.panel.rows[A].shown.text() == "pages V001"
    view.set_layers(judged_layers[:1])
    assert view.panel.rows[A].isHidden()


def test_the_legend_says_lines_in_words(view: LayeredView, judged_layers: tuple[OverlayLayer, ...]) -> None:
    legend = view.panel.findChild(Legend)
    assert legend is not None
    assert legend.accessibleDescription() == "Found: solid, False positive: solid, Wrong class: solid, Missed: dashed"
    view.set_layers(tuple(of_labels(layer) for layer in judged_layers))
    assert legend.accessibleDescription() == "Right: solid, Too many: solid, Wrong class: solid, Missing: dashed"
    view.panel.set_colour_by(ColourBy.CLASS)
    assert legend.isHidden()
    assert view.canvas.colour_by is ColourBy.CLASS


def test_everything_that_takes_the_keyboard_has_a_name(view: LayeredView) -> None:
    view.set_mode(ViewMode.BLINK)
    page = view.window()
    focusable = [
        one for one in page.findChildren(QWidget) if one.isVisible() and one.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(focusable) > 10
    nameless = []
    for one in focusable:
        spoken = QAccessible.queryAccessibleInterface(one)
        if spoken is None or not spoken.text(QAccessible.Text.Name):
            nameless.append(one)
    assert nameless == []


def test_labels_are_one_switch_for_all_layers(view: LayeredView) -> None:
    view.panel.toggle_labels()
    assert view.canvas.look(TRUTH).has_labels
    assert view.canvas.look(A).has_labels
    assert [box.isChecked() for box in view.panel.findChildren(QCheckBox) if "abels" in box.text()] == [True]


def test_a_blink_turns_by_itself_within_its_bounds(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blinking, "wants_less_motion", lambda: False)
    blinker = Blinker()
    blinker.set_interval(50)
    assert blinker.interval == 400
    assert not blinker.is_turning, "no blink is shown"
    blinker.set_active(True)
    with qtbot.waitSignal(blinker.turned):
        pass
    assert blinker.is_second
    blinker.hold(True)
    assert not blinker.is_turning, "who takes it in hand has it"
    blinker.set_interval(9000)
    assert blinker.interval == 2000
    blinker.set_active(False)
    assert not blinker.is_turning


def test_a_system_that_asks_for_less_motion_is_heard(view: LayeredView, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blinking, "wants_less_motion", lambda: True)
    view.set_mode(ViewMode.BLINK)
    box = view.modes.findChild(QComboBox)
    assert box is not None
    box.setCurrentIndex(box.findData(400))
    box.activated.emit(box.currentIndex())
    assert not view.canvas.blinker.is_turning
    assert box.currentData() is None
    view.canvas.blinker.hold(True)
    assert view.canvas.blinker.is_second, "by hand it still turns"
