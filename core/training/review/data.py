"""From chosen folders to what a training will use of their images, and to what is left out and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.datasets.split import Carved, carve_validation, check_several_classes
from core.datasets.split_units import Shown
from core.domain.projects import Category
from core.domain.snapshots import Split
from core.domain.training import Issue, SplitCount
from core.registry.stores.image_blocks import ImageBlock, is_in
from core.tasks.task import Task
from core.training.review.alike_pictures import AlikePictures
from core.training.review.conditions import ReadLabels, conditions_of
from core.training.review.label_tally import Labelling, LabelTally
from core.training.review.spread_sources import SpreadSources
from core.training.review.tally import KINDS, MODEL_MADE, REASONS, Array, Classes, Tally, Used, count

PathsOf = Callable[[Array], Mapping[int, str]]
"""The paths of images by their keys."""

Check = Callable[[], None]
"""Called now and then; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class DataChoice:
    """What the wizard's data page asks for, as far as images and objects are concerned.

    `classes` empty = every category with a usable object in the training images, in the project's order; together with
    `model_classes`, an existing model's, which then come first and keep their order.
    """

    task: Task
    classes: tuple[str, ...] = ()
    model_classes: tuple[str, ...] = ()
    use_images_without_objects: bool = False
    val_ratio: float = 0.2
    seed: int = 0
    include_model_annotations: bool = False
    crop_of: tuple[str, ...] = ()  # of a task that labels: classes whose shapes are cut out; empty = whole images
    conditions: tuple[tuple[str, ...], ...] = ()  # any of these, each classes that an image must all show

    @property
    def is_cropped(self) -> bool:
        return self.task.labels and bool(self.crop_of)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The classes to learn; empty = those that are found. What is cut out of several classes is told apart."""
        return self.classes or (self.crop_of if self.is_cropped and len(self.crop_of) > 1 else ())

    @property
    def unwanted(self) -> tuple[str, ...]:
        """Classes that are not to be learned though they are found: crops of one class all show it."""
        return self.crop_of if self.is_cropped and not self.wanted else ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """The same picture in two sets."""

    splits: tuple[Split, Split]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What is used, in numbers: `splits` after a validation set was carved, if there was none."""

    categories: tuple[str, ...]
    splits: tuple[SplitCount, ...]  # each Split; crowd regions are not counted as objects
    n_found: Mapping[Split, int]  # images in the chosen folders
    n_annotated: Mapping[Split, int]  # of these, with an annotation of the task
    ignored: tuple[tuple[str, int], ...]
    train_images_with: tuple[int, ...]  # per category, before a validation set was carved
    only_in: tuple[tuple[str, Split], ...]  # classes that no training image shows
    found_kinds: frozenset[str]  # "box", "polygon", "whole-image"
    boxes_only: tuple[str, ...]  # chosen classes without a shape as the task needs it
    n_boxes_as_shapes: int = 0  # of a segmenter: boxes that stand for shapes with four corners
    overlaps: tuple[Overlap, ...] = ()
    issues: tuple[Issue, ...] = ()  # of the carving
    is_val_carved: bool = False
    most_objects: int = 0  # on one image in use, crowd regions included
    tree_bytes: int = 0  # about the room that copies of the images take
    n_model_made: int = 0  # accepted predictions in the chosen folders, used or not
    train_crops_with: tuple[int, ...] = ()  # per category, as `train_images_with`; () where none are cut
    n_train_negatives: int = 0  # of a task that labels: images or crops that show no class, before the carving
    unknown: tuple[str, ...] = ()  # classes that conditions name and the project does not have
    unknown_crops: tuple[str, ...] = ()  # the same of the shapes to cut out
    spread: SpreadSources | None = None  # books, films and the like of which images are in several sets
    alike: AlikePictures | None = None  # pictures that look the same and are in several sets

    def is_same_choice(self, other: TrainingData) -> bool:
        """Whether both speak of the same images and annotations; what belongs together among them is only told of."""
        return replace(self, spread=None, alike=None) == replace(other, spread=None, alike=None)

    def n_images(self, split: Split) -> int:
        return next((counts.n_images for counts in self.splits if counts.split is split), 0)

    def n_objects(self, split: Split) -> int:
        return next((counts.n_objects for counts in self.splits if counts.split is split), 0)

    def n_ignored(self, reason: str) -> int:
        return dict(self.ignored).get(reason, 0)


@dataclass(frozen=True, slots=True)
class ChosenImages:
    """Which images go into the frozen dataset, by key, ascending; one that is in two sets stands there twice."""

    keys: Array
    splits: Array  # index into tuple(Split)


@dataclass(frozen=True, slots=True)
class Resolved:
    data: TrainingData
    images: ChosenImages


