"""Whether two filters are the same, however they are written (DL-08)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.domain.filters import Condition, Group, Joint, Operator


def same_filter(one: Group, other: Group) -> bool:
    """Whether they say the same, whatever the order of their conditions and the groups that change nothing."""
    return normal(one) == normal(other)


def normal(group: Group) -> Group:
    """One form for all ways of saying it: groups of one joint are one, each condition is there once, in order."""
    items = _flat(group)
    if len(items) == 1 and isinstance(items[0], Group):
        return items[0]
    joint = Joint.AND if len(items) == 1 else group.joint
    return Group(joint, items)


def _flat(group: Group) -> tuple[Condition | Group, ...]:
    found: dict[Condition | Group, None] = {}
    for item in group.items:
        if isinstance(item, Condition):
            found[_condition(item)] = None
            continue
        inner = normal(item)
        if len(inner.items) == 1 or (inner.items and inner.joint is group.joint):
            found.update(dict.fromkeys(inner.items))
        elif inner.items or inner.joint is not group.joint:
            found[inner] = None
    return tuple(sorted(found, key=repr))


def _condition(condition: Condition) -> Condition:
    """A list of one is that one; the order within a list says nothing."""
    if not isinstance(condition.value, tuple):
        return condition
    values: tuple[Any, ...] = tuple(sorted(set(condition.value), key=repr))
    if len(values) > 1:
        return replace(condition, value=values)
    return replace(condition, operator=_ALONE[condition.operator], value=values[0])


_ALONE = {Operator.IN: Operator.EQ, Operator.NIN: Operator.NE}
