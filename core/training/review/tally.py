"""Counts what one set of a training uses of its images, and what it leaves out and why, block by block. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.datasets.tree import tree_bytes
from core.domain.counting import counted
from core.registry.stores.image_blocks import (
    BOX,
    EXCLUDED_STATE,
    IS_CROWD,
    IS_POLYGON,
    JPEG_NAME,
    NEGATIVE,
    POLYGON,
    SHAPES,
    UPRIGHT,
    WHOLE_IMAGE,
    ImageBlock,
)
from core.training.review.conditions import Conditions

EXCLUDED = 'images tagged "exclude"'
DAMAGED = "images that are damaged"
MISSING = "images whose file was missing"
UNLABELLED = "images that nobody annotated"
NO_OBJECTS = "images without objects of the chosen classes"
BAD_SHAPES = "shapes with fewer than three points or no area"
NOT_CHOSEN = "objects of classes that were not chosen"
WHOLE_IMAGES = "annotations of whole images"
MODEL_MADE = "annotations made by models"
NOT_MET = "images that do not meet the conditions"
UNLABELLED_IMAGES = "images that nobody labelled"
NO_CROPS = "images without a shape to cut out"
CROWDS = "crowd regions, which are not cut out"
WITHOUT_CLASS = "images without one of the classes"
SEVERAL_CLASSES = "images with several classes"
CROPS_WITHOUT_CLASS = "crops without one of the classes"
CROPS_WITH_SEVERAL = "crops with several classes"
OTHER_LABELS = "labels of classes that were not chosen"
OTHER_SHAPES = "boxes and outlines"

_ONE = {
    EXCLUDED: 'image tagged "exclude"',
    DAMAGED: "image that is damaged",
    MISSING: "image whose file was missing",
    UNLABELLED: "image that nobody annotated",
    NO_OBJECTS: "image without objects of the chosen classes",
    BAD_SHAPES: "shape with fewer than three points or no area",
    NOT_CHOSEN: "object of a class that was not chosen",
    WHOLE_IMAGES: "annotation of a whole image",
    MODEL_MADE: "annotation made by a model",
    NOT_MET: "image that does not meet the conditions",
    UNLABELLED_IMAGES: "image that nobody labelled",
    NO_CROPS: "image without a shape to cut out",
    CROWDS: "crowd region, which is not cut out",
    WITHOUT_CLASS: "image without one of the classes",
    SEVERAL_CLASSES: "image with several classes",
    CROPS_WITHOUT_CLASS: "crop without one of the classes",
    CROPS_WITH_SEVERAL: "crop with several classes",
    OTHER_LABELS: "label of a class that was not chosen",
    OTHER_SHAPES: "box or outline",
}


def reason_text(reason: str, n: int) -> str:
    """'3 images that are damaged', '1 image that is damaged'."""
    return counted(n, _ONE.get(reason, reason), reason)


REASONS = (
    EXCLUDED,
    DAMAGED,
    MISSING,
    NOT_MET,
    UNLABELLED,
    UNLABELLED_IMAGES,
    NO_CROPS,
    NO_OBJECTS,
    WITHOUT_CLASS,
    SEVERAL_CLASSES,
    CROPS_WITHOUT_CLASS,
    CROPS_WITH_SEVERAL,
    NOT_CHOSEN,
    OTHER_LABELS,
    BAD_SHAPES,
    CROWDS,
    OTHER_SHAPES,
    WHOLE_IMAGES,
)

Array = NDArray[Any]

KINDS = ("box", "polygon")
"""Of shapes."""

_KIND_OF_FLAG = {BOX: "box", POLYGON: "polygon", WHOLE_IMAGE: "whole-image"}
_DAMAGED_STATE, _MISSING_STATE = 1, 2  # indexes into image_blocks.STATES


@dataclass(frozen=True, slots=True)
class Classes:
    """The project's categories as columns: their keys, and which of them are chosen."""

    keys: Array  # ascending
    is_chosen: NDArray[np.bool_]

    def places_of(self, categories: Array) -> Array:
        """Index into `keys` of each."""
        if len(self.keys) and self.keys[-1] - self.keys[0] == len(self.keys) - 1:
            return np.asarray(categories.astype(np.int64) - self.keys[0])
        return np.searchsorted(self.keys, categories)


