"""Which copies of the registry are kept: every one of the last days, then one a day, a week, a month."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta

ALL_KEPT = timedelta(days=2)
N_DAYS, N_WEEKS, N_MONTHS = 12, 10, 9
"""How many days, weeks and months that have a copy keep their newest one."""

_PERIODS: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
    (N_DAYS, lambda at: at.date()),
    (N_WEEKS, lambda at: at.isocalendar()[:2]),
    (N_MONTHS, lambda at: (at.year, at.month)),
)


def kept(stamps: Iterable[datetime], now: datetime) -> frozenset[datetime]:
    """Of the moments at which copies were made. Those ahead of the clock are thinned apart, so that none of them
    takes the place of another."""
    newest_first = sorted(stamps, reverse=True)
    past = [stamp for stamp in newest_first if stamp <= now]
    chosen = {stamp for stamp in past if now - stamp < ALL_KEPT}
    for some in (past, [stamp for stamp in newest_first if stamp > now]):
        for most, period in _PERIODS:
            newest: dict[Hashable, datetime] = {}
            for stamp in some:
                newest.setdefault(period(stamp), stamp)
            chosen.update(list(newest.values())[:most])
    return frozenset(chosen)
