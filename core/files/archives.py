"""Takes a .zip file of unknown origin apart into a folder: nothing lands outside it, and nothing grows without bound.

What cannot be taken is left out with its reason; the rest is unpacked. Nothing is said of what systems put beside
files of their own accord (__MACOSX, .DS_Store).
"""

from __future__ import annotations

import hashlib
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.domain.counting import counted, in_bytes
from core.domain.names import shown
from core.errors import FormatError, RefusedError
from core.files.faults import told_as_storage_error

MAX_RATIO = 200
"""An archive whose content is more than so many times its own size is no collection of pictures but a trap."""

_ALWAYS_ALLOWED_BYTES = 20_000_000  # however well packed: a small archive of annotations packs well
_MAX_MEMBERS = 2_000_000
_MAX_NAME_BYTES = 255
_MAX_PATH_BYTES = 1000  # with that of the folder it stays within what systems take
_MAX_DEPTH = 100
SHARE_OF_FREE_DISK = 0.5
_PIECE = 1 << 20
_ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst"})
_NOT_A_PERSON_S = frozenset({"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"})
_DEVICES = frozenset({"CON", "PRN", "AUX", "NUL", *(f"{name}{n}" for name in ("COM", "LPT") for n in range(1, 10))})

# Of these alone the pieces that come out are bounded: a few bytes of the others may become gigabytes at once.
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError)
_UNREADABLE = "is damaged"

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive. `path` is where it would lie, "/" between parts; `info` is for the archive itself."""

    path: str
    n_bytes: int
    info: zipfile.ZipInfo


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A name in an archive, as it is written there, and why it is not unpacked."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What an archive holds, before anything of it is unpacked. `identity` is that of its content."""

    archive: Path
    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...]
    identity: str

    @property
    def n_bytes(self) -> int:
        return sum(member.n_bytes for member in self.members)


def is_archive(path: Path) -> bool:
    """Whether it is a file that is named like one that can be unpacked."""
    return path.suffix.lower() == ".zip" and path.is_file()


def list_archive(archive: Path) -> Listing:
    """Raises FormatError for what is no sound .zip file, RefusedError for one that nothing can be taken out of."""
    members: list[Member] = []
    left_out: list[LeftOut] = []
    taken = _Places()
    digest = hashlib.sha256()
    with _opened(archive) as opened:
        infos = opened.infolist()
        if len(infos) > _MAX_MEMBERS:
            raise RefusedError(f'"{shown(archive.name)}" holds {len(infos):,} files, more than are unpacked at once.')
        for info in infos:
            name = _decoded(info)
            digest.update(f"{name}\0{info.CRC}\0{info.file_size}\0".encode("utf-8", "surrogatepass"))
            path = name.replace("\\", "/")
            if path.endswith("/") or _NOT_A_PERSON_S.intersection(path.split("/")):
                continue
            reason = _refusal(info, path) or taken.take(path)
            if reason:
                left_out.append(LeftOut(name, reason))
            else:
                members.append(Member(path, info.file_size, info))
    if not members:
        if infos and all(info.flag_bits & 1 for info in infos if not info.orig_filename.endswith("/")):
            text = f'"{shown(archive.name)}" is protected by a password.'
            raise RefusedError(text, hint="Unpack it yourself and choose the folder.")
        first = f" The first: {shown(left_out[0].name)} {left_out[0].reason}." if left_out else ""
        raise RefusedError(f'"{shown(archive.name)}" holds no file that can be taken.{first}')
    return Listing(archive, tuple(members), tuple(left_out), digest.hexdigest())


def require_room(listing: Listing, members: Collection[Member], folder: Path) -> None:
    """Raises RefusedError for a bomb, and for what would fill half of the disk that `folder` is on."""
    total = sum(member.n_bytes for member in members)
    name, size = shown(listing.archive.name), listing.archive.stat().st_size
    if total > max(MAX_RATIO * size, _ALWAYS_ALLOWED_BYTES):
        text = f'"{name}" has {in_bytes(size)} and would become {in_bytes(total)}: it is not unpacked.'
        raise RefusedError(text, hint="If you trust it, unpack it yourself and choose the folder.")
    present = next(parent for parent in folder.parents if parent.exists())  # the folder itself has a passing name
    free = shutil.disk_usage(present).free
    if total > free * SHARE_OF_FREE_DISK:
        text = (
            f'"{name}" would become {in_bytes(total)}, and {in_bytes(free)} are free on the disk of {shown(present)}.'
        )
        raise RefusedError(text, hint="Make room, or choose a folder on another disk.")


