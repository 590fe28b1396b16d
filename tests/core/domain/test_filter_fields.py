"""The table of fields, and that the guide has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.filter_fields import FIELDS, as_markdown
from core.domain.filter_patterns import as_expression, as_like, folded_name, parts_of
from core.domain.filter_values import UnfitError, fitting
from core.domain.filters import Condition, Operator

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "filters.md"


def test_the_guide_has_the_table_as_it_is() -> None:
    assert as_markdown() in GUIDE.read_text(encoding="utf-8"), "write as_markdown() into docs/guide/filters.md"


def test_titles_are_told_apart() -> None:
    assert len({field.title for field in FIELDS.values()}) == len(FIELDS)


@pytest.mark.parametrize(
    ("pattern", "matches", "misses"),
    [
        ("*.jpg", "A.JPG", "a.png"),
        ("page_?", "page_1", "page_12"),
        ("100\\%*", "100%x", "100x"),
        ("a\\*b", "a*b", "axb"),
        ("É*", "été", "ete"),
        ("**a**", "bab", "b"),
    ],
)
def test_patterns(pattern: str, matches: str, misses: str) -> None:
    expression = as_expression(parts_of(pattern))
    assert expression.fullmatch(folded_name(matches))
    assert not expression.fullmatch(folded_name(misses))


def test_what_sql_takes_for_signs_is_escaped() -> None:
    assert as_like(parts_of("a%_*?\\\\")) == "a\\%\\_%_\\\\"


@pytest.mark.parametrize(
    ("key", "operator", "value", "expected"),
    [
        ("dir", Operator.EQ, "/a/b/", "a/b"),
        ("filename", Operator.EQ, "/a.png", "a.png"),
        ("split", Operator.IN, ("valid", "val"), ("validation",)),
        ("width", Operator.GT, 3.0, 3),
        ("confidence", Operator.GT, 0.5, 0.5),
    ],
)
def test_values_are_brought_into_one_form(key: str, operator: Operator, value, expected) -> None:
    assert fitting(Condition(key, operator, value)).value == expected


@pytest.mark.parametrize(
    ("key", "operator", "value"),
    [
        ("name", Operator.EQ, ""),
        ("name", Operator.EQ, "x" * 1001),
        ("width", Operator.GT, float("nan")),
        ("width", Operator.GT, 2**60),
        ("width", Operator.IN, 3),
        ("label", Operator.EXISTS, "yes"),
        ("createdAt", Operator.GT, "2026-13-01"),
    ],
)
def test_values_that_fit_nothing_are_refused(key: str, operator: Operator, value) -> None:
    with pytest.raises(UnfitError):
        fitting(Condition(key, operator, value))


def test_many_stars_take_no_longer_than_a_few() -> None:
    expression = as_expression(parts_of("*a" * 40 + "*b"))
    assert expression.fullmatch("a" * 250) is None
    assert expression.fullmatch("a" * 250 + "b") is not None
    assert as_expression(parts_of("*a?c*d")).fullmatch("aab_abc_d") is not None
