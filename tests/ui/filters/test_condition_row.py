"""One condition, edited: every field with every operator, by what there is in the project."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from core.domain.filter_fields import FIELDS, FieldKind
from core.domain.filter_values import fitting
from core.domain.filters import Condition, FilterValue, Operator
from ui.filters.condition_row import ConditionRow
from ui.filters.offers import FilterOffers
from ui.filters.value_editors import number_of

OFFERS = FilterOffers(("", "train", "val"), ("text", "zone"), ("hard case", "exclude"), ("books", "books/train"))


def value_for(key: str, operator: Operator) -> FilterValue:
    field = FIELDS[key]
    one: FilterValue = {
        FieldKind.FOLDER: "train",
        FieldKind.CLASS: "zone",
        FieldKind.TAG: "exclude",
        FieldKind.SET: "books/train",
        FieldKind.NUMBER: 1234.5,
        FieldKind.BYTES: 2_500_000,
        FieldKind.DATE: "2025-03-01",
        FieldKind.YES_NO: False,
    }.get(field.kind, "Ada")
    if field.choices:
        one = str(field.choices[-1][0])
    if operator is Operator.EXISTS:
        return False
    return (one,) if operator in (Operator.IN, Operator.NIN) else one  # type: ignore[return-value]


@pytest.mark.parametrize("key", list(FIELDS))
@pytest.mark.parametrize("offers", [OFFERS, FilterOffers()])
def test_what_is_shown_is_what_is_said(qtbot: QtBot, key: str, offers: FilterOffers) -> None:
    for operator in FIELDS[key].operators:
        condition = Condition(key, operator, value_for(key, operator))
        row = ConditionRow(offers, condition)
        qtbot.addWidget(row)
        assert row.condition() == condition
        assert row.problem() == ""


def test_what_the_project_lacks_stays_in_the_condition(qtbot: QtBot) -> None:
    for condition in (
        Condition("label", Operator.EQ, "gone"),
        Condition("label", Operator.IN, ("gone", "zone")),
        Condition("createdAt", Operator.GT, "2025-03-01T10:00:00Z"),
        Condition("dir", Operator.EQ, ""),
    ):
        row = ConditionRow(OFFERS, condition)
        qtbot.addWidget(row)
        found = row.condition()
        assert found is not None
        value = set(found.value) if isinstance(found.value, tuple) else found.value
        assert value == (set(condition.value) if isinstance(condition.value, tuple) else condition.value)


def test_a_condition_that_says_nothing_is_told(qtbot: QtBot) -> None:
    row = ConditionRow(OFFERS)
    qtbot.addWidget(row)
    row.show()
    row.set_field("width")
    assert row.condition() is None
    row.show_problem()
    assert "missing" in row._problem.text()
    row.set_condition(Condition("width", Operator.GT, 3))
    assert row.condition() == Condition("width", Operator.GT, 3)


def test_the_value_goes_with_the_operator_where_it_can(qtbot: QtBot) -> None:
    row = ConditionRow(OFFERS, Condition("label", Operator.EQ, "zone"))
    qtbot.addWidget(row)
    row._operator.setCurrentIndex(row._operator.findData(Operator.IN.value))
    assert row.condition() == Condition("label", Operator.IN, ("zone",))
    row.set_field("annotations")
    assert row.condition() is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("1 204", 1204),
        ("1,204", 1204),
        ("0,5", 0.5),
        ("0.5", 0.5),
        ("1,204.5", 1204.5),
        ("x", None),
        ("", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, number: float | None) -> None:
    assert number_of(text) == number


ODD_OFFERS = FilterOffers(("", "a\udcffb", "x/y"), ("cl\u2028ass", "ü"), ("train", "we\nird"), ("D", "D/train"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("dir", "a\udcffb"),
        ("dir", "gone\udcfe"),
        ("dir", ""),
        ("filename", "a\udcff/b\n.jpg"),
        ("label", "cl\u2028ass"),
        ("tag", "we\nird"),
        ("tag", " train"),
        ("set", "D/train"),
        ("createdAt", "20261128"),
        ("createdAt", "1500-01-01"),
        ("createdAt", "2026-11-28T10:30:00Z"),
        ("updatedAt", "0050-01-01"),
        ("size", 1536),
        ("size", 123_456_789_012_345),
        ("size", 3.5),
        ("confidence", 1 / 3),
        ("width", 2**53),
    ],
)
def test_what_a_filter_says_is_not_changed_by_being_shown(qtbot: QtBot, field: str, value: str | float) -> None:
    for operator in FIELDS[field].operators:
        if operator is Operator.EXISTS or (operator is Operator.MATCH and value == ""):
            continue
        many = operator in (Operator.IN, Operator.NIN)
        condition = fitting(Condition(field, operator, (value,) if many else value))
        row = ConditionRow(ODD_OFFERS, condition)
        qtbot.addWidget(row)
        assert row.condition() == condition
        row.set_condition(condition)
        assert row.condition() == condition
