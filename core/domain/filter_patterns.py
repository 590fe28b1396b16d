"""Patterns of names: "*" is any signs, "?" is one, and a backslash takes the next sign as it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from core.domain.names import shown

ANY = "*"
ONE = "?"
Parts = tuple[tuple[str, bool], ...]
"""(text, is it a sign of the pattern): "*" and "?" stand alone, what lies between them is as names are compared."""


def folded_name(text: str) -> str:
    """As names are compared: as a person sees them, without regard to case and to how accents are composed."""
    return unicodedata.normalize("NFC", shown(text)).casefold()


def has_signs(text: str) -> bool:
    return ANY in text or ONE in text


def parts_of(pattern: str) -> Parts:
    """What the pattern is made of, each run of "*" once."""
    found: list[tuple[str, bool]] = []
    plain = ""
    signs = iter(pattern)
    for sign in signs:
        if sign == "\\":
            plain += next(signs, "\\")
        elif sign in (ANY, ONE):
            if plain:
                found.append((folded_name(plain), False))
                plain = ""
            if not (sign == ANY and found and found[-1] == (ANY, True)):
                found.append((sign, True))
        else:
            plain += sign
    if plain:
        found.append((folded_name(plain), False))
    return tuple(found)


def as_expression(parts: Sequence[tuple[str, bool]]) -> re.Pattern[str]:
    """For whole names that were folded.

    What follows a "*" is taken where it first comes, and never looked for again behind that: any other place leaves
    less for the rest. So many "*" take no longer than a few.
    """
    stretches = [""]
    for text, is_sign in parts:
        if is_sign and text == ANY:
            stretches.append("")
        else:
            stretches[-1] += "." if is_sign else re.escape(text)
    first, *others = stretches
    if not others:
        return re.compile(first, re.DOTALL)
    middle = "".join(f"(?>.*?{stretch})" for stretch in others[:-1])
    return re.compile(f"{first}{middle}.*{others[-1]}", re.DOTALL)


def as_like(parts: Sequence[tuple[str, bool]]) -> str:
    """For SQL's LIKE with a backslash as its escape."""
    words = {ANY: "%", ONE: "_"}
    return "".join(words[text] if is_sign else _escaped(text) for text, is_sign in parts)


def splits_of(parts: Parts) -> tuple[tuple[Parts, Parts], ...]:
    """The ways in which a pattern of a path can be one of its folder and one of its name.

    The "/" between the two is one that is written, or one that a sign stands for.
    """
    found: list[tuple[Parts, Parts]] = []
    for at, (text, is_sign) in enumerate(parts):
        before, after = parts[:at], parts[at + 1 :]
        if is_sign:
            keep: Parts = ((ANY, True),) if text == ANY else ()
            found.append(((*before, *keep), (*keep, *after)))
            continue
        for place, sign in enumerate(text):
            if sign == "/":
                first: Parts = ((text[:place], False),) if place else ()
                second: Parts = ((text[place + 1 :], False),) if place + 1 < len(text) else ()
                found.append(((*before, *first), (*second, *after)))
    return tuple(found)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
