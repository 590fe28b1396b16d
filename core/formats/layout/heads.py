"""The name of a page's picture from the first bytes of its file, which usually have it: thousands of pages are looked
at before the first is read."""

from __future__ import annotations

import re
from pathlib import Path

from core.formats.reading.text_files import head_of

NAME = rb"([\x20-\x21\x23-\x25\x27-\x3b\x3d\x3f-\x7e]+)"
"""ASCII that stands for itself, whatever the encoding is and wherever it stands."""


def name_in_head(path: Path, pattern: re.Pattern[bytes]) -> str:
    """What the pattern's group finds; "" where only a parser can tell, for there are comments or declarations."""
    head = head_of(path)
    found = None if b"<!" in head else pattern.search(head)
    return found[1].decode("ascii").strip() if found else ""
