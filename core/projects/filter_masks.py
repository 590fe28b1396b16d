"""Conditions of filters that columns in memory can answer, as SQL would (core.registry.stores.filters)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.filter_patterns import ANY, parts_of
from core.domain.filter_values import fitting
from core.domain.filters import Condition, Operator
from core.domain.projects import ImageState
from core.registry.stores.image_columns import STATES, ImageColumns

Mask = NDArray[np.bool_]

_NUMBERS: Mapping[str, Callable[[ImageColumns], NDArray[Any]]] = {
    "annotations": lambda columns: columns.n_annotations,
    "width": lambda columns: columns.widths,
    "height": lambda columns: columns.heights,
    "pixels": lambda columns: columns.widths.astype(np.int64) * columns.heights,
    "size": lambda columns: columns.n_bytes,
}
_COMPARED: Mapping[Operator, Callable[[NDArray[Any], Any], Mask]] = {
    Operator.EQ: lambda column, value: column == value,
    Operator.NE: lambda column, value: column != value,
    Operator.GT: lambda column, value: column > value,
    Operator.GTE: lambda column, value: column >= value,
    Operator.LT: lambda column, value: column < value,
    Operator.LTE: lambda column, value: column <= value,
    Operator.IN: lambda column, value: _is_any(column, value),
    Operator.NIN: lambda column, value: ~_is_any(column, value),
}


def column_mask(columns: ImageColumns, condition: Condition) -> Mask | None:
    """Which images pass; None where no column can tell. Raises UnfitError."""
    condition = fitting(condition)
    if condition.field in _NUMBERS:
        return _COMPARED[condition.operator](_NUMBERS[condition.field](columns), condition.value)
    if condition.field == "annotated":
        is_wanted = condition.value is (condition.operator is Operator.EQ)
        return columns.is_annotated if is_wanted else ~columns.is_annotated
    if condition.field == "problem":
        return _problem_mask(columns, condition)
    if condition.field == "label" and condition.operator is Operator.EXISTS:
        return columns.n_annotations > 0 if condition.value else columns.n_annotations == 0
    return None


def part_of_names(condition: Condition) -> str:
    """Of a pattern that asks for a text anywhere in the file's name: the text, as names are compared; else ""."""
    if condition.field != "name" or condition.operator is not Operator.MATCH:
        return ""
    parts = parts_of(str(condition.value))
    is_anywhere = len(parts) == 3 and parts[0] == parts[2] == (ANY, True) and not parts[1][1]
    return parts[1][0] if is_anywhere else ""


def _problem_mask(columns: ImageColumns, condition: Condition) -> Mask:
    if condition.operator is Operator.EXISTS:
        is_ok: Mask = columns.states == STATES.index(ImageState.OK)
        return ~is_ok if condition.value else is_ok
    wanted = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    found: Mask = np.isin(columns.states, [STATES.index(state) for state in STATES if state.value in wanted])
    return ~found if condition.operator in (Operator.NE, Operator.NIN) else found


def _is_any(column: NDArray[Any], values: tuple[Any, ...]) -> Mask:
    return np.isin(column, np.array(values))
