"""From annotated images to the images and objects that a training will use, and to what is left out and why. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.datasets.split import carve_validation
from core.domain.geometry import WHOLE_IMAGE as WHOLE_IMAGE_KIND
from core.domain.geometry import Geometry
from core.domain.ids import CategoryId
from core.domain.projects import AnnotatedImage, Annotation, Category, ImageState
from core.domain.snapshots import SnapshotImage, SnapshotObject, Split
from core.domain.training import Issue, SplitCount
from core.tasks.task import Task

DAMAGED = "images that are damaged"
MISSING = "images whose file was missing"
UNLABELLED = "images that nobody annotated"
NO_OBJECTS = "images without objects of the chosen classes"
BAD_SHAPES = "shapes with fewer than three points or no area"
NOT_CHOSEN = "objects of classes that were not chosen"
WHOLE_IMAGE = "annotations of whole images"


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


@dataclass(frozen=True, slots=True)
class Overlap:
    """The same picture in two sets."""

    splits: tuple[Split, Split]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`images` are those in use, with their splits, after a validation set was carved if there was none."""

    categories: tuple[str, ...]
    images: tuple[SnapshotImage, ...]
    n_bytes: Mapping[str, int]  # path to size of the file
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

    def of_split(self, split: Split) -> tuple[SnapshotImage, ...]:
        return tuple(image for image in self.images if image.split is split)

    def n_ignored(self, reason: str) -> int:
        return dict(self.ignored).get(reason, 0)

    def counts(self) -> tuple[SplitCount, ...]:
        """Per split; crowd regions are not counted as objects."""
        counts = []
        for split in Split:
            images = self.of_split(split)
            objects = Counter(item.category for image in images for item in image.objects if not item.is_crowd)
            per_category = tuple(objects[index] for index in range(len(self.categories)))
            n_background = sum(1 for image in images if not image.objects)
            counts.append(SplitCount(split, len(images), sum(per_category), per_category, n_background))
        return tuple(counts)


def resolve_data(
    choice: DataChoice, project_categories: Sequence[Category], images: Mapping[Split, Sequence[AnnotatedImage]]
) -> TrainingData:
    """`images` are the ground truth of the chosen folders; a split without folders is absent."""
    sorting = _Sorting(choice.task, {category.id: category.name for category in project_categories})
    read = {split: [sorting.read(item) for item in items] for split, items in images.items()}
    in_train = {name for image in read.get(Split.TRAIN, ()) for name, _, _ in image.objects}
    categories = _ordered(choice, [category.name for category in project_categories], in_train)
    usable = [
        made
        for split, items in read.items()
        for item in items
        if (made := sorting.use(item, split, categories, choice.use_images_without_objects)) is not None
    ]
    overlaps = _overlaps(usable)
    is_carved = Split.VAL not in images and bool(usable)
    issues: tuple[Issue, ...] = ()
    train = [image for image in usable if image.split is Split.TRAIN]
    train_images_with = _images_with(train, len(categories))
    if is_carved and train:
        carved = carve_validation(train, choice.val_ratio, choice.seed, categories)
        usable = [*carved.images, *(image for image in usable if image.split is not Split.TRAIN)]
        issues = carved.issues
    return TrainingData(
        categories=categories,
        images=tuple(usable),
        n_bytes={item.image.path: item.image.n_bytes for items in images.values() for item in items},
        n_found={split: len(items) for split, items in images.items()},
        n_annotated={split: sum(1 for item in items if item.has_shapes) for split, items in read.items()},
        ignored=tuple((reason, sorting.ignored[reason]) for reason in _REASONS if sorting.ignored[reason]),
        train_images_with=train_images_with,
        only_in=_only_in(read, in_train, choice.classes),
        found_kinds=frozenset(sorting.kinds),
        boxes_only=tuple(name for name in categories if name in in_train and name not in sorting.drawn),
        n_boxes_as_shapes=sorting.n_boxes_as_shapes,
        overlaps=overlaps,
        issues=issues,
        is_val_carved=is_carved,
    )


_REASONS = (DAMAGED, MISSING, UNLABELLED, NO_OBJECTS, NOT_CHOSEN, BAD_SHAPES, WHOLE_IMAGE)


@dataclass(slots=True)
class _Read:
    """An image whose annotations were looked at; `objects` are (class, shape, is crowd)."""

    source: AnnotatedImage
    objects: list[tuple[str, Geometry, bool]] = field(default_factory=list)
    n_boxes: Counter[str] = field(default_factory=Counter)
    is_negative: bool = False  # somebody said: nothing here
    is_sound: bool = True
    has_shapes: bool = False
    n_bad: int = 0


