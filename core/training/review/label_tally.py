"""Counts what a task that labels uses: whole images, or crops, by what is said of each. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.datasets.tree import tree_bytes
from core.registry.stores.image_blocks import EXCLUDED_STATE, JPEG_NAME, UPRIGHT, ImageBlock
from core.training.review.conditions import ReadLabels
from core.training.review.regions import Array, Regions, crops, whole_images
from core.training.review.tally import (
    BAD_SHAPES,
    CROPS_WITH_SEVERAL,
    CROPS_WITHOUT_CLASS,
    CROWDS,
    KINDS,
    NO_CROPS,
    OTHER_LABELS,
    OTHER_SHAPES,
    SEVERAL_CLASSES,
    UNLABELLED_IMAGES,
    WITHOUT_CLASS,
    Tally,
    Used,
)


@dataclass(frozen=True, slots=True)
class Labelling:
    """How a task labels. `crop_of` are keys of classes whose shapes are cut out; None = whole images.

    `uses_others`: of a task that allows none, images and crops that carry only classes that were not chosen are
    negative examples too, not only those that somebody said to show none.
    """

    is_exclusive: bool
    uses_others: bool
    crop_of: Array | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Of regions: which are used, and how many of the run's classes each shows."""

    is_used: Array
    n_classes: Array


def choose(regions: Regions, is_pair_chosen: Array, labelling: Labelling) -> Chosen:
    """`is_pair_chosen`: is the class of a pair one of the run's. Exactly one where a task is exclusive; else any
    number, and none where somebody said so: what nobody spoke of is no negative example (DP-06)."""
    n_classes = np.bincount(regions.regions[is_pair_chosen], minlength=len(regions))
    if labelling.is_exclusive:
        return Chosen(n_classes == 1, n_classes)
    is_negative = np.ones(len(regions), dtype=bool) if labelling.uses_others else regions.is_negative
    return Chosen((n_classes > 0) | is_negative, n_classes)


@dataclass(slots=True)
class LabelTally(Tally):
    """As `Tally`; what counts as an object is a class that an image, or a crop, shows."""

    labelling: Labelling = Labelling(True, False)
    read: ReadLabels | None = None

    def _count(self, block: ImageBlock) -> Used:
        assert self.read is not None
        is_sound, is_excluded = block.states == 0, block.states == EXCLUDED_STATE
        flags = block.flags[is_sound]
        self.kinds |= int(np.bitwise_or.reduce(flags)) if len(flags) else 0
        crop_of = self.labelling.crop_of
        columns = self.read(block.keys, crop_of is None)
        regions = whole_images(columns) if crop_of is None else crops(columns, crop_of)
        n_regions = np.bincount(regions.images, minlength=len(block))
        self.n_annotated += int(((n_regions > 0) & (is_sound | is_excluded)).sum())
        is_bare = is_sound & (n_regions == 0)
        if crop_of is None:
            self.ignored[UNLABELLED_IMAGES] += int(is_bare.sum())
            self.ignored[OTHER_SHAPES] += int(block.n_shapes[is_sound[block.images]].sum())
        else:
            self.ignored[NO_CROPS] += int(is_bare.sum())
            is_ours = is_sound[columns.images] & columns.is_shape & np.isin(columns.categories, crop_of)
            self.ignored[BAD_SHAPES] += int((is_ours & ~columns.is_usable).sum())
            self.ignored[CROWDS] += int((is_ours & columns.is_usable & columns.crowds).sum())
        return self._use_regions(block, is_sound, regions)

    def _use_regions(self, block: ImageBlock, is_sound: Array, regions: Regions) -> Used:
        is_ours = is_sound[regions.images]  # regions of images that can be used
        of_pairs, classes = regions.regions, self.classes.places_of(regions.categories)
        is_pair_ours = is_ours[of_pairs]
        self.is_shown[classes[is_pair_ours]] = True
        for kind in KINDS:
            self.shows[kind] |= self.is_shown
        is_chosen = self.classes.is_chosen[classes]
        chosen = choose(regions, is_chosen, self.labelling)
        self._note_left_out(chosen, is_ours, int((is_pair_ours & ~is_chosen).sum()))
        is_used = chosen.is_used & is_ours
        self.n_negatives += int((is_used & (chosen.n_classes == 0)).sum())

        n_regions = np.bincount(regions.images[is_used], minlength=len(block))
        is_image_used = n_regions > 0
        is_copied = (block.flags & JPEG_NAME != 0) & (block.flags & UPRIGHT != 0)
        self.room += tree_bytes(block.n_bytes[is_image_used], block.n_pixels[is_image_used], is_copied[is_image_used])
        self.most_objects = max(self.most_objects, int(n_regions.max(initial=0)))
        kept = is_used[of_pairs] & is_chosen
        # Pairs of an image and a class, sorted, with the number of regions that show it.
        n_known = len(self.classes.keys)
        cells, numbers = np.unique(regions.images[of_pairs[kept]] * n_known + classes[kept], return_counts=True)
        images = cells // n_known if n_known else cells
        shows_class = np.zeros(len(block), dtype=bool)
        shows_class[images] = True
        self.n_background += int((is_image_used & ~shows_class).sum())
        used = self._use(block, is_image_used, images, cells % n_known if n_known else cells, numbers)
        if self.labelling.crop_of is not None:
            self.n_regions += int(n_regions.sum())
            used.regions[:] = n_regions[is_image_used]
        return used

    def _note_left_out(self, chosen: Chosen, is_ours: Array, n_other_labels: int) -> None:
        is_whole = self.labelling.crop_of is None
        without, several = (WITHOUT_CLASS, SEVERAL_CLASSES) if is_whole else (CROPS_WITHOUT_CLASS, CROPS_WITH_SEVERAL)
        is_out = is_ours & ~chosen.is_used
        self.ignored[without] += int((is_out & (chosen.n_classes == 0)).sum())
        self.ignored[several] += int((is_out & (chosen.n_classes > 1)).sum())
        if is_whole:  # of crops it is what they are cut out for
            self.ignored[OTHER_LABELS] += n_other_labels