def unpack(
    listing: Listing, members: Collection[Member], folder: Path, *, progress: Progress, check: Callable[[], None]
) -> tuple[LeftOut, ...]:
    """Writes the members into a folder that is empty; says which could not be read. `check` may raise to stop.

    Raises RefusedError, FormatError, StorageError.
    """
    require_room(listing, members, folder)
    left_out: list[LeftOut] = []
    total = sum(member.n_bytes for member in members)
    n_written = 0
    with _opened(listing.archive) as opened, told_as_storage_error("The archive's content", folder):
        for number, member in enumerate(members):
            check()
            if number % 50 == 0:
                progress(n_written, max(total, 1), f"Unpacking {counted(len(members), 'file')}")
            target = folder / PurePosixPath(member.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            reason = _write(opened, member, target, check)
            if reason:
                target.unlink(missing_ok=True)
                left_out.append(LeftOut(member.path, reason))
            n_written += member.n_bytes
    return tuple(left_out)


def _write(opened: zipfile.ZipFile, member: Member, target: Path, check: Callable[[], None]) -> str:
    """Why it could not be written, "" when it was. Counts the bytes that come out, whatever the archive claims."""
    n_written = 0
    try:
        source = opened.open(member.info)
    except _DAMAGE:
        return _UNREADABLE
    with source, target.open("xb") as file:
        while True:
            try:
                piece = source.read(_PIECE)
            except _DAMAGE:
                return _UNREADABLE
            if not piece:
                return "" if n_written == member.n_bytes else "is shorter than the archive says"
            n_written += len(piece)
            if n_written > member.n_bytes:
                return "is larger than the archive says"
            file.write(piece)
            check()


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, OverflowError, RuntimeError) as error:
        text = f'"{shown(archive.name)}" is no sound .zip file.'
        raise FormatError(text, file=archive, hint="Fetch or copy it again; it may have been cut off.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise FormatError(f'"{shown(archive.name)}" cannot be read: {reason}.', file=archive) from error


def _decoded(info: zipfile.ZipInfo) -> str:
    """Names are UTF-8 where the archive says so, and often where it does not; else those of old DOS."""
    if info.flag_bits & 0x800:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return info.orig_filename


def _refusal(info: zipfile.ZipInfo, path: str) -> str:
    """Why a member is never unpacked; follows its name. "" when it may be."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link"
    if kind not in (0, stat.S_IFREG):
        return "is no plain file"
    if info.flag_bits & 1:
        return "is protected by a password"
    if info.compress_type not in _PACKINGS:
        return "is packed in a way that is not read"
    return refusal_of_name(path)


def refusal_of_name(path: str) -> str:
    """Why nothing is written by this name ("/" between parts) below a folder; follows the name. "" when it may be."""
    if len(path) > _MAX_PATH_BYTES or len(path.encode("utf-8", "surrogatepass")) > _MAX_PATH_BYTES:
        return "has a name that is too long"
    parts = path.split("/")
    if len(parts) > _MAX_DEPTH:
        return "lies in too many folders"
    if path.startswith("/") or (len(path) > 1 and path[1] == ":"):
        return "has a name that begins at the disk's root"
    if ".." in parts:
        return "has a name that leads out of the archive"
    if any(_is_odd(part) for part in parts):
        return "has a name that not every system can hold"
    if PurePosixPath(path).suffix.lower() in _ARCHIVES:
        return "is an archive itself; unpack it first"
    return ""


def _is_odd(part: str) -> bool:
    if part in ("", ".") or part.endswith((" ", ".")) or part.split(".")[0].strip().upper() in _DEVICES:
        return True
    if any(ord(sign) < 32 or sign in ':*?"<>|' or 0xD800 <= ord(sign) < 0xE000 for sign in part):
        return True
    return len(part.encode("utf-8")) > _MAX_NAME_BYTES


class _Places:
    """What is taken already, as a system sees it that cares neither for case nor for how accents are composed."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def take(self, path: str) -> str:
        key = unicodedata.normalize("NFC", path).casefold()
        if key in self._files:
            return "is there twice"
        parents = {parent.as_posix() for parent in PurePosixPath(key).parents} - {"."}
        if key in self._folders or parents & self._files:
            return "is both a file and a folder"
        self._files.add(key)
        self._folders |= parents
        return ""
