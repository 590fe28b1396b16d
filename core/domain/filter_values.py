"""Whether the value of a condition fits its field, and the one way in which it is written."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.domain.filter_fields import FIELDS, Field, FieldKind
from core.domain.filters import Condition, Group, Operator
from core.domain.set_names import set_named
from core.domain.snapshots import Split

MAX_TEXT = 1000
"""Signs of one value."""
MAX_VALUES = 1000
"""Of one "$in"."""
MAX_CONDITIONS = 200
"""Of one filter; what joins more of them is too deep for SQLite."""
MAX_DEPTH = 10
MAX_NUMBER = 2**53


class UnfitError(ValueError):
    """A field, an operator or a value that a filter cannot have; its text is a sentence for people."""


_PART_OF = {Split.TRAIN: "train", Split.VAL: "validation", Split.TEST: "test"}


def fitting(condition: Condition) -> Condition:
    """As filters are kept: folders without slashes round them, one name for each choice.

    Raises UnfitError with a sentence for people where field, operator or value are not to be understood.
    """
    field = FIELDS.get(condition.field)
    if field is None:
        raise UnfitError(f'Unknown field or operator "{condition.field}". Fields are {", ".join(FIELDS)}.')
    if condition.operator not in field.operators:
        known = ", ".join(field.operators)
        raise UnfitError(f'Unknown field or operator "{condition.operator}". "{field.key}" knows {known}.')
    if condition.operator is Operator.EXISTS:
        if not isinstance(condition.value, bool):
            raise UnfitError('"$exists" is true or false.')
        return condition
    if condition.operator not in (Operator.IN, Operator.NIN):
        return replace(condition, value=_fitting_value(field, condition.operator, condition.value))
    if not isinstance(condition.value, tuple | list):
        raise UnfitError(f'"{condition.operator}" needs a list of values.')
    if not 1 <= len(condition.value) <= MAX_VALUES:
        raise UnfitError(
            f'"{condition.operator}" needs 1 to {MAX_VALUES:,} values; there are {len(condition.value):,}.'
        )
    values: list[Any] = [_fitting_value(field, condition.operator, one) for one in condition.value]
    return replace(condition, value=tuple(dict.fromkeys(values)))


def fitting_group(group: Group) -> Group:
    """With every condition as `fitting` has it. Raises UnfitError for the first that does not fit, or for too many."""
    if count_conditions(group) > MAX_CONDITIONS:
        raise UnfitError(f"A filter has at most {MAX_CONDITIONS} conditions.")
    if depth_of(group) > MAX_DEPTH:
        raise UnfitError(f"Groups are at most {MAX_DEPTH} deep in each other.")
    return _fitting_group(group)


def _fitting_group(group: Group) -> Group:
    return replace(
        group, items=tuple(fitting(i) if isinstance(i, Condition) else _fitting_group(i) for i in group.items)
    )


def count_conditions(group: Group) -> int:
    return sum(1 if isinstance(item, Condition) else count_conditions(item) for item in group.items)


def depth_of(group: Group) -> int:
    return 1 + max((depth_of(item) for item in group.items if isinstance(item, Group)), default=0)


def moments_of(value: str) -> tuple[datetime, datetime]:
    """A day from its start to the start of the next, in UTC; of a moment twice the same. Raises UnfitError."""
    try:
        day = datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
        return day, day + timedelta(days=1)
    except (ValueError, OverflowError):
        pass
    try:
        moment = datetime.fromisoformat(value)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnfitError(
            f'"{value}" is no date. Write a day such as 2026-11-28, or a moment such as 2026-11-28T10:30:00Z.'
        ) from None
    return moment, moment


def _fitting_value(field: Field, operator: Operator, value: Any) -> str | int | float | bool:
    if field.kind is FieldKind.YES_NO:
        if not isinstance(value, bool):
            raise UnfitError(f'"{field.key}" is true or false.')
        return value
    if field.is_number:
        return _fitting_number(field, value)
    if not isinstance(value, str):
        raise UnfitError(f'"{field.key}" needs a text in quotes.')
    if len(value) > MAX_TEXT:
        raise UnfitError(f'A value of "{field.key}" has at most {MAX_TEXT} signs; this one has {len(value):,}.')
    return _fitting_text(field, operator, value)


def _fitting_number(field: Field, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnfitError(f'"{field.key}" needs a number.')
    if not math.isfinite(value) or abs(value) > MAX_NUMBER:
        raise UnfitError(f'The number of "{field.key}" is out of range.')
    return int(value) if value == int(value) else value


def _fitting_text(field: Field, operator: Operator, value: str) -> str:
    if field.kind is FieldKind.DATE:
        moments_of(value)
        return value
    if field.kind is FieldKind.CHOICE:
        return _fitting_choice(field, value)
    if field.kind is FieldKind.FOLDER or field.key == "filename":
        # Names of files need not be text: what is none of it stands as half a sign from here on.
        if not value.isascii() and any("\ud800" <= s < "\udc80" or "\udcff" < s <= "\udfff" for s in value):
            raise UnfitError(f'The value of "{field.key}" is no text.')
        if field.kind is FieldKind.FOLDER:
            return value.strip("/")
        value = value.removeprefix("/")
    elif not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise UnfitError(f'The value of "{field.key}" is no text.')
    if not value:
        raise UnfitError(f'The value of "{field.key}" is empty.')
    return value


def _fitting_choice(field: Field, value: str) -> str:
    known = [key for key, _ in field.choices]
    if value in known:
        return str(value)
    part = set_named(value) if field.key == "split" else None
    if part is None:
        raise UnfitError(f'"{field.key}" is {", ".join(known[:-1])} or {known[-1]}, not "{value}".')
    return _PART_OF[part]
