"""Patterns of names that could be looked for without end are refused before a name is looked at."""

from __future__ import annotations

import re

import pytest

from core.datasets.name_patterns import Patience, compile_pattern


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
    assert compile_pattern(pattern).compiled.groups


@pytest.mark.parametrize("pattern", ["(", "a*", "(a{99999999999})", "(" * 3000 + ")" * 3000, "[", "(?P<n>"])
def test_what_is_no_pattern_is_said(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "position"),
    [
        (r"(a|a)*b", 6),
        (r"(a|ab)+c", 7),
        (r"(a?a)*b", 6),
        (r"(?:a{1,2})*(b)", 11),
        (r"([\]()*]x|y)*", 13),
        (r"(?P<x>a|a){2,}b", 11),
        (r"(?#(|)(a|a)*b", 12),
        (r"(?i:(a)|(a))*", 13),
        (r"(a)(?(1)b|b)*", 13),
    ],
)
def test_what_can_be_read_in_several_ways_is_not_repeated(pattern: str, position: int) -> None:
    with pytest.raises(ValueError, match=f"repeats at position {position} what can be read in several ways"):
        compile_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a)" + "a?" * 40, "(a)" + "(a|a)" * 20, "(a)(a|a){30}", "(?x)(a b)", "(?x:(a))"])
def test_too_many_ways_and_free_spacing_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"too many ways|free spacing"):
        compile_pattern(pattern)


def test_a_pattern_is_refused_on_a_name_that_would_take_long_and_taken_on_others() -> None:
    pattern = compile_pattern(r"x(.*)_.*_.*_.*_.*_\d+y")
    assert pattern.first_group("x1912_vol_3_page_7_12y") == "1912"
    with pytest.raises(ValueError, match="in too many ways on the name"):
        pattern.first_group("x" + "_" * 250)
    assert compile_pattern(r"(.*)_(.*)_(.*)_p\d+").first_group("a" * 90 + "_b_c_p7") == "a" * 90


@pytest.mark.parametrize("pattern", [r"(.*)b", r"^(b)", r"(.*)b|(a)", r"b(.*)", r"(.*){0}b"])
@pytest.mark.parametrize("name", ["ab", "a\nb", "b", "aXb_b"])
def test_an_anchored_pattern_finds_what_a_search_finds(pattern: str, name: str) -> None:
    found = re.search(pattern, name)
    assert compile_pattern(pattern).first_group(name) == (None if found is None else found[1] or "")


def test_a_search_through_many_names_ends() -> None:
    patience = Patience("(a)", seconds=0.0)
    patience.after(1)
    with pytest.raises(ValueError, match=r'"\(a\)" takes too long: 256 names'):
        patience.after(256)
