"""Which datasets a project has, and what is in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.domain.datasets import Dataset, DatasetClass, DatasetDetails, SetId
from core.domain.ids import DatasetId, ProjectId
from core.domain.image_ids import ImageIds
from core.registry.database import Registry
from core.registry.stores import dataset_images as members
from core.registry.stores import datasets as store
from core.registry.stores import selections


class DatasetListing:
    """Every method may be called on any thread. Raises NotFoundError for a dataset that is gone."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def list_datasets(self, project: ProjectId, *, with_annotated: bool = False) -> tuple[Dataset, ...]:
        """The newest first. How many images are annotated takes a second for a million, and is 0 if not asked for."""
        with self._registry.read() as session:
            return store.list_datasets(session, project, with_annotated=with_annotated)

    def get_dataset(self, id: DatasetId) -> Dataset:
        """Raises NotFoundError."""
        with self._registry.read() as session:
            return store.get_dataset(session, id)

    def find_dataset(self, text: str, project: ProjectId | None = None) -> Dataset | None:
        """By id, name, version, or name with version; None when there is none or more than one."""
        with self._registry.read() as session:
            return store.find_dataset(session, text, project)

    def list_images(self, id: DatasetId, sets: Sequence[SetId] = ()) -> ImageIds:
        """Of some sets, or of all, each image once, in the order of their coming into the project."""
        with self._registry.read() as session:
            chosen = [item.id for item in store.get_facts(session, id).sets if not sets or item.id in sets]
            keys = [members.images_of(session, key) for key in chosen]
        return ImageIds(np.unique(np.concatenate(keys)) if keys else np.zeros(0, dtype=np.int64))

    def count_classes(self, id: DatasetId) -> Mapping[SetId, Mapping[str, members.ClassCounts]]:
        """Of ground truth, by set and name, in the order of the classes. Of a frozen one as it was frozen, where that
        was kept; else goes through all annotations. Raises NotFoundError."""
        with self._registry.read() as session:
            facts = store.get_facts(session, id)
            sets = [item.id for item in facts.sets]
            kept = store.find_frozen_classes(session, id)
            if kept is not None:
                return {key: kept.get(key, {}) for key in sets}
            names = {item.id: item.name for item in selections.list_classes(session, facts.project)}
            counts = members.count_classes(session, sets, list(names))
        found: dict[SetId, dict[str, members.ClassCounts]] = {key: {} for key in sets}
        for category, name in names.items():
            for key in sets:
                if (key, category) in counts:
                    found[key][name] = counts[key, category]
        return found

    def get_details(self, id: DatasetId) -> DatasetDetails:
        """With its counts by class; see `count_classes`. Raises NotFoundError."""
        counts = self.count_classes(id)
        with self._registry.read() as session:
            dataset = store.get_dataset(session, id)
            order = {item.name: place for place, item in enumerate(selections.list_classes(session, dataset.project))}
            names = dict.fromkeys(name for of in counts.values() for name in of)
            classes = [
                DatasetClass(name, tuple((key, *of[name]) for key, of in counts.items() if name in of))
                for name in sorted(names, key=lambda name: order.get(name, len(order)))
            ]
            first = "" if dataset.cloned_from is None else store.name_of(session, dataset.cloned_from)
            return DatasetDetails(dataset, tuple(classes), first)
