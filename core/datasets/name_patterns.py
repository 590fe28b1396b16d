"""Patterns by which names of files say what belongs together, as a person types them. Pure.

Python looks for a pattern by trying one way after the other, and holds up every other thread while it does. So the ways
are counted before: a pattern with ways without end is refused, and so is one that would take too long on a name.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from core.datasets.pattern_ways import NestedRepeatError, Ways, ways_of
from core.domain.names import shown

MOST_WAYS = 200_000_000  # on one name: seconds, where the name is made for it; a name of a file takes far less
_MOST_FIXED = 4096
MOST_SECONDS = 60.0  # for all names
_LOOK_EVERY = 256  # names
_FREE_SPACING = re.compile(r"\(\?[a-zA-Z]*x")
_ANCHORED = re.compile(r"\^|\\A|\.\*|\(\.\*\)(?!\{)")  # what begins so fits from the first sign on, or from none


@dataclass(frozen=True, slots=True)
class NamePattern:
    text: str
    compiled: re.Pattern[str]
    ways: Ways

    def first_group(self, name: str) -> str | None:
        """What stands in the first group; None where the pattern does not fit. Raises ValueError in words for a name
        on which it could take longer than anybody waits."""
        is_anchored = "|" not in self.text and _ANCHORED.match(self.text) is not None and "\n" not in name
        n_starts = 1 if is_anchored else len(name) + 1
        if self.ways.on(len(name)) * n_starts > MOST_WAYS:
            raise ValueError(
                f'"{shown(self.text)}" can be read in too many ways on the name "{shown(name)}". '
                'Begin it with "^", or take a "*", "+" or "?" away.'
            )
        found = self.compiled.match(name) if is_anchored else self.compiled.search(name)
        return None if found is None else found[1] or ""


class Patience:
    """Ends a search through many names that takes too long altogether, or that a person stopped."""

    def __init__(self, pattern: str, check: Callable[[], None] = lambda: None, seconds: float = MOST_SECONDS) -> None:
        self._pattern = pattern
        self._check = check
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def after(self, n_names: int) -> None:
        """Raises ValueError in words, and what `check` raises."""
        if n_names % _LOOK_EVERY:
            return
        self._check()
        if time.monotonic() > self._end:
            raise ValueError(
                f'"{shown(self._pattern)}" takes too long: {n_names} names were looked at in {self._seconds:.0f} '
                'seconds. Take a "*", "+" or "?" away, or say more of what stands between them.'
            )


def compile_pattern(pattern: str) -> NamePattern:
    """Raises ValueError in words for what is no pattern, has no group, or could take for ever."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        position = getattr(error, "pos", None)
        where = "" if position is None else f" at position {position + 1}"
        raise ValueError(f'"{shown(pattern)}" is no pattern: {getattr(error, "msg", error)}{where}.') from error
    if not compiled.groups:
        raise ValueError(rf'The pattern needs a group in brackets, as in "(.*)_p\d+". "{shown(pattern)}" has none.')
    if compiled.flags & re.VERBOSE or _FREE_SPACING.search(pattern):
        raise ValueError(f'"{shown(pattern)}" asks for free spacing, "(?x)". Write it without.')
    try:
        ways = ways_of(pattern)
    except NestedRepeatError as error:
        raise ValueError(
            f'"{shown(pattern)}" repeats at position {error.position + 1} what {error.why}: one name could take hours. '
            f"{error.advice}"
        ) from error
    if ways.fixed > _MOST_FIXED:
        raise ValueError(f'"{shown(pattern)}" can be read in too many ways. Take a "?" or a "|" away, or repeat less.')
    return NamePattern(pattern, compiled, ways)
