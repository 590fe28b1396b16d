"""Whatever is typed as a filter: a refusal with its place, or a filter that all who read it understand alike."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.domain.filter_fields import FIELDS
from core.domain.filter_words import in_words
from core.domain.filters import Group, Operator
from core.domain.image_order import BY_PATH
from core.domain.projects import ImageFilter
from core.errors import RefusedError
from core.filters.json_places import FilterTextError
from core.filters.meaning import normal, same_filter
from core.filters.reading import read_filter
from core.filters.writing import write_filter, write_for_people
from core.projects.listings import Listings
from core.registry.stores import images
from tests.core.projects.test_held_filters import listings
from tests.core.registry.stores.test_filters_store import Shop, shop

__all__ = ["listings", "shop"]

WORDS = (
    *("a", "*", "a*b?", "", "/", "a/b/", "train", "valid", "human", "missing", "text_line", "Été", "{line}"),
    *("2026-11-28", "2026-13-01", "0001-01-01", "9999-12-31T23:59:59-12:00", "\0", "\ud800", "😀", "\u202eabc"),
)
PLAIN = st.sampled_from([*WORDS, 0, 1, -1, 1.5, -0.0, 1e308, 10**30, True, False, None])
KEYS = (
    *FIELDS,
    "metadata.system.tags.train",
    "metadata.system.tags.",
    "hidden",
    "type",
    "filter",
    "format",
    "no",
    "{x}",
)
VALUES = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.sampled_from([*Operator, "$no"]), PLAIN, max_size=2)
ONE = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=2)
FILTERS = st.recursive(
    ONE, lambda inner: st.dictionaries(st.sampled_from(["$and", "$or"]), st.lists(inner, max_size=3), max_size=2)
)
SIGNS = st.sampled_from([*'{}[]",:\\ 0ae-.\n\0é$', "NaN", "-Infinity", "9" * 500])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """JSON, sometimes damaged."""
    text = json.dumps(draw(FILTERS), ensure_ascii=draw(st.booleans()))
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(SIGNS | st.just("")) + text[at + draw(st.integers(0, 2)) :]
    return text


def check(shop: Shop, listings: Listings, text: str) -> None:
    try:
        found = read_filter(text)
    except FilterTextError as error:
        assert error.code in ("E-530", "E-531")
        assert 0 <= error.at <= len(text)
        before = text[: error.at]
        assert (error.line, error.column) == (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        return
    for written in (write_filter(found), write_for_people(found)):
        assert same_filter(read_filter(written), found)
    assert in_words(found) is not None
    expected = asked(shop, found)
    assert asked(shop, normal(found)) == expected or isinstance(expected, str)
    try:
        held: Any = list(listings.list_ids(ImageFilter(shop.project, where=found), BY_PATH))
    except RefusedError as error:
        held = error.text
    assert held == expected


def asked(shop: Shop, group: Group) -> Any:
    """Images, or what is refused."""
    try:
        with shop.registry.read() as session:
            return list(images.list_image_ids(session, ImageFilter(shop.project, where=group)))
    except RefusedError as error:
        return error.text


_ALL = settings(deadline=None, suppress_health_check=list(HealthCheck))


@given(text=texts())
@settings(_ALL, max_examples=150, derandomize=True)
def test_a_filter_is_refused_where_it_is_wrong_or_read_alike(shop: Shop, listings: Listings, text: str) -> None:
    check(shop, listings, text)


@pytest.mark.long
@given(text=texts())
@settings(_ALL, max_examples=20_000)
def test_many_filters_are_refused_or_read_alike(shop: Shop, listings: Listings, text: str) -> None:
    check(shop, listings, text)
