"""Python's search for objects that hold one another in a circle, on the window's thread and on no other.

Left to itself it runs on whichever thread happens to make the next object. There it takes apart what it finds, also
dialogs and what listens to them, while the window uses their connections, and the program may crash.
"""

from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 1_000
YOUNG, ALL = 1, 2
"""Generations: what was made lately, and everything but what was frozen."""
_A_FEW, _MANY = 2_000, 100_000
"""More objects than these since the last search are worth one of the young, and one of all."""

_keepers: set[int] = set()
_was_on = [False]


class Garbage(QObject):
    """From its making to `end` nothing is collected but here. To be made and ended on the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._n_since_all = 0
        if not _keepers:
            _was_on[0] = gc.isenabled()
            gc.disable()
        _keepers.add(id(self))
        weakref.finalize(self, _let_go, id(self))
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect_if_worth_it)
        self._timer.start()

    @property
    def is_collecting(self) -> bool:
        return self._timer.isActive()

    def rest(self) -> None:
        """Until `go_on`, as while a program starts: what it makes then it keeps."""
        self._timer.stop()

    def go_on(self) -> None:
        self._timer.start()

    def end(self) -> None:
        """The last one gives the search back to Python, when no other thread is at work any more."""
        self._timer.stop()
        _let_go(id(self))

    def collect_if_worth_it(self) -> None:
        n_new = gc.get_count()[0]  # made less gone, as long as nothing is collected
        if n_new < _A_FEW:
            return
        self._n_since_all += n_new
        is_all = self._n_since_all >= _MANY
        gc.collect(ALL if is_all else YOUNG)
        if is_all:
            self._n_since_all = 0


def _let_go(keeper: int) -> None:
    if keeper in _keepers:
        _keepers.discard(keeper)
        if not _keepers and _was_on[0]:
            gc.enable()
