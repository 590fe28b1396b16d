"""What zones and lines of pages are called."""

from __future__ import annotations

import re

TEXT_LINE = "text_line"
"""The class of lines, whatever type a file gives them."""

LABEL = "label"
"""Attribute: the label of a zone as its file has it, where the class leaves its number off."""

TYPE = "type"
"""Attribute: the type of a line as its file has it (HeadingLine ...)."""

ROLE = "role"
"""Attribute: "line" for a line whose class is not `text_line`."""

DUMMY = "eSc_dummyblock_"
"""What the id of a block begins with in which eScriptorium puts lines of no region."""

_NUMBERED = re.compile(r"#\s*\d+\s*$")
_LATIN = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_ID = re.compile(f"[A-Za-z_{_LATIN}][A-Za-z0-9_.\\-{_LATIN}]*")


def without_number(label: str) -> str:
    """The label of a zone without the number that some programs add: "MainZone#1" is a MainZone."""
    return _NUMBERED.sub("", label).strip()


def is_usable_id(text: str) -> bool:
    """Whether it can be an id in any XML file (an NCName; of the letters beyond ASCII, the Latin ones)."""
    return _ID.fullmatch(text) is not None and not text.startswith(DUMMY)


class Ids:
    """Hands out ids, each once in a page. `reserved` are those that nothing may have."""

    def __init__(self, reserved: frozenset[str] = frozenset()) -> None:
        self._taken = set(reserved)
        self._next: dict[str, int] = {}

    def take(self, wanted: str) -> bool:
        """Whether it could be had."""
        if wanted in self._taken:
            return False
        self._taken.add(wanted)
        return True

    def make(self, stem: str) -> str:
        """A new one: the stem and a number."""
        number = self._next.get(stem, 1)
        while not self.take(f"{stem}_{number}"):
            number += 1
        self._next[stem] = number + 1
        return f"{stem}_{number}"
