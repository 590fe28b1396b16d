"""Memory that is free, but still taken from the system."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Hand memory that is free back to the system, where its C library does so only when told: after a file or a
    million rows were read it would stay taken until something else fits into its gaps."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)
