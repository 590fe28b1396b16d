"""Text and numbers as XML files hold them."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from core.domain.names import shown
from core.formats.layout.outlines import Points

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def attribute(text: str) -> str:
    """Of any text, in quotes; what no XML document may contain is replaced."""
    return quoteattr(_FORBIDDEN.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def element_text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text), {"\r": "&#13;"})


def name(text: str) -> str:
    """Of a picture's file: bytes that are no text come as escapes."""
    return shown(text)


def plain(value: float) -> str:
    return f"{value:.10g}"


def spaced(points: Points) -> str:
    """x y x y ..., as ALTO wants it."""
    return " ".join(f"{plain(x)} {plain(y)}" for x, y in points)


def paired(points: Points) -> str:
    """x,y x,y ..., as PAGE wants it."""
    return " ".join(f"{plain(x)},{plain(y)}" for x, y in points)
