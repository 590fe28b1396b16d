"""Which dataset a training used, as the run and what it made remember it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.datasets import Dataset
from core.domain.ids import DatasetId, SnapshotId


@dataclass(frozen=True, slots=True)
class DatasetUse:
    """`snapshot` is what the dataset was frozen into; that of the run holds what the task used of it. `sets` are the
    names of those that were chosen, () = all."""

    id: DatasetId
    name: str
    version: str
    snapshot: SnapshotId
    sets: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.name} ({self.version})"

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "snapshot": self.snapshot,
            "sets": list(self.sets),
        }


def use_of(dataset: Dataset, sets: tuple[str, ...]) -> DatasetUse | None:
    """None of one that is not frozen."""
    if dataset.snapshot is None:
        return None
    return DatasetUse(dataset.id, dataset.name, dataset.version, dataset.snapshot, sets)


def use_from_json(value: Mapping[str, Any] | None) -> DatasetUse | None:
    """Raises KeyError, TypeError, ValueError; None = no dataset was used."""
    if value is None:
        return None
    texts = {key: value[key] for key in ("id", "name", "version", "snapshot")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("a dataset's use holds texts")
    sets = tuple(str(name) for name in value.get("sets", ()))
    return DatasetUse(DatasetId(texts["id"]), texts["name"], texts["version"], SnapshotId(texts["snapshot"]), sets)
