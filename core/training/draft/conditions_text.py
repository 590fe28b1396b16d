"""Classes that an image must all show, as a text: "a + b". A name that this would tear apart stands in quotes."""

from __future__ import annotations

import re
from collections.abc import Sequence

_AND = " + "
_BETWEEN = re.compile(r"\s\+\s")
_QUOTED = re.compile(r'"((?:[^"]|"")+)"\s*(?:\+\s|$)')
_UNCLEAR = re.compile(r'^"|^\+\s|\s\+$|\s\+\s')


def conditions_text(names: Sequence[str]) -> str:
    return _AND.join(map(_quoted, names))


def conditions_from(text: str) -> tuple[str, ...]:
    """The reverse; empty names are passed over. A quote that is not closed is part of a name."""
    names: list[str] = []
    rest = text.strip()
    while rest:
        if quoted := _QUOTED.match(rest):
            name, rest = quoted[1].replace('""', '"'), rest[quoted.end() :]
        else:
            name, *others = _BETWEEN.split(rest, maxsplit=1)
            name, rest = name.strip(), others[0] if others else ""
        names.append(name)
        rest = rest.strip()
    return tuple(name for name in names if name)


def _quoted(name: str) -> str:
    is_plain = name == name.strip() and _UNCLEAR.search(name) is None
    return name if is_plain else '"' + name.replace('"', '""') + '"'
