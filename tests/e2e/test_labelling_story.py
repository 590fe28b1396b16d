"""An image labelled in the real window by keys alone: drawn, reshaped, of another class, undone all the way, redone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import text
from window_desk import Desk, Window

from core.domain.geometry import Box
from core.domain.projects import Source

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
EVERYTHING = {
    "annotation": "*", "overruled_import": "*", "folder_category": "*", "folder": "*",
    "image": "id, n_annotations, is_annotated",
}  # fmt: skip


def kept(window: Window) -> dict[str, list[tuple[Any, ...]]]:
    """All that the registry says of annotations, and what is counted of them."""
    with window.features.services.registry.read() as session:
        return {
            name: [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM {name} ORDER BY 1, 2"))]
            for name, columns in EVERYTHING.items()
        }


@pytest.mark.qt_log_ignore("does not support (raise|grabbing)", extend=True)  # the list of classes that opens
def test_an_image_is_labelled_by_keys_alone_and_everything_undone(desk: Desk, shapes: Path, qtbot: QtBot) -> None:
    window = desk.open()
    features = window.features
    features.settings.change(author="Ada")
    window.drop(shapes)
    window.import_dropped("Shapes")
    grid = features.browser.grid
    window.until(lambda: len(grid.ids) == 16)
    image = grid.ids[0]
    features.images.image_open_requested.emit(image, grid.ids)
    window.until(lambda: window.page == "viewer" and features.viewer_page.canvas.picture is not None)
    window.until(lambda: features.jobs.n_busy == 0)
    page, canvas, states = features.viewer_page, features.viewer_page.canvas, [kept(window)]
    window.application.window.activateWindow()
    canvas.setFocus()
    window.until(canvas.hasFocus)

    def press(*keys: Qt.Key, hold: Any = Qt.KeyboardModifier.NoModifier, times: int = 1) -> None:
        for key in keys * times:
            qtbot.keyClick(QApplication.focusWidget() or canvas, key, hold)

    def settle() -> None:
        canvas.settle()
        window.until(lambda: features.jobs.n_busy == 0)
        states.append(kept(window))

    press(Key.Key_B)
    press(Key.Key_1, hold=ALT)
    press(Key.Key_Left, Key.Key_Up, hold=SHIFT)
    press(Key.Key_Return)
    press(Key.Key_Right, Key.Key_Down, hold=SHIFT, times=2)
    press(Key.Key_Return)
    settle()
    press(Key.Key_V)
    press(Key.Key_N)
    assert canvas.selected is not None
    press(Key.Key_Period, times=5)
    press(Key.Key_Right, times=3)
    settle()
    press(Key.Key_C)
    qtbot.keyClicks(QApplication.focusWidget(), "seal")
    press(Key.Key_Return)
    window.until(lambda: "seal" in [one.title for one in canvas.selected_objects()])
    states.append(states[-1])  # the new class is a step of its own
    settle()
    assert [one.text for one in window.messages] == ['"seal" is a new class.']
    window.messages.clear()
    press(Key.Key_D, hold=CONTROL)
    settle()
    press(Key.Key_A, hold=CONTROL)
    press(Key.Key_Delete)
    settle()
    press(Key.Key_W)
    settle()
    assert page.edit_bar.is_marked
    assert window.messages == []

    edit_menu = window.application.actions
    assert [edit_menu["undo"].shortcut().toString(), edit_menu["redo"].isEnabled()] == ["Ctrl+Z", False]
    canvas.setFocus()
    press(Key.Key_B)
    press(Key.Key_Left, Key.Key_Return)
    edit_menu["undo"].trigger()
    assert not canvas.is_drawing, "what is drawn is given up first"
    window.until(lambda: features.jobs.n_busy == 0)
    assert kept(window) == states[-1]
    press(Key.Key_Escape)
    for state in reversed(states[:-1]):
        edit_menu["undo"].trigger()
        window.until(lambda: features.jobs.n_busy == 0)
        assert kept(window) == state
    assert not edit_menu["undo"].isEnabled()
    assert "seal" not in [one.name for one in features.services.projects.list_categories(features.projects.current.id)]
    for state in states[1:]:
        edit_menu["redo"].trigger()
        window.until(lambda: features.jobs.n_busy == 0)
        assert kept(window) == state
    features.routes.show_section("runs")
    window.until(lambda: window.page == "runs")
    assert not edit_menu["undo"].isEnabled(), "what is undone is not on this page"
    features.routes.show_section("project")
    window.until(lambda: window.page in ("project", "viewer"))
    edit_menu["undo"].trigger()
    edit_menu["undo"].trigger()
    window.until(lambda: features.jobs.n_busy == 0)
    (annotated,) = features.services.projects.get_annotated([image])
    drawn = [one for one in annotated.annotations if one.source is Source.HUMAN]
    assert {one.author for one in drawn} == {"Ada"}
    assert any(isinstance(one.geometry, Box) for one in drawn)
    assert features.services.registry.check() == ()
    assert window.messages == []
