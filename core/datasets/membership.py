"""What all steps of editing share: the dataset as it stands, its sets, and images that come into them and leave."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.datasets import refusals
from core.domain.datasets import DatasetFacts, SetFacts, SetId, SetImages
from core.domain.ids import DatasetId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.errors import NotFoundError
from core.registry.session import Session
from core.registry.stores import dataset_images as members
from core.registry.stores import datasets as store
from core.registry.stores.image_blocks import Column


def editable(session: Session, id: DatasetId, revision: int | None = None) -> DatasetFacts:
    """Its facts. `revision` is that of the dataset as a person saw it.

    Raises NotFoundError, and RefusedError (E-221, E-432) when it can not be edited, or has changed since.
    """
    facts = store.get_facts(session, id)
    dataset = store.get_dataset(session, id, with_annotated=False)
    refusals.check_editable(dataset)
    if revision is not None and dataset.revision != revision:
        raise refusals.changed_meanwhile(dataset.name)
    return facts


def own_images(session: Session, facts: DatasetFacts, images: ImageIds) -> Column:
    """Their keys, each once, ascending. Raises RefusedError (E-213) when not all of them are of the project."""
    wanted = np.unique(images.keys)
    known = members.of_project(session, facts.project, wanted)
    if len(known) < len(wanted):
        raise refusals.of_other_projects(len(wanted) - len(known))
    return np.sort(known)


def set_of(facts: DatasetFacts, set: SetId) -> SetFacts:
    """Raises NotFoundError."""
    found = next((item for item in facts.sets if item.id == set), None)
    if found is None:
        raise NotFoundError(f'The set is not in the dataset "{shown(facts.name)}" any more.')
    return found


def taken_out(session: Session, sets: Sequence[SetFacts], keys: Column) -> tuple[SetImages, ...]:
    """What of the images was in each of the sets; it is no longer."""
    removed = []
    for item in sets:
        there = members.in_sets(session, [item.id], keys)
        if len(there):
            members.delete_images(session, item.id, there)
            removed.append((item.id, ImageIds(there)))
    return tuple(removed)


def take_out_all(session: Session, images: Sequence[SetImages], name: str) -> None:
    """Raises RefusedError when not all of them are in their sets. `name` is the dataset's."""
    for set, chosen in images:
        if members.delete_images(session, set, chosen.keys) != len(chosen):
            raise refusals.changed_meanwhile(name)


def check_unique(session: Session, facts: DatasetFacts) -> None:
    """Raises RefusedError (E-212) where an image is in several sets of a dataset that allows one."""
    if facts.has_unique_images and (n := members.count_twice(session, [item.id for item in facts.sets])):
        raise refusals.in_several_sets(n)
