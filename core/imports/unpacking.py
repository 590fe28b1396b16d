"""Where the content of an archive lies while it is looked at, and where it stays when it becomes a project."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem, Severity
from core.domain.names import is_image_name, shown
from core.errors import RefusedError
from core.files.archives import LeftOut, Listing, Member, is_archive, list_archive, unpack
from core.files.durable import read_json
from core.files.leftovers import sweep
from core.files.whole_folder import sweep_unfinished, whole_folder
from core.imports.cancelling import ImportCancelledError, IsCancelled, Progress

STAMP = ".calque-unpacked"
"""A file in each folder that an archive was unpacked into: which one it was, so that none is unpacked twice."""

_FORMAT = 1
_PASSING = "calque-unpacked-"
_PASSED = re.compile(re.escape(_PASSING) + r"(\d+)-\w+")
_MOST_TOLD = 20


@dataclass(frozen=True, slots=True)
class Opened:
    """A source whose files lie in a folder. Of an archive, `problems` say what was left out, and `identity` which it
    was."""

    source: ImportSource
    problems: tuple[Problem, ...] = ()
    identity: str = ""


def default_folder(archive: Path, home: Path) -> Path | None:
    """Where an archive is unpacked when nobody says otherwise; None when it holds no pictures, so that nothing of it
    has to stay. Raises FormatError, RefusedError."""
    listing = list_archive(archive)
    return _default_folder(listing, home) if _has_pictures(listing) else None


def _default_folder(listing: Listing, home: Path) -> Path:
    name = re.sub(r"[^\w.-]+", "-", listing.archive.stem, flags=re.ASCII).strip("-.")[:60] or "archive"
    return home / f"{name}-{listing.identity[:8]}"


def _has_pictures(listing: Listing) -> bool:
    return any(is_image_name(member.path) for member in listing.members)


@contextmanager
def opened_source(
    source: ImportSource, home: Path | None, *, is_trial: bool, progress: Progress, is_cancelled: IsCancelled
) -> Iterator[Opened]:
    """The same source, or the folder into which it was unpacked.

    Pictures stay where they were unpacked: in `source.unpack_to`, else below `home`. When the archive holds none, when
    the images are elsewhere, or with `is_trial`, its files pass by in a folder that is gone at the block's end.

    Raises FormatError, RefusedError, StorageError, ImportCancelledError.
    """
    if not is_archive(source.path):
        yield Opened(source)
        return

    def check() -> None:
        if is_cancelled():
            raise ImportCancelledError

    progress(0, 0, "Opening the archive")
    listing = list_archive(source.path)
    if _has_pictures(listing) and source.images_root is None and not is_trial:
        place = source.unpack_to or (home and _default_folder(listing, home))
        if place is None:
            raise RefusedError("Say where the archive is to be unpacked.", hint="Choose a folder.")
        left_out = _unpack_to_stay(listing, place, progress, check)
        yield _opened(source, place, listing, left_out)
        return
    members = listing.members
    remarks: list[Problem] = []
    if source.images_root is not None:
        members = tuple(member for member in members if not is_image_name(member.path))
        remarks += _pictures_left(listing, len(listing.members) - len(members), source.images_root)
        if not members:
            raise RefusedError(remarks[0].text, hint="Unpack them there yourself, and import the folder.")
    with _passing_folder() as passing:
        left_out = unpack(listing, members, passing, progress=progress, check=check)
        opened = _opened(source, passing, listing, left_out)
        yield replace(opened, problems=(*remarks, *opened.problems))


def _pictures_left(listing: Listing, n: int, root: Path) -> Iterator[Problem]:
    """A project has one folder of images, into which nothing is ever unpacked."""
    if n:
        archive = shown(listing.archive.name)
        what = f'{counted(n, "picture")} in "{archive}" {"is" if n == 1 else "are"} not unpacked'
        text = f'{what}, for the images are those in "{shown(root)}".'
        yield Problem("archive-pictures-left", text, str(listing.archive), severity=Severity.INFO)


def _unpack_to_stay(
    listing: Listing, place: Path, progress: Progress, check: Callable[[], None]
) -> tuple[LeftOut, ...]:
    damaged = _unpacked_before(place, listing)
    if damaged is not None:
        return damaged
    require_unused(place, listing.identity)
    with whole_folder(place) as partial:
        left_out = unpack(listing, listing.members, partial, progress=progress, check=check)
        write_stamp(partial, listing.archive.name, listing.identity, left_out)
    return left_out


def _unpacked_before(place: Path, listing: Listing) -> tuple[LeftOut, ...] | None:
    """What of the same archive could not be read when it was unpacked there; None when it was not, or not in full."""
    if not is_stamped(place, listing.identity):
        return None
    damaged = tuple(LeftOut(name, reason) for name, reason in _read_stamp(place).get("left_out", {}).items())
    names = {item.name for item in damaged}
    is_whole = all(member.path in names or _is_there(place, member) for member in listing.members)
    return damaged if is_whole else None


def require_unused(folder: Path, identity: str) -> None:
    """Raises RefusedError for a folder that holds anything but the same content: what was unpacked or exported there is
    never replaced, for a project may have its images in it."""
    with contextlib.suppress(OSError):
        if any(folder.iterdir()) and not is_stamped(folder, identity):
            text = f'The folder "{shown(folder)}" is not empty.'
            raise RefusedError(text, hint="Choose an empty or a new folder; nothing of yours is ever replaced.")


def sweep_unpacked(home: Path) -> None:
    """Clear away what killed processes left half-unpacked or passing by."""
    sweep_unfinished(home)
    sweep(Path(tempfile.gettempdir()), _PASSED)


def write_stamp(folder: Path, name: str, identity: str, left_out: Iterable[LeftOut] = ()) -> None:
    """Says which content was unpacked here, and what of it could not be. Raises OSError."""
    stamp: dict[str, object] = {"format": _FORMAT, "source": shown(name), "identity": identity}
    stamp["left_out"] = {item.name: item.reason for item in left_out}
    (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")


def is_stamped(folder: Path, identity: str) -> bool:
    """Whether this content was unpacked here before."""
    stamp = _read_stamp(folder)
    return stamp.get("format") == _FORMAT and stamp.get("identity") == identity


def _read_stamp(folder: Path) -> dict[str, Any]:
    """Empty where there is none that can be read."""
    return read_json(folder / STAMP) or {}


def _is_there(place: Path, member: Member) -> bool:
    file = place / member.path
    return not is_image_name(member.path) or file.is_file()


@contextmanager
def _passing_folder() -> Iterator[Path]:
    """Known by who made it, so that what a killed process left goes with the next one."""
    place = Path(tempfile.gettempdir())
    sweep(place, _PASSED)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PASSING}{os.getpid()}-", dir=place))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _opened(source: ImportSource, folder: Path, listing: Listing, damaged: tuple[LeftOut, ...]) -> Opened:
    """Read from the one folder or file that everything is in, if there is one: it is what was meant."""
    inside = folder
    while (entries := [entry for entry in inside.iterdir() if not entry.name.startswith(".")]) and len(entries) == 1:
        inside = entries[0]
        if not inside.is_dir():
            break
    if inside.is_file() and is_image_name(inside.name):
        inside = inside.parent
    told = tuple(_told(listing, (*listing.left_out, *damaged)))
    return Opened(replace(source, path=inside), told, listing.identity)


def _told(listing: Listing, left_out: tuple[LeftOut, ...]) -> Iterator[Problem]:
    for item in left_out[:_MOST_TOLD]:
        text = f'"{shown(item.name)}" {item.reason}; it was not unpacked.'
        yield Problem("archive-member-left-out", text, str(listing.archive))
    if len(left_out) > _MOST_TOLD:
        more = counted(len(left_out) - _MOST_TOLD, "more file was", "more files were")
        yield Problem("archive-member-left-out", f"{more} not unpacked.", str(listing.archive))
