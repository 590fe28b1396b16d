"""Where the content of an archive lies while it is looked at, and where it stays when it becomes a project."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem
from core.domain.names import is_image_name, shown
from core.errors import RefusedError
from core.files.archives import LeftOut, Listing, Member, is_archive, list_archive, unpack
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
    """A source whose files lie in a folder; `problems` say what of an archive was left out."""

    source: ImportSource
    problems: tuple[Problem, ...] = ()


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
    if source.images_root is not None:
        members = tuple(member for member in members if not is_image_name(member.path))
    with _passing_folder() as passing:
        left_out = unpack(listing, members, passing, progress=progress, check=check)
        yield _opened(source, passing, listing, left_out)


def _unpack_to_stay(
    listing: Listing, place: Path, progress: Progress, check: Callable[[], None]
) -> tuple[LeftOut, ...]:
    if _is_unpacked(place, listing):
        return ()
    require_unused(place, listing.identity)
    with whole_folder(place) as partial:
        left_out = unpack(listing, listing.members, partial, progress=progress, check=check)
        write_stamp(partial, listing.archive.name, listing.identity)
    return left_out


def _is_unpacked(place: Path, listing: Listing) -> bool:
    """Whether the same archive was unpacked there before."""
    return is_stamped(place, listing.identity) and all(_is_there(place, member) for member in listing.members)


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


def write_stamp(folder: Path, name: str, identity: str) -> None:
    """Says which content was unpacked here. Raises OSError."""
    stamp = {"format": _FORMAT, "source": shown(name), "identity": identity}
    (folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")


def is_stamped(folder: Path, identity: str) -> bool:
    """Whether this content was unpacked here before."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stamp, dict) and stamp.get("format") == _FORMAT and stamp.get("identity") == identity


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
    return Opened(replace(source, path=inside), tuple(_told(listing, (*listing.left_out, *damaged))))


def _told(listing: Listing, left_out: tuple[LeftOut, ...]) -> Iterator[Problem]:
    for item in left_out[:_MOST_TOLD]:
        text = f'"{shown(item.name)}" {item.reason}; it was not unpacked.'
        yield Problem("archive-member-left-out", text, str(listing.archive))
    if len(left_out) > _MOST_TOLD:
        more = counted(len(left_out) - _MOST_TOLD, "more file was", "more files were")
        yield Problem("archive-member-left-out", f"{more} not unpacked.", str(listing.archive))
