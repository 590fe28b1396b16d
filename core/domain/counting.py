"""Numbers of things, and sizes, in sentences."""

from __future__ import annotations


def counted(n: int, one: str, many: str = "") -> str:
    """ "1 file", "3 files"; `many` when an "s" does not do."""
    return f"{n} {one if n == 1 else many or one + 's'}"


def all_done(n_epochs: int) -> str:
    """ "all 3 epochs done", "the one epoch done": how a training came to its end."""
    return "the one epoch done" if n_epochs == 1 else f"all {n_epochs} epochs done"


def in_bytes(n_bytes: int) -> str:
    """1.5 GB, 230 MB: in powers of ten, as file managers have it. Every size, of memory too, is written by this."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if n_bytes >= size:
            value = n_bytes / size
            return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    return counted(n_bytes, "byte")
