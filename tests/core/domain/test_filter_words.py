"""Filters in words."""

from __future__ import annotations

import pytest

from core.domain.filter_fields import FIELDS
from core.domain.filter_words import in_words, operator_in_words
from core.domain.filters import Condition, Group, Joint, Operator

IN_TRAIN = Condition("dir", Operator.EQ, "train")
ILLUSTRATED = Condition("label", Operator.EQ, "illustration")
MANY = Condition("annotations", Operator.GT, 3)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (Group(), "all images"),
        (Group(Joint.OR), "no image"),
        (Group(items=(IN_TRAIN, ILLUSTRATED, MANY)), "in train, with illustration, more than 3 annotations"),
        (
            Group(Joint.OR, (IN_TRAIN, Group(items=(ILLUSTRATED, MANY)))),
            "in train or (with illustration, more than 3 annotations)",
        ),
        (Group(items=(Condition("label", Operator.NIN, ("a", "b")),)), "without a or b"),
        (Group(items=(Condition("label", Operator.IN, tuple("abcdef")),)), "with a, b, c or 3 more"),
        (Group(items=(Condition("annotations", Operator.EQ, 1),)), "1 annotation"),
        (Group(items=(Condition("annotated", Operator.NE, True),)), "not annotated"),
        (Group(items=(Condition("size", Operator.GTE, 2_000_000),)), "file size at least 2.0 MB"),
        (Group(items=(Condition("width", Operator.LT, 1000),)), "width less than 1,000 px"),
        (Group(items=(Condition("createdAt", Operator.GTE, "2026-11-28"),)), "added on or after 2026-11-28"),
        (Group(items=(Condition("tag", Operator.NE, "hard case"),)), 'not tagged "hard case"'),
        (Group(items=(Condition("problem", Operator.EXISTS, False),)), "without a problem"),
        (Group(items=(Condition("name", Operator.MATCH, "a\n*.png"),)), 'file name is like "a\\n*.png"'),
        (Group(items=(Condition("source", Operator.EQ, "model"),)), "something by a model, accepted"),
    ],
)
def test_a_filter_in_words(group: Group, words: str) -> None:
    assert in_words(group) == words


def test_every_field_has_words_for_each_of_its_operators() -> None:
    for field in FIELDS.values():
        for operator in field.operators:
            assert operator_in_words(field, operator)
            value = {"number": 3, "bytes": 3, "yes or no": True}.get(field.kind, "2026-11-28")
            value = field.choices[0][0] if field.choices else value
            value = True if operator is Operator.EXISTS else value
            value = (value,) if operator in (Operator.IN, Operator.NIN) else value
            words = in_words(Group(items=(Condition(field.key, operator, value),)))
            assert words and "$" not in words and "Operator" not in words
