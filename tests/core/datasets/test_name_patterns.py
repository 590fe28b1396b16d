"""Patterns of names that could be looked for without end are refused before a name is looked at."""

from __future__ import annotations

import pytest

from core.datasets.name_patterns import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "position"),
    [(r"(.*)*_p\d+", 5), (r"(\w+)+_p", 6), (r"((a+)b)*", 8), (r"(?:x(y{2,})z)*(.)", 14), (r"([(*]+)+", 8)],
)
def test_what_repeats_itself_is_not_repeated(pattern: str, position: int) -> None:
    with pytest.raises(ValueError, match=f"repeats at position {position} what repeats itself"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"(.*)_p\d+", r"(.*)_(\d+)_(.*)", r"(ab)+", r"([*+)]*)x", r"(a\*)+", r"(\d{4})*", r"^(\w+?)[-_]?\d*", r"([^]]+)"],
)
def test_other_patterns_are_taken(pattern: str) -> None:
    assert compile_pattern(pattern).groups


@pytest.mark.parametrize("pattern", ["(", "a*", "(a{99999999999})", "(" * 3000 + ")" * 3000, "[", "(?P<n>"])
def test_what_is_no_pattern_is_said(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        compile_pattern(pattern)