@dataclass(slots=True)
class _Sorting:
    """Reads annotations and counts what is left out."""

    task: Task
    names: Mapping[CategoryId, str]
    ignored: Counter[str] = field(default_factory=Counter)
    kinds: set[str] = field(default_factory=set)
    drawn: set[str] = field(default_factory=set)  # classes with a shape as the task needs it
    n_boxes_as_shapes: int = 0

    def read(self, item: AnnotatedImage) -> _Read:
        result = _Read(item)
        if item.image.state is not ImageState.OK:
            self.ignored[DAMAGED if item.image.state is ImageState.DAMAGED else MISSING] += 1
            result.is_sound = False
            return result
        for annotation in item.annotations:
            self._read_one(annotation, result)
        return result

    def _read_one(self, annotation: Annotation, result: _Read) -> None:
        if annotation.category is None:
            result.is_negative = True
            return
        if annotation.geometry is None:
            self.kinds.add(WHOLE_IMAGE_KIND)
            self.ignored[WHOLE_IMAGE] += 1
            return
        name = self.names[annotation.category]
        kind = annotation.geometry.kind
        self.kinds.add(kind)
        result.has_shapes = True
        image = result.source.image
        shape = self.task.usable_shape(annotation.geometry, image.width, image.height)
        if shape is None:
            result.n_bad += 1
            return
        if self.task.stands_in(kind):
            result.n_boxes[name] += 1
        else:
            self.drawn.add(name)
        result.objects.append((name, shape, annotation.is_crowd))

    def use(
        self, item: _Read, split: Split, categories: Sequence[str], use_images_without_objects: bool
    ) -> SnapshotImage | None:
        """The image as it goes into the snapshot; None when it is left out, and then why is counted."""
        if not item.is_sound:
            return None
        self.ignored[BAD_SHAPES] += item.n_bad
        index_of = {name: index for index, name in enumerate(categories)}
        chosen = [found for found in item.objects if found[0] in index_of]
        self.ignored[NOT_CHOSEN] += len(item.objects) - len(chosen)
        if not chosen and not (item.is_negative or item.objects):
            # Nobody said that there is nothing: an image that was merely not annotated is no negative example.
            self.ignored[NO_OBJECTS if item.n_bad else UNLABELLED] += 1
            return None
        if not chosen and not use_images_without_objects:
            self.ignored[NO_OBJECTS] += 1
            return None
        self.n_boxes_as_shapes += sum(n for name, n in item.n_boxes.items() if name in index_of)
        image = item.source.image
        objects = tuple(SnapshotObject(index_of[name], shape, crowd) for name, shape, crowd in chosen)
        return SnapshotImage(image.path, image.sha256, image.width, image.height, image.orientation, split, objects)


def _ordered(choice: DataChoice, project: Sequence[str], in_train: set[str]) -> tuple[str, ...]:
    """The classes of the run: in the model's order where there is a model, then in the project's."""
    chosen = set(choice.classes) or in_train | set(choice.model_classes)
    order = dict.fromkeys((*choice.model_classes, *project, *choice.classes))
    return tuple(name for name in order if name in chosen)


def _images_with(images: Sequence[SnapshotImage], n_categories: int) -> tuple[int, ...]:
    counts = Counter(index for image in images for index in {item.category for item in image.objects})
    return tuple(counts[index] for index in range(n_categories))


def _only_in(
    read: Mapping[Split, Sequence[_Read]], in_train: set[str], classes: Sequence[str]
) -> tuple[tuple[str, Split], ...]:
    """Classes that only validation or test images show; of those that were chosen, if some were."""
    found = []
    for split in (Split.VAL, Split.TEST):
        names = {name for image in read.get(split, ()) for name, _, _ in image.objects} - in_train
        found += [(name, split) for name in sorted(names) if name not in classes]
    return tuple(found)


def _overlaps(images: Sequence[SnapshotImage]) -> tuple[Overlap, ...]:
    """Pictures, by their content, that are in more than one set."""
    splits: dict[str, dict[Split, str]] = {}
    for image in images:
        splits.setdefault(image.sha256, {}).setdefault(image.split, image.path)
    found: dict[tuple[Split, Split], list[str]] = {}
    for places in splits.values():
        order = [split for split in Split if split in places]
        for a, b in [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]:
            found.setdefault((a, b), []).append(places[b])
    return tuple(Overlap(pair, tuple(sorted(paths))) for pair, paths in found.items())
