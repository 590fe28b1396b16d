"""File names: which belong to pictures, and how a name is shown to a person."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path, PurePath

IMAGE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
        *(".png", ".webp", ".avif", ".bmp", ".dib", ".tif", ".tiff"),
        *(".jp2", ".j2k", ".jpf", ".jpx"),
    }
)
"""Lower-case endings of the files that are taken for pictures; the content has the last word."""


_JOINERS = "\u200c\u200d"  # of scripts and emoji; what else cannot be printed may hide something


def shown(name: str | PurePath) -> str:
    """The name with everything that could not be printed escaped: undecodable bytes, line breaks, control signs."""
    text = str(name)
    if text.isprintable():  # nearly all
        return text
    return "".join(c if c.isprintable() or c in _JOINERS else _escaped(c) for c in text)


def listed_names(names: Sequence[str], most: int = 5) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(shown(name) for name in names[:most]) + more


def one_line(text: str) -> str:
    """A class's name as it is kept: on one line, every sign printable and storable."""
    return shown(" ".join(text.split()))


def typed_path(text: str | PurePath) -> Path:
    """The path that a person typed, with "~" for the home folder. A "~name" of nobody stays what it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises RuntimeError for a "~name" of nobody


def is_image_name(name: str) -> bool:
    """Whether the name ends like a picture's; hidden files (a leading dot) never do."""
    dot = name.rfind(".")
    return dot > 0 and name[0] != "." and name[dot - 1] != "/" and name[dot:].lower() in IMAGE_SUFFIXES


def _escaped(sign: str) -> str:
    code = ord(sign)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return sign.encode("unicode_escape").decode("ascii")
