"""Filters as JSON: one text for one filter."""

from __future__ import annotations

import json
from typing import Any

from core.domain.filter_patterns import has_signs
from core.domain.filters import Condition, Group, Operator
from core.filters.reading import FORMAT


def as_plain(group: Group) -> dict[str, Any]:
    """The filter as JSON has it, without its format number."""
    return {group.joint.value: [_item(item) for item in group.items]}


def as_json(group: Group) -> dict[str, Any]:
    """With its format number, as it is kept."""
    return {"format": FORMAT, "filter": as_plain(group)}


def write_filter(group: Group) -> str:
    """As it is kept: on one line, with its format number."""
    return json.dumps(as_json(group))


def write_for_people(group: Group) -> str:
    """As an editor shows it: a condition a line. Undecodable bytes of names stay escaped."""
    lines = [f"    {_dumped(_item(item))}" for item in group.items]
    inner = "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "{group.joint.value}": {inner}\n}}'


def _item(item: Condition | Group) -> dict[str, Any]:
    if isinstance(item, Group):
        return as_plain(item)
    value = list(item.value) if isinstance(item.value, tuple) else item.value
    is_bare = item.operator is Operator.EQ and not (isinstance(value, str) and has_signs(value))
    return {item.field: value if is_bare else {item.operator.value: value}}


def _dumped(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return json.dumps(value) if any("\ud800" <= sign <= "\udfff" for sign in text) else text
