"""The window's process from start to end."""

from __future__ import annotations

import gc
import signal
import sys

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.build import Application
from app.errors import ErrorHooks, set_up_logging
from app.paths import resolve_home
from app.settings import SettingsStore
from app.single_instance import SingleInstance
from core.domain.imports import Severity
from core.domain.messages import UserMessage
from core.errors import StorageError
from ui.theme import ThemeMode, apply_theme

SIGNAL_POLL_MS = 200


def run_window(named_home: str | None, *, theme: str | None = None, trains_sample: bool = False) -> int:
    """Open the window and stay until it closes; returns the exit code. `theme` None = the one of the settings."""
    home = resolve_home(named_home)
    try:
        home.ensure()
        set_up_logging(home.logs)
    except StorageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(
            f"Calque cannot write to its home {home.root}: {error.strerror}. "
            "Choose another folder with --home DIR or the environment variable CALQUE_HOME.\n"
        )
        return 1
    qt = QApplication.instance() or QApplication(["calque"])
    assert isinstance(qt, QApplication)
    qt.setApplicationName("Calque")
    qt.setDesktopFileName("calque")
    instance = SingleInstance(home.root)
    if not instance.claim():
        sys.stderr.write("Calque is open already on this home; its window was raised.\n")
        return 0
    hooks = ErrorHooks()
    hooks.install()
    settings = SettingsStore(home.root / "settings.json")
    mode = ThemeMode(theme or settings.settings.theme)
    apply_theme(qt, mode)  # before anything is drawn, so that nothing is drawn twice
    application = Application(home, settings, trains_sample=trains_sample)
    application.mark_theme(mode)
    hooks.error_raised.connect(application.show_message)
    instance.raise_requested.connect(application.raise_window)
    application.jobs.garbage.rest()
    application.settled.connect(lambda: collect_garbage_again(application))
    application.show()
    if settings.problem:
        application.show_message(UserMessage(settings.problem, severity=Severity.WARNING))
    poll = close_on_signals(application)
    code = qt.exec()
    poll.stop()
    application.shutdown()
    instance.release()
    return code


def collect_garbage_again(application: Application) -> None:
    """What the start has loaded stays for good and need not be searched again, which would hold the window up."""
    gc.collect()
    gc.freeze()
    application.jobs.garbage.go_on()


def close_on_signals(application: Application) -> QTimer:
    """Ctrl+C and the session's end close the window and leave the runs at work."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.leave())
    # Python handles signals between bytecodes: the event loop must come back to Python now and then.
    timer = QTimer()
    timer.timeout.connect(lambda: None)
    timer.start(SIGNAL_POLL_MS)
    return timer
