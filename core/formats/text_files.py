"""Reads and writes annotation files: bounded, regular files only, whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from core.domain.names import shown
from core.errors import FormatError, StorageError


def read_limited(path: Path, max_bytes: int) -> bytes:
    """The file's bytes. Raises FormatError for what is no plain file, cannot be read, or is larger than allowed."""
    name = shown(path.name)
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(file.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise FormatError(f'"{name}" is not a file with content.', file=path)
            if facts.st_size > max_bytes:
                size = f"{facts.st_size / 2**20:,.0f} MiB, more than the {max_bytes / 2**20:,.0f} MiB"
                raise FormatError(f'"{name}" has {size} that are read.', file=path, hint="Split it into smaller files.")
            return file.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FormatError(f'"{name}" cannot be read: {reason}.', file=path) from error


def head_of(path: Path, n_bytes: int = 4096) -> bytes:
    """The first bytes of a plain file; b"" for anything else, so that detection needs no exceptions."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return b""
        with path.open("rb") as file:
            return file.read(n_bytes)
    except (OSError, ValueError):
        return b""


def is_plain_file(path: Path) -> bool:
    """Whether there is a regular file; no for names that no system accepts (`Path.is_file` raises for some)."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def decode_lines(data: bytes) -> list[str]:
    """Lines of a text file of unknown origin: byte order marks, any line ends; bytes that are not UTF-8 as Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", "replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def write_whole(path: Path, text: str) -> None:
    """Written beside its place and renamed: the old file stays if anything goes wrong. Raises StorageError."""
    part = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".", suffix=".part", delete=False
        ) as file:
            part = file.name
            file.write(text)
        Path(part).chmod(0o644)  # annotation files are made to be passed on
        Path(part).replace(path)
    except OSError as error:
        if part:
            Path(part).unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise StorageError(f'"{shown(path)}" cannot be written: {reason}.', hint="Choose another folder.") from error