def resolve_data(
    choice: DataChoice,
    project_categories: Sequence[Category],
    blocks: Mapping[Split, Iterable[ImageBlock]],
    paths_of: PathsOf | None = None,
    check: Check = lambda: None,
    n_model_made: int = 0,
    read: ReadLabels | None = None,
) -> Resolved:
    """`blocks` are the images of the chosen folders; a split without folders is absent.

    Pictures in two sets are not looked for without `paths_of`. `read` is needed where a task labels, or there are
    conditions.
    """
    names = sorted(project_categories, key=lambda category: int(category.id))
    keys = np.array([int(category.id) for category in names], dtype=np.int64)
    known = [category.name for category in names]

    key_of = dict(zip(known, keys.tolist(), strict=True))
    conditions = conditions_of(choice.conditions, key_of, read)

    def tally_of(chosen: set[str] | None) -> Tally:
        is_chosen = [name not in choice.unwanted if chosen is None else name in chosen for name in known]
        classes = Classes(keys, np.array(is_chosen, dtype=bool))
        if not choice.task.labels:
            return Tally(classes, choice.use_images_without_objects, conditions)
        return LabelTally(
            classes,
            choice.use_images_without_objects,
            conditions,
            labelling=labelling_of(choice, key_of),
            read=read,
        )

    tallies = {Split.TRAIN: tally_of(set(choice.wanted) or None)}
    used = {Split.TRAIN: count(blocks.get(Split.TRAIN, ()), tallies[Split.TRAIN])}
    in_train = _names(known, tallies[Split.TRAIN].is_shown) - set(choice.unwanted)
    categories = _ordered(choice, [category.name for category in project_categories], in_train)
    for split in blocks:
        if split is not Split.TRAIN:
            tallies[split] = tally_of(set(categories))
            used[split] = count(blocks[split], tallies[split])

    place_of = {name: index for index, name in enumerate(categories)}
    of_run = np.array([place_of.get(name, -1) for name in known], dtype=np.int64)
    as_needed = [kind for kind in KINDS if not choice.task.stands_in(kind)]
    drawn = set().union(*(_names(known, tally.shows[kind]) for tally in tallies.values() for kind in as_needed))
    is_carved = Split.VAL not in blocks and any(tally.n_used for tally in tallies.values())
    carved: Carved | None = None
    if is_carved and len(used[Split.TRAIN]):
        of_train = used[Split.TRAIN]
        shown = Shown(of_train.hashes, of_train.images, of_run[of_train.classes])
        carved = carve_validation(shown, choice.val_ratio, choice.seed, categories, check)
        if choice.task.labels and not choice.task.is_exclusive and not choice.is_cropped:
            carved = replace(carved, issues=(*carved.issues, *check_several_classes(shown)))
    images = _chosen(used, carved)
    data = TrainingData(
        categories=categories,
        splits=_split_counts(tallies, used, carved, of_run, len(categories)),
        n_found={split: tallies[split].n_found for split in blocks},
        n_annotated={split: tallies[split].n_annotated for split in blocks},
        ignored=_ignored(tallies.values(), 0 if choice.include_model_annotations else n_model_made),
        train_images_with=tuple(_of_run(tallies[Split.TRAIN].n_images, of_run, len(categories))),
        only_in=_only_in(known, tallies, in_train, (*choice.wanted, *choice.unwanted)),
        found_kinds=frozenset().union(*(tally.found_kinds() for tally in tallies.values())),
        boxes_only=tuple(name for name in categories if name in in_train and name not in drawn),
        n_boxes_as_shapes=sum(t.n_shapes[kind] for t in tallies.values() for kind in KINDS if kind not in as_needed),
        overlaps=_overlaps(used, paths_of) if paths_of is not None else (),
        issues=carved.issues if carved is not None else (),
        is_val_carved=is_carved,
        most_objects=max(tally.most_objects for tally in tallies.values()),
        tree_bytes=sum(tally.room for tally in tallies.values()),
        n_model_made=n_model_made,
        train_crops_with=(
            tuple(_of_run(tallies[Split.TRAIN].n_objects, of_run, len(categories))) if choice.is_cropped else ()
        ),
        n_train_negatives=tallies[Split.TRAIN].n_negatives,
        unknown=_strangers(known, [name for names in choice.conditions for name in names]),
        unknown_crops=_strangers(known, choice.crop_of if choice.is_cropped else ()),
    )
    return Resolved(data, images)


def labelling_of(choice: DataChoice, key_of: Mapping[str, int]) -> Labelling:
    """How the choice's task labels; `key_of` are the project's classes."""
    cut = np.array([key_of[name] for name in choice.crop_of if name in key_of], dtype=np.int64)
    return Labelling(choice.task.is_exclusive, choice.use_images_without_objects, cut if choice.is_cropped else None)


def _strangers(known: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if name not in known)


def _names(known: Sequence[str], mask: Array) -> set[str]:
    return {known[index] for index in np.flatnonzero(mask).tolist()}


