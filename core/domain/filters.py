"""Filters of images: conditions joined by "and" and "or", as a person builds them and as they are stored.

The stored form is that of the reference's query language: {"$and": [{"dir": "train"}, {"annotations": {"$gt": 3}}]}.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from core.domain.ids import FilterId, ProjectId

FilterValue: TypeAlias = str | int | float | bool | tuple[str, ...] | tuple[float, ...]
"""Of "$in" and "$nin" a tuple, of "$exists" a bool. Dates are ISO 8601, folders and names are text."""


MAX_FILTER_NAME = 100


class Joint(StrEnum):
    AND = "$and"
    OR = "$or"


class Operator(StrEnum):
    EQ = "$eq"
    NE = "$ne"
    GT = "$gt"
    GTE = "$gte"
    LT = "$lt"
    LTE = "$lte"
    IN = "$in"
    NIN = "$nin"
    EXISTS = "$exists"
    MATCH = "$match"  # a pattern with "*" and "?"


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` is a key of the table of fields; an unknown one is refused when a filter is read (E-530)."""

    field: str
    operator: Operator
    value: FilterValue


@dataclass(frozen=True, slots=True)
class Group:
    """Every item holds, or any. A group of nothing joined by "and" restricts nothing."""

    joint: Joint = Joint.AND
    items: tuple[Condition | Group, ...] = ()


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """With a `problem`, what was saved cannot be read, and `filter` passes nothing."""

    id: FilterId
    project: ProjectId
    name: str
    filter: Group
    created_at: datetime
    changed_at: datetime
    problem: str = ""
