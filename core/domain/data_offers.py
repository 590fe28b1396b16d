"""What the data of a training can be chosen from, beside the folders of the project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.domain.datasets import Dataset
from core.domain.filters import SavedFilter
from core.domain.snapshots import Split


@dataclass(frozen=True, slots=True)
class DataOffers:
    datasets: tuple[Dataset, ...] = ()  # the newest first
    filters: tuple[SavedFilter, ...] = ()  # by name
    tagged: Mapping[Split, int] = field(default_factory=dict)  # images with the tag of the split
    next_version: str = ""  # that the next dataset to be frozen gets, unless it is given a name
