"""What a process that was killed left half-written beside its target: known by its name and by who is gone.

A name says which process writes it. Only names of exactly this form are ever removed, and only of processes that are
gone: nothing of a person's, and nothing that somebody still works on.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from pathlib import Path

import psutil


def partial_of(target: Path, ending: str) -> Path:
    """Where this process writes what becomes `target`; with what was left there by processes that are gone removed."""
    sweep(target.parent, re.compile(rf"\.{re.escape(target.name)}\.(\d+){re.escape(ending)}"))
    return target.with_name(f".{target.name}.{os.getpid()}{ending}")


def sweep(folder: Path, form: re.Pattern[str]) -> None:
    """Remove what has a name of this form, whose first group is the id of a process that is gone."""
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            match = form.fullmatch(path.name)
            if match is not None and is_gone(int(match[1])):
                remove(path)


def is_gone(pid: int) -> bool:
    """False for a number that no process can have: that name is of somebody else's making."""
    try:
        return pid != os.getpid() and not psutil.pid_exists(pid)
    except OverflowError:
        return False


def remove(path: Path) -> None:
    """A file or a folder; what cannot be removed stays."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
