"""Reads annotation files: bounded, regular files only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.domain.counting import in_bytes
from core.domain.names import shown
from core.errors import FormatError

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_PIECE = 2**20


def read_limited(path: Path, max_bytes: int) -> bytes:
    """The file's bytes. Raises FormatError for what is no plain file, cannot be read, or is larger than allowed."""
    with _opened(path, max_bytes) as (handle, size):
        # Without a buffered file: there are very many small ones.
        pieces = [os.read(handle, min(size, max_bytes) + 1)]
        while pieces[-1]:
            pieces.append(os.read(handle, _PIECE))
    return pieces[0] if len(pieces) <= 2 else b"".join(pieces)


def read_pieces(path: Path, max_bytes: int, n_bytes: int) -> Iterator[bytes]:
    """The same in pieces of `n_bytes`, read when they are asked for."""
    with _opened(path, max_bytes) as (handle, _), os.fdopen(handle, "rb", closefd=False) as file:
        while piece := file.read(n_bytes):
            yield piece


@contextmanager
def _opened(path: Path, max_bytes: int) -> Iterator[tuple[int, int]]:
    """A plain file's handle and size. Raises FormatError, also for what goes wrong in the block."""
    handle = -1
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for ever.
        handle = os.open(path, _FLAGS)
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise FormatError(f'"{shown(path.name)}" is not a file with content.', file=path)
        if facts.st_size > max_bytes:
            size = f"{in_bytes(facts.st_size)}, more than the {in_bytes(max_bytes)}"
            text = f'"{shown(path.name)}" has {size} that are read.'
            raise FormatError(text, file=path, hint="Split it into smaller files.")
        yield handle, facts.st_size
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise FormatError(f'"{shown(path.name)}" cannot be read: {reason}.', file=path) from error
    finally:
        if handle >= 0:
            os.close(handle)


def head_of(path: Path, n_bytes: int = 4096) -> bytes:
    """The first bytes of a plain file; b"" for anything else, so that detection needs no exceptions."""
    try:
        handle = os.open(path, _FLAGS)
        try:
            return os.read(handle, n_bytes) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
        finally:
            os.close(handle)
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
