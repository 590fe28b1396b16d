"""The Preferences window: what is in force goes to it, what the person changes takes force at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controllers.opening import open_path
from app.jobs import JobRunner
from app.settings import PREFERENCES, SettingsStore
from core.domain.devices import DeviceReport
from core.domain.messages import UserMessage
from core.runs.processes.devices import probe_devices
from ui.settings.preferences_window import PreferencesWindow


class DeviceProbe(Protocol):
    def __call__(self, *, refresh: bool = False) -> DeviceReport: ...


class PreferencesController(QObject):
    message_raised = Signal(object)  # UserMessage

    def __init__(
        self,
        *,
        settings: SettingsStore,
        change: Callable[..., None],
        home: Path,
        jobs: JobRunner,
        window: QWidget,
        probe_devices: DeviceProbe = probe_devices,
        parent: QObject | None = None,
    ) -> None:
        """`change(name=value)` puts a setting in force and keeps it."""
        super().__init__(parent)
        self._settings = settings
        self._change = change
        self._home = home
        self._jobs = jobs
        self._window = window
        self._probe_devices = probe_devices
        self._open: PreferencesWindow | None = None

    def open(self) -> PreferencesWindow:
        """Show the window, or bring the one that is open to the front."""
        shown = self._open
        if shown is not None:
            shown.activateWindow()
        else:
            shown = self._open = PreferencesWindow(PREFERENCES, self._home, self._window)
            shown.value_changed.connect(lambda name, value: self._change(**{name: value}))
            shown.home_open_requested.connect(self._open_home)
            shown.probe_requested.connect(lambda: self._look_for_devices(refresh=True))
            shown.finished.connect(self._forget)
            self._look_for_devices()
        self.refresh()
        shown.show()
        return shown

    def refresh(self) -> None:
        """A setting was changed elsewhere, such as the colours in the View menu."""
        if self._open is not None:
            self._open.set_values(asdict(self._settings.settings))

    def _forget(self) -> None:
        self._open = None

    def _open_home(self) -> None:
        message = open_path(self._home)
        if message is not None:
            self.message_raised.emit(message)

    def _look_for_devices(self, *, refresh: bool = False) -> None:
        if self._open is not None:
            self._open.set_devices(None)
        self._jobs.run(
            lambda: self._probe_devices(refresh=refresh),
            then=self._take_devices,
            on_error=lambda message: self._take_devices(DeviceReport((), _words(message))),
            key="preferences-devices",
        )

    def _take_devices(self, report: DeviceReport) -> None:
        if self._open is not None:
            self._open.set_devices(report)


def _words(message: UserMessage) -> str:
    return f"{message.text} {message.hint}".strip()
