"""Pictures that stand as base64 inside annotation files: known by their first bytes, never decoded further."""

from __future__ import annotations

import base64
import binascii

_MAGIC = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"BM", ".bmp"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
    (b"\0\0\0\x0cjP  ", ".jp2"),
)


def picture_ending(text: str) -> str:
    """The ending of a picture that is stored as base64, by its first bytes; "" when it is none that is known."""
    try:
        head = base64.b64decode(text[:64].encode("ascii"), validate=False)
    except (binascii.Error, ValueError):
        return ""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ".webp"
    return next((ending for magic, ending in _MAGIC if head.startswith(magic)), "")


def picture_bytes(text: str) -> bytes | None:
    """None when it is not base64."""
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        return None
