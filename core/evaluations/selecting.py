"""Which images an evaluation looks at: their ground truth in the model's classes, counted beforehand and frozen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.datasets.manifest import FrozenImage
from core.domain.counting import counted
from core.domain.evaluating import EvaluationDraft
from core.domain.ids import ImageId, ProjectId
from core.domain.names import shown
from core.domain.projects import ImageFilter, ImageState
from core.domain.snapshots import SnapshotInfo, Split
from core.errors import NotFoundError, RefusedError
from core.projects.service import ProjectService
from core.registry.session import Session
from core.registry.stores import selected_images, selections
from core.tasks.task import Task
from core.training.freezing import Shapes, frozen_images
from core.training.freezing_labels import Labels, frozen_labels
from core.training.review.data import ChosenImages
from core.training.review.label_tally import Labelling

Check = Callable[[], None]


Keys = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Selected:
    """`keys` are the registry's, of images that are annotated and sound; the others are counted."""

    keys: Keys
    n_unannotated: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Objects by the names of their classes: those that the model knows, and those that it does not."""

    n_images: int
    known: Mapping[str, int]
    unknown: Mapping[str, int]
    hashes: frozenset[str] = frozenset()  # of the images


def no_keys() -> Keys:
    return np.zeros(0, dtype=np.int64)


def select(draft: EvaluationDraft, projects: ProjectService) -> Selected:
    """Raises NotFoundError for a folder that is not there (E-525), RefusedError without any image (E-523)."""
    if draft.images:
        records = projects.get_images(draft.images)
        usable = [image.id for image in records if image.n_annotations and image.state is ImageState.OK]
        return _selected(usable, len(draft.images))
    known = {folder.path for folder in projects.list_folders(draft.project, with_categories=False)}
    for folder in draft.folders:
        if folder not in known:
            raise NotFoundError(f'The project has no folder "{shown(folder)}".', code="E-525")
    every = ImageFilter(draft.project, folders=draft.folders)
    annotated = ImageFilter(draft.project, folders=draft.folders, is_annotated=True, state=ImageState.OK)
    total = projects.count_images(every)
    if not total:
        raise RefusedError(f"There is no image in {where_of(draft)}.", hint="Choose other images.", code="E-523")
    return _selected(projects.list_image_ids(annotated), total)


def count(
    session: Session,
    project: ProjectId,
    keys: Keys,
    categories: Sequence[str],
    check: Check,
    *,
    labels: bool = False,
) -> Counts:
    """Of shapes that have a class, of `labels` also whole images; whether the task can use each is seen when they are
    frozen."""
    names = {int(item.id): item.name for item in selections.list_classes(session, project)}
    found: Counter[str] = Counter()
    hashes = set()
    for row in selected_images.iter_frozen(session, keys, check, with_whole=labels):
        hashes.add(row.sha256)
        found.update(names[category] for _, category, *_, is_crowd in row.shapes if not is_crowd and category in names)
    known = {name: found[name] for name in categories if found[name]}
    unknown = {name: n for name, n in found.items() if name not in known}
    return Counts(len(keys), known, unknown, frozenset(hashes))


def count_frozen(snapshot: SnapshotInfo, splits: Sequence[Split], categories: Sequence[str]) -> Counts:
    n_images = sum(n for split, n in snapshot.n_images if split in splits)
    found: Counter[str] = Counter()
    for split, numbers in snapshot.category_counts:
        if split in splits:
            found.update({name: n for name, n in zip(snapshot.categories, numbers, strict=True) if n})
    known = {name: found[name] for name in categories if found[name]}
    return Counts(n_images, known, {name: n for name, n in found.items() if name not in known})


def freeze(
    session: Session,
    project: ProjectId,
    keys: Keys,
    task: Task,
    categories: Sequence[str],
    check: Check,
    crop_of: Sequence[str] = (),
) -> Iterator[FrozenImage]:
    """All of them as test images, with the objects that the task can use in the model's classes. `crop_of` are the
    classes whose shapes are labelled; () = whole images."""
    numbers = {name: number for number, name in enumerate(categories)}
    classes = selections.list_classes(session, project)
    places = {int(item.id): numbers[item.name] for item in classes if item.name in numbers}
    shapes = Shapes(places, task.usable_shape, task.keeps_boxes)
    of_test = np.full(len(keys), tuple(Split).index(Split.TEST))
    if task.labels:
        cut = np.array([int(item.id) for item in classes if item.name in crop_of], dtype=np.int64)
        labelling = Labelling(task.is_exclusive, uses_others=True, crop_of=cut if crop_of else None)
        return frozen_labels(session, project, ChosenImages(keys, of_test), Labels(places, labelling), check)
    return frozen_images(session, project, ChosenImages(keys, of_test), shapes, check)


def splits_of(draft: EvaluationDraft, snapshot: SnapshotInfo) -> tuple[Split, ...]:
    """Of a frozen dataset: the one that is named, or all with images. Raises RefusedError (E-523) for an empty one."""
    filled = tuple(split for split, n in snapshot.n_images if n)
    if draft.split is None:
        return filled
    if draft.split not in filled:
        text = f"Frozen dataset {snapshot.label} has no image in its {draft.split.value} set."
        raise RefusedError(text, hint="Choose another set.", code="E-523")
    return (draft.split,)


def where_of(draft: EvaluationDraft, snapshot: SnapshotInfo | None = None, project_name: str = "") -> str:
    """The images in a few words."""
    if snapshot is not None:
        return f"{snapshot.label} {draft.split.value} set" if draft.split is not None else f"{snapshot.label}"
    if draft.images:
        return counted(len(draft.images), "chosen image")
    if draft.folders and "" not in draft.folders:
        return ", ".join(shown(folder) for folder in draft.folders)
    return shown(project_name) or "the project"


def _selected(ids: Sequence[ImageId], total: int) -> Selected:
    keys = np.unique(np.array([int(id) for id in ids], dtype=np.int64))
    return Selected(keys, total - len(keys))
