"""Doing what a plan says, in one step that can be taken back."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core import clock
from core.checks import findings, plans
from core.checks.data import SET_TAGS, CheckedData
from core.checks.leaks import Together, across_sets, together
from core.checks.looking import copies_of, faults_of
from core.checks.plans import Plan
from core.checks.shapes import SHAPE_CHECKS, Faults
from core.datasets.editing import DatasetEditing
from core.datasets.taking_anew import Taken, look_anew, write_taken
from core.domain.changes import Changed, Changes
from core.domain.checks import CheckId, Finding
from core.domain.datasets import DatasetEdit, SetId
from core.domain.geometry import Polygon
from core.domain.ids import AnnotationId, ImageId, ProjectId
from core.domain.image_ids import ImageIds
from core.domain.judgements import EXCLUDE
from core.domain.labelling import Seen, ShapeEdit
from core.domain.rotated import rotated_rectangle
from core.domain.trash import RestoredImages
from core.errors import RefusedError
from core.labelling.service import LabellingService
from core.progress import IsCancelled, Progress, counting
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import bulk_tags
from core.registry.stores.annotation_steps import Step
from core.registry.stores.annotations import list_ground_truth
from core.registry.stores.bulk_tags import TagChange
from core.registry.stores.categories import refuse_while_frozen
from core.registry.stores.check_columns import read_annotations_of
from core.registry.stores.frozen_rows import iter_looks
from core.registry.stores.image_sheets import read_sheets
from core.registry.stores.images import ImageFacts
from core.stopping import current_stop
from core.trash.service import TrashService

_AT_ONCE = 25_000  # images that are tagged by one statement

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class TagStep:
    """Tags that came and went, in that order."""

    project: ProjectId
    changes: tuple[TagChange, ...]

    @property
    def n(self) -> int:
        """Of tags."""
        return sum(len(change.keys) for change in self.changes)


@dataclass(frozen=True, slots=True)
class TrashStep:
    """Images that went to the trash, or came back from it."""

    project: ProjectId
    images: ImageIds
    was_removed: bool


@dataclass(frozen=True, slots=True)
class TakenStep:
    """What is known of images' files: before the step, and since."""

    project: ProjectId
    before: Mapping[int, ImageFacts]
    now: Mapping[int, ImageFacts]


AnyStep = Step | DatasetEdit | TrashStep | TakenStep | TagStep