@dataclass(slots=True)
class Tally:
    """Of one set. Classes are indexes into `Classes.keys`; crowd regions are no objects."""

    classes: Classes
    uses_images_without_objects: bool
    conditions: Conditions | None = None  # None = every image
    n_found: int = 0
    n_annotated: int = 0  # with a shape of a class
    n_used: int = 0
    n_background: int = 0  # used, without an object
    n_regions: int = 0  # used, where crops are labelled
    n_negatives: int = 0  # used images or crops that show no class, where a task labels
    n_shapes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))  # of the chosen classes
    most_objects: int = 0  # on one image, crowd regions included
    room: int = 0  # an estimate of the bytes of a tree
    kinds: int = 0  # flags
    ignored: Counter[str] = field(default_factory=Counter)
    is_shown: Array = field(init=False)  # classes with a usable shape, chosen or not
    shows: dict[str, Array] = field(init=False)  # classes with a usable shape of that kind
    n_images: Array = field(init=False)  # used images, per class
    n_objects: Array = field(init=False)  # of a task that labels, the images or crops with the class

    def __post_init__(self) -> None:
        n = len(self.classes.keys)
        self.is_shown = np.zeros(n, dtype=bool)
        self.shows = {kind: np.zeros(n, dtype=bool) for kind in KINDS}
        self.n_images, self.n_objects = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)

    def add(self, block: ImageBlock) -> Used:
        """Count a block; what is used of it."""
        is_sound = block.states == 0
        self.n_found += len(block)
        is_excluded = block.states == EXCLUDED_STATE
        self.ignored[EXCLUDED] += int(is_excluded.sum())
        self.ignored[DAMAGED] += int((block.states == _DAMAGED_STATE).sum())
        self.ignored[MISSING] += int((block.states == _MISSING_STATE).sum())
        if self.conditions is not None:
            is_met = self.conditions.are_met_by(block)
            self.ignored[NOT_MET] += int((is_sound & ~is_met).sum())
            block = block.where(is_met)
        return self._count(block)

    def _count(self, block: ImageBlock) -> Used:
        """Of images that meet the conditions."""
        is_sound, is_excluded = block.states == 0, block.states == EXCLUDED_STATE
        self.ignored[BAD_SHAPES] += int(block.n_bad[is_sound].sum())
        self.ignored[WHOLE_IMAGES] += int(block.n_whole[is_sound].sum())
        flags = block.flags[is_sound]
        self.n_annotated += int(((block.flags & SHAPES != 0) & (is_sound | is_excluded)).sum())
        self.kinds |= int(np.bitwise_or.reduce(flags)) if len(flags) else 0

        is_object = is_sound[block.images]
        images, kinds = block.images[is_object].astype(np.int64), block.kinds[is_object]
        classes, n_shapes = self.classes.places_of(block.categories[is_object]), block.n_shapes[is_object]
        self.is_shown[classes] = True
        for kind, is_kind in zip(KINDS, (kinds & IS_POLYGON == 0, kinds & IS_POLYGON != 0), strict=True):
            self.shows[kind][classes[is_kind]] = True
        is_chosen = self.classes.is_chosen[classes]
        n_all = np.bincount(images, weights=n_shapes, minlength=len(block))
        images, kinds, classes, n_shapes = (c[is_chosen] for c in (images, kinds, classes, n_shapes))
        n_chosen = np.bincount(images, weights=n_shapes, minlength=len(block))
        self.ignored[NOT_CHOSEN] += int(n_all.sum() - n_chosen.sum())
        for kind, is_kind in zip(KINDS, (kinds & IS_POLYGON == 0, kinds & IS_POLYGON != 0), strict=True):
            self.n_shapes[kind] += int(n_shapes[is_kind].sum())
        self.most_objects = max(self.most_objects, int(n_chosen.max(initial=0)))

        is_used = self._decide(block, is_sound, n_all > 0, n_chosen > 0)
        is_copied = (block.flags & JPEG_NAME != 0) & (block.flags & UPRIGHT != 0)
        self.room += tree_bytes(block.n_bytes[is_used], block.n_pixels[is_used], is_copied[is_used])
        return self._use(block, is_used, images, classes, np.where(kinds & IS_CROWD != 0, 0, n_shapes))

    def found_kinds(self) -> frozenset[str]:
        return frozenset(name for flag, name in _KIND_OF_FLAG.items() if self.kinds & flag)

    def _decide(self, block: ImageBlock, is_sound: Array, has_objects: Array, has_chosen: Array) -> Array:
        """Which images are used. Nobody said of an image without annotations that there is nothing: it is no negative
        example."""
        is_known = has_objects | (block.flags & NEGATIVE != 0)
        is_bare = is_sound & ~has_chosen & ~is_known
        is_empty = is_sound & ~has_chosen & is_known
        n_spoilt = int((block.n_bad[is_bare] > 0).sum())
        self.ignored[NO_OBJECTS] += n_spoilt
        self.ignored[UNLABELLED] += int(is_bare.sum()) - n_spoilt
        if self.uses_images_without_objects:
            self.n_background += int(is_empty.sum())
            return np.asarray(is_sound & (has_chosen | is_empty))
        self.ignored[NO_OBJECTS] += int(is_empty.sum())
        return np.asarray(is_sound & has_chosen)

    def _use(self, block: ImageBlock, is_used: Array, images: Array, classes: Array, n_objects: Array) -> Used:
        starts = np.flatnonzero(
            np.append(True, (images[1:] != images[:-1]) | (classes[1:] != classes[:-1])) if len(images) else []
        )
        pairs, of_pairs = classes[starts], np.add.reduceat(n_objects, starts) if len(starts) else np.zeros(0, np.int64)
        self.n_used += int(is_used.sum())
        self.n_images += np.bincount(pairs, minlength=len(self.n_images))
        self.n_objects += np.bincount(pairs, weights=of_pairs, minlength=len(self.n_objects)).astype(np.int64)
        places = np.cumsum(is_used) - 1
        regions = np.zeros(int(is_used.sum()), dtype=np.int64)
        return Used(block.keys[is_used], block.hashes[is_used], places[images[starts]], pairs, of_pairs, regions)


