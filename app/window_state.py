"""Geometry of the window between sessions, and nothing else. A bad value never keeps the window from opening."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

DEFAULT_SIZE = QSize(1280, 800)


def restore_window(window: QMainWindow, file: Path) -> None:
    stored = QSettings(str(file), QSettings.Format.IniFormat).value("geometry")
    if isinstance(stored, QByteArray) and window.restoreGeometry(stored) and _is_on_a_screen(window):
        return
    available = QGuiApplication.primaryScreen().availableGeometry()
    window.resize(DEFAULT_SIZE.boundedTo(available.size()))
    window.move(available.center() - window.rect().center())


def save_window(window: QMainWindow, file: Path) -> None:
    settings = QSettings(str(file), QSettings.Format.IniFormat)
    settings.setValue("geometry", window.saveGeometry())
    settings.sync()


def _is_on_a_screen(window: QMainWindow) -> bool:
    """A monitor that is gone must not take the window with it."""
    frame = window.frameGeometry()
    return any(screen.availableGeometry().intersects(frame) for screen in QGuiApplication.screens())
