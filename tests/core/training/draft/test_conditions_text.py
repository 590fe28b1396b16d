"""Conditions are written so that they read as they were, whatever classes are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.training.draft.conditions_text import conditions_from, conditions_text

names = st.text(st.sampled_from('ab +"\t'), min_size=1, max_size=8) | st.text(min_size=1, max_size=6)


@given(st.lists(names, max_size=4))
def test_what_is_written_reads_as_it_was(classes: list[str]) -> None:
    assert conditions_from(conditions_text(classes)) == tuple(classes)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a + b", ("a", "b")),
        ("  a  +  b ", ("a", "b")),
        ('"a + b" + c', ("a + b", "c")),
        ("c++ + d", ("c++", "d")),
        ("a+b", ("a+b",)),
        ("", ()),
        ('half "quoted', ('half "quoted',)),
        ('say "no" + b', ('say "no"', "b")),
        ('"open + b', ('"open', "b")),
    ],
)
def test_what_people_type(text: str, wanted: tuple[str, ...]) -> None:
    assert conditions_from(text) == wanted