@dataclass(frozen=True, slots=True)
class Used:
    """The images in use, and pairs of an image (its index) and a class that it shows, with its number of objects.

    `regions` is the number of crops of each image, 0 where none are cut.
    """

    keys: Array
    hashes: Array
    images: Array
    classes: Array
    n_objects: Array
    regions: Array

    def __len__(self) -> int:
        return len(self.keys)


def count(blocks: Iterable[ImageBlock], tally: Tally) -> Used:
    """Everything that is used of the blocks."""
    return joined([tally.add(block) for block in blocks])


def joined(parts: list[Used]) -> Used:
    sizes = [len(part) for part in parts]
    offsets = np.cumsum([0, *sizes])

    def column(read: Callable[[Used, int], Array], empty: Array) -> Array:
        return np.concatenate([empty, *(read(part, int(offset)) for part, offset in zip(parts, offsets, strict=False))])

    nothing, small = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    return Used(
        keys=column(lambda part, _: part.keys, nothing),
        hashes=column(lambda part, _: part.hashes, np.zeros((0, 32), dtype=np.uint8)),
        images=column(lambda part, offset: (part.images + offset).astype(np.int32), small),
        classes=column(lambda part, _: part.classes.astype(np.int32), small),
        n_objects=column(lambda part, _: part.n_objects.astype(np.int32), small),
        regions=column(lambda part, _: part.regions.astype(np.int32), small),
    )
