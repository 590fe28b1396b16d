"""Folders that are there in full or not at all, and that replace nothing but what was made the same way."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.names import shown
from core.errors import RefusedError, StorageError
from core.files.faults import is_no_room, storage_error
from core.files.leftovers import is_gone, sweep

MARKER = ".calque-export"
_FORMAT = 1


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder to write into, beside `target`; put in its place when the block ends well, else removed.

    Not synchronised with the disk: what is made this way can be made again. Raises what `require_free` raises, and
    StorageError for an OSError of the block.
    """
    target = Path(os.path.realpath(target))
    require_free(target)
    sweep_unfinished(target.parent)
    made_parents: list[Path] = []
    partial: Path | None = None
    try:
        made_parents = _make_parents(target)
        partial = Path(tempfile.mkdtemp(prefix=f".calque-{os.getpid()}-", suffix=".part", dir=target.parent))
        partial.chmod(0o755)
        yield partial
        _write_marker(partial)
        _put_in_place(partial, target)
    except BaseException as error:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
        for folder in reversed(made_parents):
            with contextlib.suppress(OSError):  # somebody else may have put something there meanwhile
                folder.rmdir()
        if isinstance(error, StorageError) and partial is not None and shown(partial) in error.text:
            text = error.text.replace(shown(partial), shown(target))  # its passing name says nothing to anybody
            raise StorageError(text, hint=error.hint, code=error.code) from error
        if not isinstance(error, OSError):
            raise
        if is_no_room(error):
            raise StorageError(
                f'The disk is full. "{shown(target)}" could not be written.',
                hint="Free some space, or choose another disk.",
                code="E-250",
            ) from error
        raise storage_error(error, f'"{shown(target.name)}"', target.parent) from error


def sweep_unfinished(folder: Path) -> None:
    """Remove what killed processes left beside their targets. A folder that one put aside goes only unchanged."""
    sweep(folder, re.compile(r"\.calque-(\d+)-\w{8}\.part"))
    for aside in list(folder.glob(".calque-*.old")):
        match = re.fullmatch(r"\.calque-(\d+)-\w{8}\.old", aside.name)
        if match is not None and is_gone(int(match[1])):
            with contextlib.suppress(OSError):
                if is_unchanged(aside / "old"):
                    shutil.rmtree(aside / "old", ignore_errors=True)
                aside.rmdir()  # raises where something is left in it


def require_free(target: Path) -> None:
    """Raises RefusedError when there is something at `target` that is not ours to replace."""
    if not os.path.lexists(target):
        _require_possible(target)
        for parent in target.parents:
            if os.path.lexists(parent):
                if not parent.is_dir():
                    raise RefusedError(f'"{shown(parent)}" is not a folder.', hint="Choose another folder.")
                return
        return
    if not target.is_dir():
        raise RefusedError(f'"{shown(target)}" is a file.', hint="Choose another folder.")
    try:
        is_free = not any(target.iterdir()) or is_unchanged(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RefusedError(f'"{shown(target)}" cannot be read: {reason}.', hint="Choose another folder.") from error
    if not is_free:
        text = f'The folder "{shown(target)}" is not empty.'
        raise RefusedError(text, hint="Choose an empty or a new folder; nothing of yours is ever replaced.")


def _require_possible(target: Path) -> None:
    """Raises RefusedError for a name that no file can have there."""
    try:
        target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as error:  # a ValueError for a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        text = f'"{shown(str(target)[:200])}" cannot be made: {reason}.'
        raise RefusedError(text, hint="Choose another folder.") from error


def is_unchanged(folder: Path) -> bool:
    """Whether a folder was made by `whole_folder` and holds nothing that was added or changed since.

    Raises OSError when a part of it cannot be read.
    """
    known = _read_marker(folder / MARKER)
    if known is None:
        return False
    ours = {(folder / path).parent for path in known}
    ours.update([parent for place in ours for parent in place.parents])
    for place, folders, names in os.walk(folder, onerror=_raise):
        if any(Path(place, name).is_symlink() or Path(place, name) not in ours for name in folders):
            return False
        for name in names:
            file = Path(place, name)
            if file == folder / MARKER:
                continue
            if known.get(_relative(file, folder)) != _facts(file):
                return False
    return True


def _raise(error: OSError) -> None:
    raise error


def _make_parents(target: Path) -> list[Path]:
    """Makes the folders above `target`; returns those that were not there, the outermost first."""
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    return missing[::-1]


def _put_in_place(partial: Path, target: Path) -> None:
    require_free(target)  # the work may have taken an hour
    if not target.exists():
        partial.rename(target)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".calque-{os.getpid()}-", suffix=".old", dir=target.parent))
    try:
        target.rename(aside / "old")
    except OSError:  # a disk's own folder stays where it is
        aside.rmdir()
        raise
    try:
        partial.rename(target)
    except OSError:
        (aside / "old").rename(target)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _write_marker(folder: Path) -> None:
    """A line for each file: its path, size and time of change."""
    with (folder / MARKER).open("w", encoding="utf-8", newline="\n") as marker:
        marker.write(
            json.dumps({"format": _FORMAT, "note": "Made by Calque, which replaces it only unchanged."}) + "\n"
        )
        for place, _, names in os.walk(folder):
            below = "" if place == str(folder) else f"{_relative(Path(place), folder)}/"
            for name in names:
                if below or name != MARKER:
                    facts = os.lstat(os.path.join(place, name))  # noqa: PTH118 - of each of perhaps a million files
                    marker.write(json.dumps([below + name, facts.st_size, facts.st_mtime_ns]) + "\n")


def _read_marker(marker: Path) -> dict[str, tuple[int, int]] | None:
    """None when it is missing, torn, or of a format that is not known."""
    known: dict[str, tuple[int, int]] = {}
    try:
        if marker.is_symlink():
            return None
        with marker.open(encoding="utf-8") as lines:
            head = json.loads(next(lines, ""))
            if not isinstance(head, dict) or head.get("format") != _FORMAT:
                return None
            for line in lines:
                path, n_bytes, mtime_ns = json.loads(line)
                known[path] = (n_bytes, mtime_ns)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    return known


def _facts(file: Path) -> tuple[int, int]:
    facts = file.lstat()
    return facts.st_size, facts.st_mtime_ns


def _relative(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()
