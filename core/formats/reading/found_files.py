"""Walks a folder for files of some endings, and says what it cannot read there instead of passing it over."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from core.domain.imports import Problem
from core.domain.names import shown


def find_files(root: Path, endings: Collection[str]) -> Iterator[Path | Problem]:
    """Plain files in the order of names, folder by folder; no hidden ones, and no folders behind links.

    A problem for each name of those endings that is a pipe, a socket, a device, a link out of the folder or to
    nowhere, and for each folder that cannot be listed. Nothing is opened.
    """
    real_root = Path(os.path.realpath(root))
    unreadable: list[OSError] = []
    tails = tuple(endings)
    for folder, subfolders, names in os.walk(root, onerror=unreadable.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in subfolders:
            if Path(folder, name).is_symlink():
                text = f'"{shown(name)}" is left out: it is a link to a folder. Choose that folder itself to use it.'
                yield Problem("link-to-folder", text, str(Path(folder, name)))
        # First what may be one: a folder of a hundred thousand pictures is looked at for each format.
        for name in sorted(name for name in names if name.lower().endswith(tails)):
            if not name.startswith(".") and _ending(name) in endings:
                file = Path(folder, name)
                reason = _why_not(file, real_root)
                yield Problem("annotation-file-special", f'"{shown(name)}" {reason}', str(file)) if reason else file
    for error in unreadable:
        place = os.fsdecode(error.filename) if isinstance(error.filename, (str, bytes)) else str(root)
        text = f'The folder "{shown(place)}" cannot be read: {error.strerror or error}.'
        yield Problem("folder-unreadable", text, place)


def _ending(name: str) -> str:
    """Lower case; as PurePath has it, which is slow for a million names."""
    at = name.rfind(".")
    return name[at:].lower() if 0 < at < len(name) - 1 else ""


def _why_not(file: Path, real_root: Path) -> str:
    """Why a file is left out, as the end of a sentence; "" when it is a plain one."""
    try:
        is_link = file.is_symlink()
        if is_link and not Path(os.path.realpath(file, strict=True)).is_relative_to(real_root):
            return "is left out: it is a link to a file outside the folder."
        mode = file.stat().st_mode
    except (OSError, ValueError):
        return "is left out: it is a link that leads nowhere or to itself."
    return "" if stat.S_ISREG(mode) else f"is left out: it is {kind_of(mode)}, not a file with content."


def kind_of(mode: int) -> str:
    """What a directory entry is that is no plain file, e.g. "a named pipe"."""
    for test, words in (
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    ):
        if test(mode):
            return words
    return "a special file"
