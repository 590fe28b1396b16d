"""File names: which belong to pictures, and how a name is shown to a person."""

from __future__ import annotations

from pathlib import PurePath

IMAGE_SUFFIXES = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo"),
        *(".png", ".webp", ".avif", ".bmp", ".dib", ".tif", ".tiff"),
        *(".jp2", ".j2k", ".jpf", ".jpx"),
    }
)
"""Lower-case endings of the files that are taken for pictures; the content has the last word."""


def shown(name: str | PurePath) -> str:
    """The name with everything that could not be printed escaped: undecodable bytes, line breaks, control signs."""
    text = str(name).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def is_image_name(name: str) -> bool:
    """Whether the name ends like a picture's; hidden files (a leading dot) never do."""
    return not name.startswith(".") and PurePath(name).suffix.lower() in IMAGE_SUFFIXES
