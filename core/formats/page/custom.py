"""The `custom` attribute of PAGE, as Transkribus, eScriptorium and kraken read it: structure {type:heading;} ..."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CALQUE = "calque"
_OWN = ("structure", "readingOrder", CALQUE)
# Tags are looked for from where they begin only, or a long text without a group would take hours.
_GROUP = re.compile(r"(?<![\w.-])([A-Za-z_][\w.-]*+)\s*+\{([^{}]*+)\}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_MEANS_SOMETHING = re.compile(r"[{};:\\]")


@dataclass(frozen=True, slots=True)
class Custom:
    """`kept` are the groups that nothing here reads, in the notation of the file."""

    type: str = ""
    index: int | None = None  # in reading order
    calque: Mapping[str, str] | None = None
    kept: str = ""


def read_custom(text: str) -> Custom:
    """What is not of the form is passed over."""
    groups = _GROUP.findall(text)
    values = {tag: _values(body) for tag, body in reversed(groups)}  # of several, the first counts
    index = values.get("readingOrder", {}).get("index", "")
    kept = " ".join(f"{tag} {{{body.strip()}}}" for tag, body in groups if tag not in _OWN)
    return Custom(
        " ".join(values.get("structure", {}).get("type", "").split()),
        int(index) if index.isascii() and index.isdigit() and len(index) < 10 else None,
        values.get(CALQUE),
        kept,
    )


def custom_text(kept: str, index: int, calque: Iterable[tuple[str, str]], kind: str) -> str:
    """Structure comes last: eScriptorium reads no further."""
    own = "".join(f"{key}:{_safe(value)}; " for key, value in calque).strip()
    groups = [kept] if kept else []
    groups.append(f"readingOrder {{index:{index};}}")
    groups += [f"{CALQUE} {{{own}}}"] if own else []
    groups += [f"structure {{type:{_safe(kind)};}}"] if kind else []
    return " ".join(groups)


def _values(body: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in body.split(";"))
    return {key.strip(): _plain(value.strip()) for key, colon, value in pairs if colon}


def _safe(value: str) -> str:
    """Signs that would end the value are escaped as Transkribus does it."""
    return _MEANS_SOMETHING.sub(lambda found: f"\\u{ord(found[0]):04x}", value)


def _plain(value: str) -> str:
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
