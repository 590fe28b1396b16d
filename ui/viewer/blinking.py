"""Turning between two sides: while Space is held, or by itself unless the system asks for less motion."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from ui.widgets.motion import wants_less_motion

SLOWEST_MS, FASTEST_MS = 2000, 400
USUAL_MS = 1000


class Blinker(QObject):
    """`is_second` says which side is shown. `set_interval(None)` turns by hand alone, as it is at first."""

    turned = Signal()
    interval_changed = Signal(object)  # int | None: milliseconds that a side is shown

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_second = False
        self._is_active = False
        self._interval: int | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._turn)

    @property
    def interval(self) -> int | None:
        return self._interval

    @property
    def is_turning(self) -> bool:
        return self._timer.isActive()

    def set_active(self, is_active: bool) -> None:
        """Whether a blink is what is shown; begins at the first side."""
        self._is_active = is_active
        self._show(False)
        self._run()

    def set_interval(self, milliseconds: int | None) -> None:
        """How long each side is shown; None, and a system that asks for less motion, stop it."""
        if milliseconds is not None:
            milliseconds = min(max(milliseconds, FASTEST_MS), SLOWEST_MS)
            if wants_less_motion():
                milliseconds = None
        if milliseconds != self._interval:
            self._interval = milliseconds
            self.interval_changed.emit(milliseconds)
        self._run()

    def hold(self, is_held: bool) -> None:
        """Space went down or up: the other side for as long; stops what turns by itself."""
        if is_held and self._interval is not None:
            self.set_interval(None)
        if self._is_active:
            self._show(is_held)

    def _run(self) -> None:
        if self._is_active and self._interval is not None:
            self._timer.start(self._interval)
        else:
            self._timer.stop()

    def _turn(self) -> None:
        self._show(not self.is_second)

    def _show(self, is_second: bool) -> None:
        if is_second != self.is_second:
            self.is_second = is_second
            self.turned.emit()
