"""Takes named files out of a .zip that a stranger may have made. What looks like an attack is refused, not mended."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path

from core.domain.counting import in_bytes
from core.domain.names import shown
from core.errors import RefusedError, StorageError, WeightsError

MAX_BYTES = 32 * 2**30
_MOST_ENTRIES = 1000
_MOST_RATIO = 200  # weights hardly shrink at all; a bomb shrinks a thousand times and more
_SMALL = 2**20  # so little that its ratio is of no matter
_CHUNK = 2**20
_ENCRYPTED = 0x1
_BROKEN = (zlib.error, lzma.LZMAError, struct.error)  # what zipfile lets through of what it uses


def extract_files(archive: Path, names: Collection[str], target: Path) -> None:
    """Writes those of `names` that the archive holds, at its top or in its only folder, into the folder `target`.

    Other harmless entries are passed over. Raises WeightsError for what is no sound .zip, RefusedError for a dangerous
    one, StorageError when the disk is full.
    """
    try:
        with zipfile.ZipFile(archive) as content:
            chosen = _choose(content, names, archive)
            _require_room(chosen, archive, target)
            for entry in chosen:
                _write(content, entry, target / entry.filename.rpartition("/")[2], archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OverflowError, ValueError, *_BROKEN) as error:
        raise _damaged(archive, error) from error
    except RuntimeError as error:  # how zipfile says "encrypted"
        raise WeightsError(f'"{shown(archive.name)}" cannot be unpacked ({shown(str(error))}).') from error
    except OSError as error:
        if error.errno in (None, errno.EINVAL):  # bz2's broken streams, and places before the file's beginning
            raise _damaged(archive, error) from error
        text = f'"{shown(archive.name)}" could not be unpacked: {error.strerror or error}.'
        raise StorageError(text, hint="Check the free space of the disk.") from error


def _choose(content: zipfile.ZipFile, names: Collection[str], archive: Path) -> list[zipfile.ZipInfo]:
    entries = content.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise _dangerous(archive, f"it holds {len(entries)} files")
    chosen: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        _require_harmless(entry, archive)
        folders, _, name = entry.filename.rpartition("/")
        if entry.is_dir() or name not in names or "/" in folders or folders.startswith("__MACOSX"):
            continue
        if name in chosen:
            raise _dangerous(archive, f'it holds "{shown(name)}" twice')
        chosen[name] = entry
    if len({entry.filename.rpartition("/")[0] for entry in chosen.values()}) > 1:
        raise _dangerous(archive, "its files are spread over several folders")
    return list(chosen.values())


def _require_harmless(entry: zipfile.ZipInfo, archive: Path) -> None:
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    mode = entry.external_attr >> 16
    if not entry.filename:
        raise _dangerous(archive, "a file in it has no name")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name or "\\" in name:
        raise _dangerous(archive, f'the name "{shown(name)}" leads out of it')
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _dangerous(archive, f'"{shown(name)}" is a link or a special file')
    if entry.flag_bits & _ENCRYPTED:
        raise _dangerous(archive, f'"{shown(name)}" is encrypted')


def _require_room(entries: list[zipfile.ZipInfo], archive: Path, target: Path) -> None:
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_BYTES or (total > _SMALL and total > packed * _MOST_RATIO):
        raise _dangerous(archive, f"its {in_bytes(packed)} claim to unpack to {in_bytes(total)}")
    free = shutil.disk_usage(target).free
    if total > free / 2:
        text = f"Not enough disk space: {in_bytes(total)} needed, {in_bytes(free)} free."
        raise RefusedError(text, hint="Free some space and try again.", code="E-250")


def _write(content: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, archive: Path) -> None:
    """Counts what really comes out: the size in the header is only what the archive claims."""
    n_written = 0
    with content.open(entry) as source, path.open("xb") as file:
        while chunk := source.read(_CHUNK):
            n_written += len(chunk)
            if n_written > entry.file_size:
                raise _dangerous(archive, f'"{shown(entry.filename)}" is larger than it claims')
            file.write(chunk)


def _damaged(archive: Path, error: Exception) -> WeightsError:
    text = f'"{shown(archive.name)}" is no .zip file or a damaged one ({shown(str(error))}).'
    return WeightsError(text, hint="Export the version again, or copy the file again.")


def _dangerous(archive: Path, why: str) -> RefusedError:
    return RefusedError(
        f'"{shown(archive.name)}" was not unpacked: {why}.',
        hint="Use a file that Calque has exported.",
    )
