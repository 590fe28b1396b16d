"""What the window remembers of itself between sessions. A bad value never keeps the window from opening."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QPoint, QRect, QSettings, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

DEFAULT_SIZE = QSize(1280, 800)
FRAME = QSize(16, 48)
"""Room for what the system draws around a window: not known before it is there, and systems differ."""
GEOMETRY = "geometry"


class WindowMemory:
    """Small things by name, such as "charts/smoothing" or "folders/export": nothing that a result depends on.

    What decides about trainings is a setting (app.settings). Writing costs the caller nothing: Qt does it later.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._settings: QSettings | None = None

    def text(self, name: str, default: str = "") -> str:
        value = self._value(name)
        return value if isinstance(value, str) else default

    def number(self, name: str, default: float) -> float:
        try:
            return float(self._value(name))
        except (TypeError, ValueError):
            return default

    def switch(self, name: str, *, default: bool) -> bool:
        return {"true": True, "false": False}.get(self.text(name), default)

    def remember(self, name: str, value: str | float | bool) -> None:
        """Whole numbers are numbers too. The newest value of a name holds."""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        self._stored().setValue(name, text)

    def restore_geometry(self, window: QMainWindow) -> None:
        """The window's last place and size, or the usual size in the middle of the screen."""
        stored = self._value(GEOMETRY)
        if isinstance(stored, QByteArray) and window.restoreGeometry(stored) and _is_on_a_screen(window):
            return
        window.setGeometry(usual_place(QGuiApplication.primaryScreen().availableGeometry()))

    def save_geometry(self, window: QMainWindow) -> None:
        self._stored().setValue(GEOMETRY, window.saveGeometry())
        self._stored().sync()

    def _value(self, name: str) -> Any:
        return self._stored().value(name)

    def _stored(self) -> QSettings:
        if self._settings is None:
            self._settings = QSettings(str(self._file), QSettings.Format.IniFormat)
        return self._settings


def usual_place(screen: QRect) -> QRect:
    """For a window that was never open, without its frame: in the middle of what is free on the screen."""
    place = QRect(QPoint(), DEFAULT_SIZE.boundedTo(screen.size() - FRAME))
    place.moveCenter(screen.center())
    place.translate(0, FRAME.height() // 3)  # most of the frame is above
    return place


def _is_on_a_screen(window: QMainWindow) -> bool:
    """A monitor that is gone must not take the window with it."""
    frame = window.frameGeometry()
    return any(screen.availableGeometry().intersects(frame) for screen in QGuiApplication.screens())