@dataclass(frozen=True, slots=True)
class Writers:
    """Who writes what repairs change."""

    registry: Registry
    labelling: LabellingService
    editing: DatasetEditing
    trash: TrashService


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did, as much as it takes to take it back. `text` completes "Undo ...".

    `step` is one of labelling, of a dataset, tags, images in the trash, or files that were taken as they are.
    """

    text: str
    n: int
    step: AnyStep

    @property
    def can_stop(self) -> bool:
        """Taking it back is one transaction, which can be given up."""
        return isinstance(self.step, Step | TagStep)


def plan_again(session: Session, data: CheckedData, finding: Finding) -> Plan | None:
    """For the finding's images as they are now. Those that are gone, or no longer count, are passed over; of a frozen
    dataset nothing is repaired."""
    if not data.is_editable:
        return None
    check = finding.check
    there = _still_there(data, finding.images.keys)
    places = data.images.places(finding.images.keys[there])
    if check in SHAPE_CHECKS:
        faults = Faults()
        for block in read_annotations_of(session, finding.images.keys[there]):
            found = faults_of(session, data, block, data.images.places(block.images))
            faults.found[check] += found.found[check]
        return findings.plan_of_shapes(check, faults.of(check))
    if check is CheckId.UNANNOTATED:
        return plans.plan_negatives(data, places[~data.images.is_annotated[places]])
    if check is CheckId.MISSING_FILES:
        places = np.array([place for place in places.tolist() if not _file_of(data, place).exists()], dtype=np.int64)
    if check is CheckId.CHANGED_FILES:
        taken = _look_anew(session, data, places)
        return plans.plan_taking(data, len(taken), taken)
    if check in (CheckId.MISSING_FILES, CheckId.UNREADABLE_FILES):
        return plans.plan_left_out(data, places, "Leave them out")
    if check in (CheckId.COPIES, CheckId.COPIES_ACROSS_SETS):
        contents = np.full(len(data.images), -1, dtype=np.int64)  # other images' copies are not spoken of
        contents[places] = copies_of(data)[places]
        if check is CheckId.COPIES:
            return plans.plan_one_of_each(data, together(contents, places))
        return plans.plan_copies_out(data, across_sets(contents, data.sets))
    groups = _groups(finding, there, places)
    if check is CheckId.ALIKE_ACROSS_SETS:
        return plans.plan_copies_out(data, groups)
    return plans.plan_together(data, groups) if check is CheckId.GROUPS_ACROSS_SETS else None


def apply(writers: Writers, data: CheckedData, plan: Plan, title: str) -> Changed[Repaired]:
    """Raises RefusedError; nothing was written then."""
    text, registry, labelling = f'the repair of "{title.casefold()}"', writers.registry, writers.labelling
    if plan.moved or plan.taken_out:
        return _edit_dataset(writers.editing, data, plan, text)
    if plan.taken:
        before = {one.key: one.before for one in plan.taken}
        return _take(registry, TakenStep(data.project.id, before, {one.key: one.now for one in plan.taken}), text)
    if plan.exclude is not None or plan.tags:
        return _tag(registry, data, plan, text)
    if plan.trashed is not None:
        removed = writers.trash.remove_images(data.project.id, ImageIds(plan.trashed))
        step = TrashStep(data.project.id, removed.value, was_removed=True)
        return Changed(Repaired(text, len(removed.value), step), removed.changes, removed.cut_by)
    if plan.deleted is not None:
        seen = _seen(registry, plan.deleted[1])
        deleted = labelling.delete(_annotation_ids(plan.deleted[0]), seen=seen)
        return Changed(Repaired(text, plan.deleted.shape[1], deleted.value.step), deleted.changes)
    if plan.clipped is not None:
        return _clip(registry, labelling, data, plan.clipped, text)
    assert plan.negatives is not None  # there is nothing else
    images = [ImageId(str(key)) for key in plan.negatives.tolist()]
    marked = labelling.set_without_concept(images, seen=_seen(registry, plan.negatives), author="")
    return Changed(Repaired(text, len(images), marked.value.step), marked.changes)


def take_back(writers: Writers, repaired: Repaired, progress: Progress, is_cancelled: IsCancelled) -> Changed[Repaired]:
    """Raises RefusedError where the data are no longer what the repair left, StoppedError."""
    step = repaired.step

    if isinstance(step, TrashStep):
        moved = _put_back(writers.trash, step, progress)
        turned = step if moved.cut_by is not None else TrashStep(step.project, step.images, not step.was_removed)
        return Changed(Repaired(repaired.text, repaired.n, turned), moved.changes, moved.cut_by)

    def back(step: AnyStep, changes: Changes) -> Changed[Repaired]:
        return Changed(Repaired(repaired.text, repaired.n, step), changes)

    if isinstance(step, Step):
        done = writers.labelling.take_back(step, progress=progress, is_cancelled=is_cancelled)
        return back(done.value.step, done.changes)
    if isinstance(step, TakenStep):
        return _take(writers.registry, TakenStep(step.project, step.now, step.before), repaired.text)
    if isinstance(step, DatasetEdit):
        undone = writers.editing.undo(step)
        return back(undone.value, undone.changes)
    told = counting(step.n, progress, is_cancelled)
    with writers.registry.write() as session:
        tags = TagStep(step.project, bulk_tags.revert(session, step.project, step.changes, told))
        if tags.n != step.n:
            raise RefusedError(
                "The tags of these images have been changed since: this cannot be taken back any more.",
                hint="Change the tags by hand.",
            )
        return back(tags, noted(session))


def _look_anew(session: Session, data: CheckedData, places: Array) -> tuple[Taken, ...]:
    """Those of the files that changed and can be taken as they are now."""
    stop, taken = current_stop(), []
    for look in iter_looks(session, data.images.keys[places]):
        if stop is not None:
            stop.check()
        found = look_anew(look, data.project.root)
        if isinstance(found, Taken) and found.before != found.now:
            taken.append(found)
    return tuple(taken)


def _take(registry: Registry, step: TakenStep, text: str) -> Changed[Repaired]:
    with registry.write() as session:
        registry.occupied.check(step.project)
        refuse_while_frozen(session, step.project)
        write_taken(session, step.project, step.before, step.now)
        return Changed(Repaired(text, len(step.now), step), noted(session))


def _put_back(trash: TrashService, step: TrashStep, progress: Progress) -> Changed[RestoredImages] | Changed[ImageIds]:
    if step.was_removed:
        return trash.restore_images(step.project, step.images, is_whole=True, progress=progress)
    return trash.remove_images(step.project, step.images, progress=progress)


def _tag(registry: Registry, data: CheckedData, plan: Plan, text: str) -> Changed[Repaired]:
    with registry.write() as session:
        registry.occupied.check(data.project.id)
        changes: list[TagChange] = []
        if plan.exclude is not None:
            changes.append(bulk_tags.give_tag(session, data.project.id, plan.exclude, EXCLUDE, clock.now()))
        for tag, keys in plan.tags:
            for other in SET_TAGS:
                if other != tag:
                    changes += bulk_tags.take_tag(session, keys, other)
            changes.append(bulk_tags.give_tag(session, data.project.id, keys, tag, clock.now()))
        for tag, keys in plan.own_tags:
            for start in range(0, len(keys), _AT_ONCE):
                piece = keys[start : start + _AT_ONCE]
                changes.append(bulk_tags.give_tag(session, data.project.id, piece, tag, clock.now()))
        n = len(np.unique(np.concatenate([change.keys for change in changes])))
        step = TagStep(data.project.id, tuple(change for change in changes if len(change.keys)))
        return Changed(Repaired(text, n, step), noted(session))


def _edit_dataset(editing: DatasetEditing, data: CheckedData, plan: Plan, text: str) -> Changed[Repaired]:
    assert data.dataset is not None  # the plan is one of a dataset
    content = {key: editing.list_images(data.dataset, [SetId(key)]).keys for key in data.sets.keys}
    n = 0
    for source, keys in plan.taken_out:
        content[source] = np.setdiff1d(content[source], keys)
        n += len(keys)
    for source, target, keys in plan.moved:
        content[source] = np.setdiff1d(content[source], keys)
        content[target] = np.union1d(content[target], keys)
        n += len(keys)
    assigned = [(SetId(key), ImageIds(keys)) for key, keys in content.items()]
    done = editing.assign(data.dataset, assigned)
    return Changed(Repaired(text, n, done.value), done.changes)


def _clip(
    registry: Registry, labelling: LabellingService, data: CheckedData, clipped: Array, text: str
) -> Changed[Repaired]:
    wanted, images = set(clipped[0].tolist()), np.unique(clipped[1])
    shapes: list[ShapeEdit] = []
    with registry.read() as session:
        drawn = list_ground_truth(session, images.tolist())
    for image, shown in drawn.items():
        place = int(data.images.places(np.array([image]))[0])
        width, height = float(data.images.widths[place]), float(data.images.heights[place])
        for one in shown:
            if int(one.id) not in wanted or one.geometry is None or _is_oriented(one.geometry):
                continue
            inside = one.geometry.inside(width, height)
            if inside is not None:
                shapes.append(ShapeEdit(one.id, inside))
    if not shapes:
        raise RefusedError("Oriented boxes are not cut off: they would be oriented boxes no more.")
    done = labelling.change(shapes, seen=_seen(registry, images), author="")
    return Changed(Repaired(text, len(shapes), done.value.step), done.changes)


def _is_oriented(geometry: Any) -> bool:
    return isinstance(geometry, Polygon) and rotated_rectangle(geometry) is not None


def _seen(registry: Registry, images: Array) -> Seen:
    """As they are now: the repair was planned a moment ago, and asks again for what it changes."""
    with registry.read() as session:
        sheets = read_sheets(session, np.unique(images).tolist())
    return {ImageId(str(key)): sheet.revision for key, sheet in sheets.items()}


def _still_there(data: CheckedData, keys: Array) -> Array:
    places = np.minimum(data.images.places(keys), max(len(data.images) - 1, 0))
    if not len(data.images):
        return np.zeros(len(keys), dtype=bool)
    return np.asarray((data.images.keys[places] == keys) & data.is_checked[places])


def _groups(finding: Finding, there: Array, places: Array) -> Together:
    starts = np.asarray(finding.starts, dtype=np.int64)
    numbers = np.searchsorted(starts, np.arange(len(there)), side="right")[there]
    is_first = np.append(True, np.diff(numbers) != 0) if len(numbers) else np.zeros(0, dtype=bool)
    return Together(places, np.flatnonzero(is_first))


def _file_of(data: CheckedData, place: int) -> Path:
    return data.project.root / os.fsdecode(data.images.paths[place])


def _annotation_ids(keys: Array) -> Sequence[AnnotationId]:
    return [AnnotationId(str(key)) for key in keys.tolist()]
