"""Numbers of things, and sizes, in sentences."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """ "1 file", "3 files"; `many` when an "s" does not do."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def in_bytes(n_bytes: int) -> str:
    """1.5 GB, 230 MB: three figures, in powers of ten as disks are sold."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            value = n_bytes / size
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    return f"{n_bytes} bytes"
