from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.window_state import restore_window, save_window


def test_size_comes_back(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = QMainWindow(), QMainWindow()
    qtbot.addWidget(first)
    qtbot.addWidget(second)
    first.setGeometry(QRect(20, 30, 640, 480))
    save_window(first, tmp_path / "window.ini")
    restore_window(second, tmp_path / "window.ini")
    assert second.size() == first.size()


@pytest.mark.parametrize("content", ["", "garbage", "[General]\ngeometry=@ByteArray(nonsense)\n", "\x00" * 50])
def test_a_bad_file_never_keeps_the_window_shut(qtbot: QtBot, tmp_path: Path, content: str) -> None:
    file = tmp_path / "window.ini"
    file.write_text(content)
    window = QMainWindow()
    qtbot.addWidget(window)
    restore_window(window, file)
    assert window.width() > 100
