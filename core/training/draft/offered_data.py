"""What a project has to choose training data from beside its folders, and what a filter finds in it."""

from __future__ import annotations

import contextlib

from core.domain.data_offers import DataOffers
from core.domain.filters import Group
from core.domain.ids import ProjectId
from core.domain.selections import Selection
from core.domain.snapshots import Split
from core.domain.tagging import TAG_OF
from core.domain.training import TrainingDraft
from core.errors import RefusedError
from core.filters.reading import read_filter
from core.filters.writing import write_for_people
from core.registry.database import Registry
from core.registry.stores import datasets as dataset_store
from core.registry.stores import judgements, saved_filters, selections, snapshots


class OfferedData:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def data_offers(self, project: ProjectId) -> DataOffers:
        with self._registry.read() as session:
            tags = judgements.count_tags(session, project)
            return DataOffers(
                datasets=dataset_store.list_datasets(session, project, with_annotated=False),
                filters=saved_filters.list_saved(session, project, read_filter),
                next_version=snapshots.label_of(snapshots.next_number(session, project)),
                tagged={split: tags[tag] for split, tag in TAG_OF.items() if tags.get(tag)},
            )

    def count_filtered(self, draft: TrainingDraft) -> dict[Split, int]:
        """Images that each filter of the draft finds; none of one that cannot be asked: the review says why."""
        found = {}
        for item in draft.filters:
            with contextlib.suppress(RefusedError):
                found[item.split] = self.look_into_filter(draft.project, item.filter)[1]
        return found

    def look_into_filter(self, project: ProjectId, filter: Group) -> tuple[str, int]:
        """Its JSON as people read it, and how many images of the project match. Raises RefusedError."""
        with self._registry.read() as session:
            keys = selections.find_keys(session, Selection(project, where=filter))
        return write_for_people(filter), 0 if keys is None else len(keys)
