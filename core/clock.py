"""Time and new ids, in one place so that tests can replace them."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never jumps: for durations and limits."""
    return time.monotonic()


def new_id() -> str:
    """A new opaque identifier: 12 hex digits of milliseconds, so that ids sort by age, then 20 random ones."""
    return f"{int(time.time() * 1000):012x}{os.urandom(10).hex()}"
