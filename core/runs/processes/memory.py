"""How much memory there is, and whether the system ended a process for want of it. Light: the warden imports it."""

from __future__ import annotations

import os
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")


class MemoryWatch:
    """Compares the control group's count of ended processes with what it was when the watch began."""

    def __init__(self) -> None:
        self._folder = _own_group()
        self._oom_kills = self._count()
        self.total_bytes = _total_bytes(self._folder)

    def oom_kills_since(self) -> int:
        return max(0, self._count() - self._oom_kills)

    def _count(self) -> int:
        if self._folder is None:
            return 0
        for name in ("memory.events", "memory.oom_control"):  # cgroup 2, cgroup 1
            for line in _lines(self._folder / name):
                key, _, value = line.partition(" ")
                if key == "oom_kill":
                    return int(value)
        return 0


def free_bytes() -> int:
    """What can still be taken: of the machine's memory, or of what the control group leaves where that is less."""
    import psutil  # not for the warden, which imports this module

    free = int(psutil.virtual_memory().available)
    group = _own_group()
    if group is None:
        return free
    for limit, taken, files in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        most, used = _number(group / limit), _number(group / taken)
        if most is not None and used is not None:
            free = min(free, max(0, most - used + _stated(group / "memory.stat", files)))
    return free


def _number(file: Path) -> int | None:
    return next((int(line) for line in _lines(file) if line.isdigit()), None)


def _stated(file: Path, key: str) -> int:
    """Of a list of keys with numbers: what the system gives back at once, as copies of files."""
    words = (line.split() for line in _lines(file))
    return next((int(word[1]) for word in words if len(word) == 2 and word[0] == key), 0)


def _own_group() -> Path | None:
    for line in _lines(Path("/proc/self/cgroup")):
        _number, controllers, path = line.split(":", 2)
        for base in (_CGROUPS / "memory",) if "memory" in controllers.split(",") else (_CGROUPS,):
            folder = base / path.lstrip("/")
            if any((folder / name).exists() for name in ("memory.events", "memory.oom_control")):
                return folder
    return None


def _total_bytes(group: Path | None) -> int:
    """The machine's memory, or the control group's limit where that is less; 0 when unknown."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return 0
    for name in ("memory.max", "memory.limit_in_bytes"):
        for line in _lines(group / name) if group else ():
            if line.isdigit():
                total = min(total, int(line))
    return total


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
