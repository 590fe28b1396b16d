"""The filter that means the images of a dataset's set."""

from __future__ import annotations

from core.domain.datasets import Dataset, DatasetSet
from core.domain.filters import Condition, Group, Operator

_FIELD = "set"


def filter_of_set(dataset: Dataset, set: DatasetSet) -> Group:
    """The images that are in it, as they are in the project."""
    return Group(items=(Condition(_FIELD, Operator.EQ, f"{dataset.name}/{set.name}"),))


def set_in(filter: Group) -> str:
    """ "dataset/set" where the filter asks for one set alone, else ""."""
    match filter.items:
        case (Condition(field, Operator.EQ, str(name)),) if field == _FIELD and "/" in name:
            return name
    return ""