def _ordered(choice: DataChoice, project: Sequence[str], in_train: set[str]) -> tuple[str, ...]:
    """The classes of the run: in the model's order where there is a model, then in the project's."""
    chosen = set(choice.wanted) or in_train | set(choice.model_classes)
    order = dict.fromkeys((*choice.model_classes, *project, *choice.wanted))
    return tuple(name for name in order if name in chosen)


def _of_run(numbers: Array, of_run: Array, n_categories: int) -> list[int]:
    """Numbers per category of the project as numbers per category of the run."""
    result = [0] * n_categories
    for number, place in zip(numbers.tolist(), of_run.tolist(), strict=True):
        if place >= 0:
            result[place] = number
    return result


def _split_counts(
    tallies: Mapping[Split, Tally], used: Mapping[Split, Used], carved: Carved | None, of_run: Array, n_categories: int
) -> tuple[SplitCount, ...]:
    counts = {
        split: SplitCount(
            split,
            tally.n_used,
            int(tally.n_objects.sum()),
            tuple(_of_run(tally.n_objects, of_run, n_categories)),
            tally.n_background,
            tally.n_regions,
        )
        for split, tally in tallies.items()
    }
    if carved is not None:
        for split, is_on_side in ((Split.TRAIN, ~carved.is_val), (Split.VAL, carved.is_val)):
            counts[split] = _side_count(split, used[Split.TRAIN], is_on_side, of_run, n_categories)
    return tuple(counts.get(split, SplitCount(split, 0, 0, (0,) * n_categories)) for split in Split)


def _side_count(split: Split, used: Used, is_on_side: Array, of_run: Array, n_categories: int) -> SplitCount:
    pairs = is_on_side[used.images]
    per_class = np.bincount(used.classes[pairs], weights=used.n_objects[pairs], minlength=len(of_run)).astype(np.int64)
    has_objects = np.zeros(len(used), dtype=bool)
    has_objects[used.images] = True
    return SplitCount(
        split,
        int(is_on_side.sum()),
        int(per_class.sum()),
        tuple(_of_run(per_class, of_run, n_categories)),
        int((is_on_side & ~has_objects).sum()),
        int(used.regions[is_on_side].sum()),
    )


def _chosen(used: Mapping[Split, Used], carved: Carved | None) -> ChosenImages:
    order = tuple(Split)
    splits = {split: np.full(len(used[split]), order.index(split), dtype=np.int8) for split in used}
    if carved is not None:
        splits[Split.TRAIN][carved.is_val] = order.index(Split.VAL)
    keys = np.concatenate([used[split].keys for split in used])
    by_key = np.argsort(keys, kind="stable")
    return ChosenImages(keys[by_key], np.concatenate(list(splits.values()))[by_key])


def _ignored(tallies: Iterable[Tally], n_model_made: int) -> tuple[tuple[str, int], ...]:
    numbers = [(reason, sum(tally.ignored[reason] for tally in tallies)) for reason in REASONS]
    numbers.append((MODEL_MADE, n_model_made))
    return tuple((reason, n) for reason, n in numbers if n)


def _only_in(
    known: Sequence[str], tallies: Mapping[Split, Tally], in_train: set[str], classes: Sequence[str]
) -> tuple[tuple[str, Split], ...]:
    """Classes that only validation or test images show; of those that were chosen, if some were."""
    found: list[tuple[str, Split]] = []
    for split in (Split.VAL, Split.TEST):
        names = _names(known, tallies[split].is_shown) - in_train if split in tallies else set()
        found += [(name, split) for name in sorted(names) if name not in classes]
    return tuple(found)


def _overlaps(used: Mapping[Split, Used], paths_of: PathsOf) -> tuple[Overlap, ...]:
    """Pictures, by their content, that are in more than one set."""
    order = [split for split in Split if split in used]
    found = []
    for a, b in [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]:
        shared = _shared(used[a].hashes, used[b].hashes)
        if not len(shared):
            continue
        paths = paths_of(used[b].keys[shared])
        first: dict[bytes, str] = {}
        for index in shared.tolist():
            content, path = used[b].hashes[index].tobytes(), paths[int(used[b].keys[index])]
            first[content] = min(first.get(content, path), path)
        found.append(Overlap((a, b), tuple(sorted(first.values()))))
    return tuple(found)


def _shared(first: Array, second: Array) -> Array:
    """Indexes of the rows of `second` that are rows of `first` too."""
    heads, others = (np.ascontiguousarray(rows[:, :8]).view(np.uint64).ravel() for rows in (first, second))
    likely = np.flatnonzero(is_in(others, np.sort(heads)))
    alike = np.flatnonzero(is_in(heads, np.sort(others[likely])))
    contents = {first[index].tobytes() for index in alike.tolist()}
    return np.array([i for i in likely.tolist() if second[i].tobytes() in contents], dtype=np.int64)
