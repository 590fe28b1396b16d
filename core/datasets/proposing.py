"""Datasets that a project speaks of itself: by tags, by folders called train, val, test, or by what imports stated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core import clock
from core.datasets import refusals
from core.domain.changes import Changed
from core.domain.datasets import DatasetEdit, DatasetFacts, SetFacts, SetId, SetRole
from core.domain.ids import DatasetId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.judgements import SPLIT_TAGS, TRAIN_TAG
from core.domain.names import shown
from core.domain.projects import Folder, ImageFilter
from core.domain.set_names import set_named
from core.domain.snapshots import Split
from core.domain.splitting import ProposedSet
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import dataset_images as members
from core.registry.stores import datasets as store
from core.registry.stores import images, judgements, projects, selections


class DatasetProposing:
    """Every method may be called on any thread."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def propose_sets(self, project: ProjectId) -> tuple[ProposedSet, ...]:
        """Train, val and test as tags say, where there are some of two; else as the folders' names tell, else as the
        import stated. () = nothing speaks of sets."""
        with self._registry.read() as session:
            tagged = judgements.count_tags(session, project)
            by_tag = tuple(
                ProposedSet(split.value, SetRole(split.value), tagged[tag], tag=tag)
                for split, tag in zip(Split, SPLIT_TAGS, strict=True)
                if tagged.get(tag)
            )
            if tagged.get(TRAIN_TAG) and len(by_tag) > 1:
                return by_tag
            by_folder = sets_of_folders(projects.list_folders(session, project, with_categories=False))
            if len(by_folder) > 1:
                return by_folder
            stated = images.count_stated_sets(session, project)
        return tuple(_proposed(split, stated[split.value]) for split in Split if stated.get(split.value))

    def create(self, project: ProjectId, name: str, sets: Sequence[ProposedSet]) -> Changed[DatasetEdit]:
        """A dataset with these sets, filled, in one step. Raises RefusedError (E-110, E-111, E-210, E-211, E-214)."""
        with self._registry.write() as session:
            names = refusals.check_set_names(item.name for item in sets)
            facts = DatasetFacts(
                project,
                refusals.check_name(name, store.list_names(session, project)),
                "",
                True,
                tuple(SetFacts(SetId(0), text, item.role) for text, item in zip(names, sets, strict=True)),
            )
            id, at = DatasetId(clock.new_id()), clock.now()
            made = store.insert_dataset(session, id, facts, at)
            added, taken = [], np.zeros(0, dtype=np.int64)
            for made_set, item in zip(made.sets, sets, strict=True):
                if item.tag:
                    keys = images.list_image_ids(session, ImageFilter(project, tag=item.tag)).keys
                elif item.folders:
                    keys = images.list_image_ids(session, ImageFilter(project, folders=item.folders)).keys
                else:
                    keys = selections.keys_of_set(session, project, Split(item.role.value))
                keys = np.setdiff1d(keys, taken)
                members.insert_images(session, made_set.id, keys)
                taken = np.union1d(taken, keys)
                added.append((made_set.id, ImageIds(keys)))
            text = f'the new dataset "{shown(made.name)}"'
            return Changed(DatasetEdit(id, text, None, made, tuple(added), created_at=at), noted(session))


def sets_of_folders(folders: Sequence[Folder]) -> tuple[ProposedSet, ...]:
    """The outermost folders that have the name of a set, together for each set."""
    found: dict[Split, list[Folder]] = {}
    taken: list[str] = []
    for folder in sorted(folders, key=lambda folder: folder.path):
        split = set_named(folder.name) if folder.path else None
        if split is None or not folder.n_images or any(folder.path.startswith(f"{path}/") for path in taken):
            continue
        found.setdefault(split, []).append(folder)
        taken.append(folder.path)
    return tuple(
        _proposed(split, sum(item.n_images for item in found[split]), [item.path for item in found[split]])
        for split in Split
        if split in found
    )


def _proposed(split: Split, n_images: int, folders: Sequence[str] = ()) -> ProposedSet:
    return ProposedSet(split.value, SetRole(split.value), n_images, tuple(folders))
