"""Filters evaluated in memory find what those that the registry evaluates do."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from core.domain.filter_fields import FIELDS
from core.domain.filters import Condition, Group, Joint, Operator
from core.domain.image_order import BY_PATH
from core.domain.projects import ImageFilter
from core.errors import RefusedError
from core.projects.listings import Listings
from core.registry.stores import images
from tests.core.registry.stores.test_filters_store import _PATTERNS, _WANTED, GROUPS, Shop, shop

__all__ = ["shop"]


@pytest.fixture(scope="module")
def listings(shop: Shop) -> Listings:
    made = Listings(shop.registry)
    made.prepare(shop.project, BY_PATH)
    return made


@given(item=GROUPS)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_memory_finds_what_the_registry_does(shop: Shop, listings: Listings, item: Condition | Group) -> None:
    assert_alike(shop, listings, item if isinstance(item, Group) else Group(Joint.AND, (item,)))


def assert_alike(shop: Shop, listings: Listings, group: Group) -> None:
    filter = ImageFilter(shop.project, where=group)
    with shop.registry.read() as session:
        expected = images.list_image_ids(session, filter)
    assert listings.is_prepared(shop.project)
    assert listings.list_ids(filter, BY_PATH) == expected, "asked first"
    assert listings.list_ids(filter, BY_PATH) == expected, "asked again"
    assert listings.count(filter) == len(expected)


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_each_field_with_each_operator(shop: Shop, listings: Listings, key: str) -> None:
    for operator in FIELDS[key].operators:
        values = _PATTERNS if operator is Operator.MATCH else _WANTED[key]
        if operator is Operator.EXISTS:
            values = [True, False]
        for value in values:
            wanted = (value,) if operator in (Operator.IN, Operator.NIN) else value
            assert_alike(shop, listings, Group(Joint.AND, (Condition(key, operator, wanted),)))


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (Condition("dir", Operator.EQ, "elsewhere"), "E-524"),
        (Condition("label", Operator.NE, "elsewhere"), "E-524"),
        (Condition("set", Operator.EQ, "nobody's"), "E-524"),
        (Condition("width", Operator.EQ, "wide"), "E-530"),
        (Condition("colour", Operator.EQ, "red"), "E-530"),
        (Condition("label", Operator.EQ, 3), "E-530"),
    ],
)
def test_refusals_are_the_same(shop: Shop, listings: Listings, condition: Condition, code: str) -> None:
    filter = ImageFilter(shop.project, where=Group(Joint.AND, (condition,)))
    with pytest.raises(RefusedError) as caught, shop.registry.read() as session:
        images.list_image_ids(session, filter)
    with pytest.raises(RefusedError) as here:
        listings.list_ids(filter, BY_PATH)
    assert (here.value.code, here.value.text) == (code, caught.value.text)
