"""In how many ways a pattern can be laid on a name at most, all of which a search by trial and error goes through."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_REPEAT = re.compile(r"(?:[*+?]|\{(?P<least>\d*)(?P<comma>,)?(?P<most>\d*)\})[?+]?")
_ENDLESS = 10**12  # more ways than this are not told apart


class NestedRepeatError(ValueError):
    """Without an end is repeated what can itself be read in several ways: these grow by powers with each sign."""

    def __init__(self, position: int, why: str, advice: str) -> None:
        super().__init__(why)
        self.position = position
        self.why = why
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Ways:
    """`fixed` ways by what is optional, bounded or one of several; `n_repeats` that have no bound."""

    fixed: int = 1
    n_repeats: int = 0

    def then(self, other: Ways) -> Ways:
        return Ways(min(self.fixed * other.fixed, _ENDLESS), self.n_repeats + other.n_repeats)

    def on(self, n_signs: int) -> int:
        """On so many signs: unbounded repeats share them out."""
        return self.fixed * math.comb(n_signs + self.n_repeats, self.n_repeats)


_ONE = Ways()


def ways_of(pattern: str) -> Ways:
    """Of a pattern that compiles and is not in free spacing. Raises NestedRepeatError."""
    return _Reader(pattern).alternatives()


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def _sign(self) -> str:
        """At the end ""."""
        return self._pattern[self._at : self._at + 1]

    def alternatives(self) -> Ways:
        """Up to the bracket that closes, or the end."""
        found = [self._sequence()]
        while self._sign() == "|":
            self._at += 1
            found.append(self._sequence())
        return Ways(sum(ways.fixed for ways in found), max(ways.n_repeats for ways in found))

    def _sequence(self) -> Ways:
        found = _ONE
        while self._sign() not in ("", "|", ")"):
            found = found.then(self._repeated(self._element()))
        return found

    def _element(self) -> Ways:
        sign = self._sign()
        self._at += 1
        if sign == "\\":
            self._at += 1
        elif sign == "[":
            self._skip_class()
        elif sign == "(":
            return self._group()
        return _ONE

    def _skip_class(self) -> None:
        """Behind its "[". A "]" that comes first stands for itself."""
        if self._sign() == "^":
            self._at += 1
        is_first = True
        while is_first or self._sign() != "]":
            self._at += 2 if self._sign() == "\\" else 1
            is_first = False
        self._at += 1

    def _group(self) -> Ways:
        """Behind its "("."""
        if self._pattern.startswith("?#", self._at):
            self._at = self._pattern.index(")", self._at) + 1
            return _ONE
        if self._pattern.startswith("?(", self._at):
            self._at = self._pattern.index(")", self._at) + 1
        elif self._sign() == "?":
            self._at += 1 if self._pattern[self._at + 1] != "P" else 2
            while self._sign() not in (":", "=", "!", ">", ")"):
                self._at += 1
            self._at += self._sign() != ")"
        found = self.alternatives()
        self._at += 1
        return found

    def _repeated(self, ways: Ways) -> Ways:
        """What the signs of repetition behind an element make of its ways."""
        match = _REPEAT.match(self._pattern, self._at)
        if match is None or match[0].startswith("{}"):  # the latter stands for itself
            return ways
        self._at = match.end()
        return self._times(ways, match)

    def _times(self, ways: Ways, match: re.Match[str]) -> Ways:
        sign = match[0][0]
        if sign == "?":
            return Ways(ways.fixed + 1, ways.n_repeats)
        least = int(match["least"] or 0) if sign == "{" else 0
        most = None if sign != "{" or (match["comma"] and not match["most"]) else int(match["most"] or least)
        if most is None:
            if ways.n_repeats:
                advice = 'Take one of the two "*" or "+" away.'
                raise NestedRepeatError(match.start(), "repeats itself", advice)
            if ways.fixed > 1:
                advice = 'Leave out the "|", "?" or "{}" in it, or the "*" or "+" behind it.'
                raise NestedRepeatError(match.start(), "can be read in several ways", advice)
            return Ways(1, 1)
        repeats = ways.n_repeats * most
        power = 1
        for _ in range(min(most, 64) if ways.fixed > 1 else 0):
            power *= ways.fixed
        return Ways(min(max(power, 1) * (most - least + 1), _ENDLESS), min(repeats, 64))
