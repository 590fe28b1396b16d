"""Patterns by which names of files say what belongs together, as a person types them. Pure."""

from __future__ import annotations

import re

from core.domain.names import shown

_REPEATS = re.compile(r"[*+]|\{\d*,\d*\}")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Raises ValueError in words for what is no pattern, has no group, or could take longer than anybody waits."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        position = getattr(error, "pos", None)
        where = "" if position is None else f" at position {position + 1}"
        raise ValueError(f'"{shown(pattern)}" is no pattern: {getattr(error, "msg", error)}{where}.') from error
    if not compiled.groups:
        raise ValueError(rf'The pattern needs a group in brackets, as in "(.*)_p\d+". "{shown(pattern)}" has none.')
    at = _find_nested_repeat(pattern)
    if at is not None:
        raise ValueError(
            f'"{shown(pattern)}" repeats at position {at + 1} what repeats itself: one name could take hours. '
            'Take one of the two "*" or "+" away.'
        )
    return compiled


def _find_nested_repeat(pattern: str) -> int | None:
    """Where brackets that hold a "*" or "+" are followed by another: the ways to match grow by powers of two with each
    sign of a name, and nothing can end the search."""
    repeats_within: list[bool] = [False]
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        found = _REPEATS.match(pattern, at)
        if sign == "\\":
            at += 1
        elif sign == "[":
            end = pattern.find("]", at + 2 + (pattern[at + 1 : at + 2] == "^"))
            at = len(pattern) if end < 0 else end
        elif sign == "(":
            repeats_within.append(False)
        elif sign == ")" and len(repeats_within) > 1:
            inner = repeats_within.pop()
            if inner and _REPEATS.match(pattern, at + 1):
                return at + 1
            repeats_within[-1] |= inner
        elif found is not None:
            repeats_within[-1] = True
        at += 1
    return None
