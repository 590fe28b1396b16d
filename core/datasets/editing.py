"""Datasets as a person edits them: made, filled, arranged, cloned, deleted, and every step taken back.

Each verb returns what it did as a DatasetEdit; `undo` takes that back and returns the step that does it again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core import clock
from core.datasets import refusals
from core.datasets.listing import DatasetListing
from core.datasets.membership import check_unique, editable, own_images, set_of, taken_out
from core.datasets.taking_back import take_back
from core.domain.changes import Changed
from core.domain.counting import counted
from core.domain.datasets import (
    MAX_DATASET_NAME,
    Dataset,
    DatasetEdit,
    DatasetFacts,
    DatasetState,
    Failure,
    SetFacts,
    SetId,
    SetImages,
    SetRole,
    SplitRule,
)
from core.domain.ids import DatasetId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.domain.projects import ImageFilter
from core.domain.snapshots import Split
from core.registry.changes import noted
from core.registry.session import Session
from core.registry.stores import dataset_images as members
from core.registry.stores import datasets as store
from core.registry.stores import images, projects, selections

USUAL_SETS = (("train", SetRole.TRAIN), ("val", SetRole.VAL), ("test", SetRole.TEST))
_NEW = SetId(0)

Edited = Changed[DatasetEdit]


class DatasetEditing(DatasetListing):
    """Every method may be called on any thread. Those that write raise RefusedError for a dataset that is frozen
    (E-221) or being frozen (E-432), and NotFoundError for one that is gone."""

    # --- the dataset itself ----------------------------------------------------------------------------------

    def create(
        self,
        project: ProjectId,
        name: str,
        *,
        description: str = "",
        sets: Sequence[tuple[str, SetRole]] = USUAL_SETS,
        has_unique_images: bool = True,
    ) -> Edited:
        """Raises RefusedError (E-110, E-111, E-210, E-211, E-214)."""
        with self._registry.write() as session:
            projects.get_project(session, project)
            checked = refusals.check_set_names(set_name for set_name, _ in sets)
            facts = DatasetFacts(
                project,
                refusals.check_name(name, store.list_names(session, project)),
                description.strip(),
                has_unique_images,
                tuple(SetFacts(_NEW, text, role) for text, (_, role) in zip(checked, sets, strict=True)),
            )
            id, at = DatasetId(clock.new_id()), clock.now()
            made = store.insert_dataset(session, id, facts, at)
            text = f'the new dataset "{shown(made.name)}"'
            return Changed(DatasetEdit(id, text, None, made, created_at=at), noted(session))

    def rename(self, id: DatasetId, name: str) -> Edited:
        """Raises RefusedError for a name that is empty, too long or taken."""

        def renamed(facts: DatasetFacts, session: Session) -> DatasetFacts:
            taken = store.list_names(session, facts.project) - {facts.name}
            return replace(facts, name=refusals.check_name(name, taken))

        return self._edit(id, "the dataset's name", renamed)

    def describe(self, id: DatasetId, description: str) -> Edited:
        """What was written before is replaced."""
        return self._edit(
            id, "the dataset's description", lambda facts, _: replace(facts, description=description.strip())
        )

    def set_unique(self, id: DatasetId, *, has_unique_images: bool) -> Edited:
        """Whether an image is in one set at most. Raises RefusedError (E-212) where some are in more."""

        def switched(facts: DatasetFacts, session: Session) -> DatasetFacts:
            changed = replace(facts, has_unique_images=has_unique_images)
            check_unique(session, changed)
            return changed

        return self._edit(id, "the switch of unique images", switched)

    def clone(self, id: DatasetId, name: str = "") -> Edited:
        """An open one with the same sets and images, whatever the state of the first; named after it if not otherwise.

        The edit's notes tell when the name had to be shortened, or images are not in the project any more.
        """
        with self._registry.write() as session:
            facts = store.get_facts(session, id)
            taken = store.list_names(session, facts.project)
            wanted = f"Clone of {facts.name}"
            clone_name = refusals.check_name(name, taken) if name.strip() else _free_name(wanted, taken)
            is_short = not name.strip() and not clone_name.startswith(wanted)
            notes = [f'The name was shortened to "{shown(clone_name)}".'] if is_short else []
            new = replace(
                facts,
                name=clone_name,
                sets=tuple(replace(item, id=_NEW) for item in facts.sets),
                cloned_from=id,
            )
            clone, at = DatasetId(clock.new_id()), clock.now()
            made = store.insert_dataset(session, clone, new, at)
            added = []
            for old, item in zip(facts.sets, made.sets, strict=True):
                keys = members.images_of(session, old.id)
                members.insert_images(session, item.id, keys)
                added.append((item.id, ImageIds(keys)))
            text = f'the dataset "{shown(made.name)}"'
            n_gone = store.get_dataset(session, id, with_annotated=False).n_images - sum(len(i) for _, i in added)
            if n_gone:
                what = counted(n_gone, "image has", "images have")
                notes.append(f"{what} left the project since it was frozen: the clone is without.")
            edit = DatasetEdit(clone, text, None, made, tuple(added), created_at=at, notes=tuple(notes))
            return Changed(edit, noted(session))

    def delete(self, id: DatasetId) -> Edited:
        """An open one goes. A frozen one is not listed any more, and stays for what was trained from it."""
        with self._registry.write(durable=True) as session:
            facts = store.get_facts(session, id)
            dataset = store.get_dataset(session, id, with_annotated=False)
            text = f'the deletion of the dataset "{shown(dataset.label)}"'
            if dataset.state is DatasetState.COMPLETE:
                store.set_deleted(session, id, clock.now())
                return Changed(DatasetEdit(id, text, facts, None, is_frozen=True), noted(session))
            refusals.check_editable(dataset)
            removed = tuple((item.id, ImageIds(members.images_of(session, item.id))) for item in facts.sets)
            store.delete_dataset(session, id)
            edit = DatasetEdit(
                id, text, facts, None, removed=removed, created_at=dataset.created_at, forgotten=_failure_of(dataset)
            )
            return Changed(edit, noted(session))

    # --- sets ------------------------------------------------------------------------------------------------

    def add_set(self, id: DatasetId, name: str, role: SetRole = SetRole.EXTRA) -> Edited:
        """An empty one, behind the others. Raises RefusedError for a name that is empty, too long or taken."""
        return self._edit_sets(id, f'the set "{shown(name)}"', lambda sets: (*sets, SetFacts(_NEW, name, role)))

    def rename_set(self, id: DatasetId, set: SetId, name: str) -> Edited:
        """Raises RefusedError for a name that is empty, too long or taken."""
        return self._edit_sets(
            id,
            "the set's name",
            lambda sets: tuple(replace(item, name=name) if item.id == set else item for item in sets),
            of=set,
        )

    def set_role(self, id: DatasetId, set: SetId, role: SetRole) -> Edited:
        """What the set is for in a training."""
        return self._edit_sets(
            id,
            "the set's role",
            lambda sets: tuple(replace(item, role=role) if item.id == set else item for item in sets),
            of=set,
        )

    def order_sets(self, id: DatasetId, order: Sequence[SetId]) -> Edited:
        """Those that are not named stay behind those that are."""
        places = {key: place for place, key in enumerate(order)}
        return self._edit_sets(
            id,
            "the order of the sets",
            lambda sets: tuple(sorted(sets, key=lambda item: places.get(item.id, len(places)))),
        )

    def remove_set(self, id: DatasetId, set: SetId) -> Edited:
        """With what is in it. Raises RefusedError (E-211) for the last one."""
        with self._registry.write() as session:
            facts = editable(session, id)
            item = set_of(facts, set)
            if len(facts.sets) == 1:
                raise refusals.no_set_left()
            removed = (set, ImageIds(members.images_of(session, set)))
            kept = replace(facts, sets=tuple(other for other in facts.sets if other.id != set))
            made = store.write_facts(session, id, kept, clock.now())
            text = f'the removal of the set "{shown(item.name)}"'
            return Changed(DatasetEdit(id, text, facts, made, removed=(removed,)), noted(session))

    # --- images ----------------------------------------------------------------------------------------------

    def add_images(self, id: DatasetId, set: SetId, images: ImageIds, *, moves: bool = False) -> Edited:
        """Those that are not in the set yet. Where images are to be unique, those in other sets are refused (E-212),
        or with `moves` leave these. Raises RefusedError (E-213) for images of other projects."""
        with self._registry.write() as session:
            return self._add(session, id, set, images, moves=moves)

    def fill(self, id: DatasetId, set: SetId, chosen: ImageFilter, *, moves: bool = False) -> Edited:
        """`add_images` with all that match: of folders, with a tag, of a filter."""
        with self._registry.write() as session:
            return self._add(session, id, set, images.list_image_ids(session, chosen), moves=moves)

    def fill_stated(self, id: DatasetId, set: SetId, stated: Split, *, moves: bool = False) -> Edited:
        """`add_images` with all that an import stated to be of that set."""
        with self._registry.write() as session:
            facts = store.get_facts(session, id)
            keys = selections.keys_of_set(session, facts.project, stated)
            return self._add(session, id, set, ImageIds(keys), moves=moves)

    def remove_images(self, id: DatasetId, images: ImageIds, set: SetId | None = None) -> Edited:
        """From one set, or from all."""
        with self._registry.write() as session:
            facts = editable(session, id)
            sets = facts.sets if set is None else (set_of(facts, set),)
            removed = taken_out(session, sets, images.keys)
            n = sum(len(gone) for _, gone in removed)
            where = f'"{shown(sets[0].name)}"' if set is not None else "the dataset"
            text = f"the removal of {counted(n, 'image')} from {where}"
            return self._done(session, DatasetEdit(id, text, facts, facts, removed=removed))

    def remove_unfit(self, id: DatasetId) -> Edited:
        """From all sets those that kept it from being frozen, and forget why."""
        with self._registry.write() as session:
            facts = editable(session, id)
            dataset = store.get_dataset(session, id, with_annotated=False)
            found = images.find_images(session, facts.project, (item.file for item in dataset.problems if item.file))
            removed = taken_out(session, facts.sets, ImageIds.of([image.id for image in found.values()]).keys)
            store.set_state(session, id, DatasetState.OPEN, clock.now())
            n = sum(len(gone) for _, gone in removed)
            text = f"the removal of {counted(n, 'image')} that cannot be frozen"
            edit = DatasetEdit(id, text, facts, facts, removed=removed, forgotten=_failure_of(dataset))
            return Changed(edit, noted(session))

    def move_images(self, id: DatasetId, images: ImageIds, source: SetId, target: SetId) -> Edited:
        """Those of them that are in the one set are in the other instead."""
        with self._registry.write() as session:
            facts = editable(session, id)
            removed = taken_out(session, (set_of(facts, source),), images.keys)
            keys = removed[0][1].keys if removed else np.zeros(0, dtype=np.int64)
            there = members.in_sets(session, [target], keys)
            new = np.setdiff1d(keys, there, assume_unique=True)
            name = set_of(facts, target).name
            members.insert_images(session, target, new)
            text = f'{counted(len(keys), "image")} moved to "{shown(name)}"'
            return self._done(session, DatasetEdit(id, text, facts, facts, ((target, ImageIds(new)),), removed))

    def assign(
        self,
        id: DatasetId,
        assigned: Sequence[SetImages],
        rule: SplitRule | None = None,
        *,
        revision: int | None = None,
    ) -> Edited:
        """Let each of these sets have exactly these images; images leave other sets where they are to be unique.

        `revision` is that of the dataset as it was looked at. Raises RefusedError when it has changed since.
        """
        with self._registry.write() as session:
            facts = editable(session, id, revision)
            added: list[SetImages] = []
            removed: list[SetImages] = []
            for set, chosen in assigned:
                set_of(facts, set)
                before, after = members.images_of(session, set), own_images(session, facts, chosen)
                removed += taken_out(session, (set_of(facts, set),), np.setdiff1d(before, after))
                added.append((set, ImageIds(np.setdiff1d(after, before))))
            others = [item for item in facts.sets if item.id not in dict(assigned)]
            new = np.concatenate([images.keys for _, images in added] or [np.zeros(0, dtype=np.int64)])
            if facts.has_unique_images and others:
                removed += taken_out(session, others, new)
            for set, images in added:
                members.insert_images(session, set, images.keys)
            check_unique(session, facts)
            n = sum(len(images) for _, images in assigned)
            rules = facts.rules if rule is None else (rule,) if not others else (*facts.rules, rule)
            made = store.write_facts(session, id, replace(facts, rules=rules), clock.now())
            text = f"the split of {counted(n, 'image')}"
            edit = DatasetEdit(id, text, facts, made, tuple(added), tuple(removed))
            return Changed(edit, noted(session))

    # --- taking back -----------------------------------------------------------------------------------------

    def undo(self, edit: DatasetEdit) -> Edited:
        """Take a step back; `undo` of the answer does it again.

        Raises RefusedError when the dataset is no longer what the step left, NotFoundError when it is gone.
        """
        with self._registry.write(durable=edit.before is None or edit.after is None) as session:
            return Changed(take_back(session, edit), noted(session))

    # --- parts -----------------------------------------------------------------------------------------------

    def _edit(self, id: DatasetId, text: str, change: Callable[[DatasetFacts, Session], DatasetFacts]) -> Edited:
        with self._registry.write() as session:
            facts = editable(session, id)
            made = store.write_facts(session, id, change(facts, session), clock.now())
            return Changed(DatasetEdit(id, text, facts, made), noted(session))

    def _edit_sets(
        self,
        id: DatasetId,
        text: str,
        change: Callable[[tuple[SetFacts, ...]], tuple[SetFacts, ...]],
        *,
        of: SetId | None = None,
    ) -> Edited:
        def changed(facts: DatasetFacts, _: Session) -> DatasetFacts:
            if of is not None:
                set_of(facts, of)
            sets = change(facts.sets)
            names = refusals.check_set_names(item.name for item in sets)
            return replace(facts, sets=tuple(replace(item, name=name) for item, name in zip(sets, names, strict=True)))

        return self._edit(id, text, changed)

    def _add(self, session: Session, id: DatasetId, set: SetId, images: ImageIds, *, moves: bool) -> Edited:
        facts = editable(session, id)
        item = set_of(facts, set)
        keys = own_images(session, facts, images)
        new = np.setdiff1d(keys, members.in_sets(session, [set], keys), assume_unique=True)
        others = [other for other in facts.sets if other.id != set]
        removed: tuple[SetImages, ...] = ()
        if facts.has_unique_images and others:
            if moves:
                removed = taken_out(session, others, new)
            elif len(elsewhere := members.in_sets(session, [other.id for other in others], new)):
                names = [o.name for o in others if len(members.in_sets(session, [o.id], elsewhere))]
                raise refusals.in_other_sets(len(elsewhere), names)
        members.insert_images(session, set, new)
        text = f'{counted(len(new), "image")} added to "{shown(item.name)}"'
        return self._done(session, DatasetEdit(id, text, facts, facts, ((set, ImageIds(new)),), removed))

    def _done(self, session: Session, edit: DatasetEdit) -> Edited:
        if edit.n_added or edit.n_removed:
            store.touched(session, edit.dataset, clock.now())
        return Changed(edit, noted(session))


def _failure_of(dataset: Dataset) -> Failure | None:
    return Failure(dataset.state, dataset.problems) if dataset.problems else None


def _free_name(wanted: str, taken: frozenset[str]) -> str:
    """With a number where it is taken, and shortened as far as it takes."""
    number, suffix = 1, ""
    while (name := wanted[: MAX_DATASET_NAME - len(suffix)].rstrip() + suffix) in taken:
        number += 1
        suffix = f" {number}"
    return name
