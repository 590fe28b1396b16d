"""What a form says of a field: its range, its default and its values in words."""

from __future__ import annotations

import json

from core.domain.workers import ConfigValue, FieldKind, FieldSpec
from ui.forms.number_field import number_text

AUTOMATIC = "Automatic"


def can_be_automatic(spec: FieldSpec) -> bool:
    """Whether the value may be None, i.e. left to the worker."""
    return spec.is_optional or spec.kind is FieldKind.INTEGER_OR_AUTO


def value_text(spec: FieldSpec, value: ConfigValue) -> str:
    """A value as a person would say it."""
    for choice, title in spec.choices:
        if choice == value and type(choice) is type(value):
            return title
    if value is None:
        return AUTOMATIC
    if isinstance(value, bool):
        return "On" if value else "Off"
    if isinstance(value, int | float):
        return f"{number_text(value)} {spec.unit}".strip()
    if isinstance(value, str):
        return value or "empty"
    return json.dumps(value, ensure_ascii=False)


def range_text(spec: FieldSpec) -> str:
    """ "1 to 300", "at least 1", "at most 10"; "" when every number will do."""
    if spec.minimum is not None and spec.maximum is not None:
        return f"{_bound(spec.minimum)} to {_bound(spec.maximum)}"
    if spec.minimum is not None:
        return f"at least {_bound(spec.minimum)}"
    return f"at most {_bound(spec.maximum)}" if spec.maximum is not None else ""


def facts_text(spec: FieldSpec) -> str:
    """The default and the range: "Default 100 · 1 to 10000"."""
    parts = (f"Default {value_text(spec, spec.default)}", range_text(spec))
    return " · ".join(part for part in parts if part)


def matches(spec: FieldSpec, search: str) -> bool:
    """Whether every word of `search` is in the field's title, name, group or help."""
    text = f"{spec.title} {spec.name} {spec.group} {spec.help} {' '.join(title for _value, title in spec.choices)}"
    return all(word in text.casefold() for word in search.casefold().split())


def _bound(value: float) -> str:
    return number_text(int(value) if value == int(value) else value)
