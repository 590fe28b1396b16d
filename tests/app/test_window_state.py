from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.window_state import DEFAULT_SIZE, WindowMemory, usual_place


def test_size_comes_back(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = QMainWindow(), QMainWindow()
    qtbot.addWidget(first)
    qtbot.addWidget(second)
    first.setGeometry(QRect(20, 30, 640, 480))
    WindowMemory(tmp_path / "window.ini").save_geometry(first)
    WindowMemory(tmp_path / "window.ini").restore_geometry(second)
    assert second.size() == first.size()


@pytest.mark.parametrize("content", ["", "garbage", "[General]\ngeometry=@ByteArray(nonsense)\n", "\x00" * 50])
def test_a_bad_file_never_keeps_the_window_shut(qtbot: QtBot, tmp_path: Path, content: str) -> None:
    file = tmp_path / "window.ini"
    file.write_text(content)
    window = QMainWindow()
    qtbot.addWidget(window)
    memory = WindowMemory(file)
    memory.restore_geometry(window)
    assert window.width() > 100
    assert (memory.text("a", "b"), memory.number("geometry", 3), memory.switch("geometry", default=True)) == (
        "b",
        3,
        True,
    )


def test_small_things_come_back_as_what_they_were(qapp: object, tmp_path: Path) -> None:
    first = WindowMemory(tmp_path / "window.ini")
    first.remember("charts/smoothing", 0.6)
    first.remember("charts/is_log", value=False)
    first.remember("folders/export", "/a b/ä, c;d")
    first.remember("folders/export", "/a b/ä, c;e")
    first.save_geometry(QMainWindow())
    second = WindowMemory(tmp_path / "window.ini")
    assert second.number("charts/smoothing", 0.0) == 0.6
    assert second.switch("charts/is_log", default=True) is False
    assert second.text("folders/export") == "/a b/ä, c;e"
    assert second.switch("charts/other", default=True)


def test_the_first_window_fits_a_small_screen_with_its_frame(qtbot: QtBot, tmp_path: Path) -> None:
    screen = QRect(0, 0, 1280, 800)
    place = usual_place(screen)
    assert screen.contains(place.adjusted(-8, -40, 8, 8))
    assert usual_place(QRect(0, 0, 1920, 1080)).size() == DEFAULT_SIZE
