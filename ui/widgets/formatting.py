"""Numbers, sizes, times and durations as people read them."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QLocale

from core.domain.counting import in_bytes
from core.domain.durations import about

NOTHING = "–"


def count(value: int) -> str:
    """With the separators of the person's own language; a system that names none has those of English."""
    locale = QLocale()
    return f"{value:,}" if locale.language() == QLocale.Language.C else locale.toString(value)


def counted(value: int, one: str, many: str = "") -> str:
    """ "1 image", "1,200 images"; `many` when an "s" does not do."""
    return f"{count(value)} {one if value == 1 else many or one + 's'}"


def size(n_bytes: int) -> str:
    """As every sentence of the core has it, too."""
    return in_bytes(n_bytes)


def duration(seconds: float | None) -> str:
    """ "42 s", "3 min 05 s", "2 h 07 min"; a dash for None."""
    if seconds is None:
        return NOTHING
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def time_left(seconds: float | None) -> str:
    """ "about 3 minutes left", or "" when it is not known."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left"
    return f"{about(seconds)} left"


def moment(at: datetime | None) -> str:
    """Date and time to the minute on the person's own clock."""
    if at is None:
        return NOTHING
    return at.astimezone().strftime("%Y-%m-%d %H:%M")


def measure(value: float | None, digits: int = 3) -> str:
    """A metric; a dash when there is none."""
    return NOTHING if value is None else f"{value:.{digits}f}"


def percent(fraction: float) -> str:
    return f"{fraction * 100:.0f} %"
