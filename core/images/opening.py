"""Opens a picture file without falling for what it pretends to be."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from core.domain.counting import in_bytes
from core.domain.imports import Problem
from core.domain.names import shown
from core.errors import FormatError

MAX_FILE_BYTES = 4 * 2**30
"""No format that is read can say where its pixels are beyond 4 GiB; also stops sparse files of terabytes."""

_COPY_AGAIN = "Copy the file again from where it came from, or leave it out."
_CONVERT = "Save it as JPEG or PNG, or leave it out."

# First bytes of what is found under a picture's name, and what a person calls it.
_FOREIGN: tuple[tuple[bytes, str], ...] = (
    (b"%!PS", "a PostScript (EPS) file"),
    (b"\xc5\xd0\xd3\xc6", "a PostScript (EPS) file"),
    (b"%PDF", "a PDF document"),
    (b"GIF8", "a GIF"),
    (b"8BPS", "a Photoshop file"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"version https://git-lfs", "a Git LFS pointer (the picture itself was never downloaded)"),
    (b"\x76\x2f\x31\x01", "an OpenEXR file"),
)
_PICTURES = ("PostScript", "PDF", "GIF", "Photoshop", "HEIC", "SVG", "OpenEXR")
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class ImageFileError(FormatError):
    """A picture file cannot be used. `kind` is the slug of the problem that an import lists."""

    def __init__(self, kind: str, text: str, *, file: Path, hint: str = _COPY_AGAIN) -> None:
        super().__init__(text, file=file, hint=hint)
        self.kind = kind

    def to_problem(self, file: str) -> Problem:
        """As a line of an import's list; `file` is the path to show, relative to the images' folder."""
        return Problem(self.kind, str(self), file=file)


def open_regular(path: Path) -> io.BufferedReader:
    """The file opened for reading, unless it is a pipe, a device, a folder, empty, or beyond any picture's size.

    A named pipe must not be opened the usual way: that would wait for a writer for ever.
    """
    name = shown(path.name)
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise ImageFileError("image-missing", f'"{name}" does not exist.', file=path) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        text = f'"{name}" cannot be opened: {reason}.'
        raise ImageFileError("image-unreadable", text, file=path, hint="Check the file's permissions.") from error
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):
        os.close(handle)
        text = f'"{name}" is not a file with content ({_describe_special(facts.st_mode)}).'
        raise ImageFileError("image-special-file", text, file=path, hint="Leave it out.")
    if facts.st_size == 0:
        os.close(handle)
        raise ImageFileError("image-empty", f'"{name}" is empty (0 bytes).', file=path)
    if facts.st_size > MAX_FILE_BYTES:
        os.close(handle)
        text = f'"{name}" has {in_bytes(facts.st_size)}; pictures of up to {in_bytes(MAX_FILE_BYTES)} are read.'
        raise ImageFileError("image-too-large", text, file=path, hint="Save it smaller, or leave it out.")
    return os.fdopen(handle, "rb")


def describe_foreign(head: bytes) -> str:
    """What the first bytes of a file that is no picture of a known format are, e.g. "an HTML page"; "" if unknown."""
    if not head.strip(b"\0"):
        return "nothing but zero bytes"
    for magic, words in _FOREIGN:
        if head.startswith(magic):
            return words
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return "a HEIC/HEIF photograph"
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return "an SVG drawing"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")) or b"<html" in text:
        return "an HTML page"
    if text.startswith(b"<?xml"):
        return "an XML file"
    if text.startswith((b"{", b"[")) or all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in head):
        return "a text file"
    return ""


def hint_for(foreign: str) -> str:
    """What to do with a file that `describe_foreign` described."""
    return _CONVERT if any(kind in foreign for kind in _PICTURES) else _COPY_AGAIN


def _describe_special(mode: int) -> str:
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
