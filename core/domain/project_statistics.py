"""What the annotations of a project are like: counts of classes, sizes, shapes and places of objects, sizes of images.

Each number stands for images that can be listed: a `Part` names them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.domain.ids import CategoryId
from core.domain.snapshots import Split

Counts = npt.NDArray[np.int64]

N_PLACES = 12
"""Cells of the map of places, across and down."""


class Distribution(StrEnum):
    """What is counted in bins. The first four are of objects, the others of images."""

    SIDE = "side"  # the root of a box's part of its image's area: 1 = as large as the image
    PIXELS = "pixels"  # the root of a box's area
    SHAPE = "shape"  # a box's width by its height
    PLACE = "place"  # where a box's middle lies in its image
    OBJECTS = "objects"  # annotations with a class on an image
    LONG_SIDE = "long side"  # of an image, pixels
    IMAGE_SHAPE = "image shape"  # an image's width by its height

    @property
    def is_of_objects(self) -> bool:
        return self in (Distribution.SIDE, Distribution.PIXELS, Distribution.SHAPE, Distribution.PLACE)


EDGES: dict[Distribution, tuple[float, ...]] = {
    Distribution.SIDE: (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75),
    Distribution.PIXELS: (16, 32, 64, 96, 128, 256, 512, 1024),
    Distribution.SHAPE: (0.1, 0.2, 0.5, 0.8, 1.25, 2, 5, 10),
    Distribution.OBJECTS: (1, 2, 3, 5, 10, 20, 50, 100),
    Distribution.LONG_SIDE: (320, 640, 1000, 1500, 2000, 3000, 4000, 6000),
    Distribution.IMAGE_SHAPE: (0.5, 0.67, 0.8, 0.95, 1.05, 1.25, 1.5, 2),
}
"""Between bins: a value that equals an edge is in the bin above it. The first bin has no lower end, the last no upper
one. Of places there are no edges but N_PLACES x N_PLACES cells, row by row from the top left."""


def n_bins(distribution: Distribution) -> int:
    return N_PLACES * N_PLACES if distribution is Distribution.PLACE else len(EDGES[distribution]) + 1


def bin_of(distribution: Distribution, values: npt.NDArray[np.float64]) -> Counts:
    """The bin of each value (not of places)."""
    return np.searchsorted(np.array(EDGES[distribution]), values, side="right").astype(np.int64)


def bin_title(distribution: Distribution, number: int) -> str:
    """A bin in words: "under 16", "16 to 32", "1,024 and more"."""
    if distribution is Distribution.PLACE:
        row, column = divmod(number, N_PLACES)
        return f"row {row + 1} of {N_PLACES}, column {column + 1}"
    edges = [_written(edge) for edge in EDGES[distribution]]
    if distribution is Distribution.OBJECTS:
        return _whole_title(number)
    if number == 0:
        return f"under {edges[0]}"
    if number == len(edges):
        return f"{edges[-1]} and more"
    return f"{edges[number - 1]} to {edges[number]}"


def _whole_title(number: int) -> str:
    """Of whole numbers the last of a bin is told, not the first of the next."""
    edges = [int(edge) for edge in EDGES[Distribution.OBJECTS]]
    if number == 0:
        return "none"
    if number == len(edges):
        return f"{edges[-1]:,} and more"
    first, last = edges[number - 1], edges[number] - 1
    return str(first) if first == last else f"{first} to {last}"


def _written(edge: float) -> str:
    return f"{edge:,.0f}" if edge >= 100 else f"{edge:g}"


@dataclass(frozen=True, slots=True)
class Part:
    """Some images of a project: those with a class, in a set, or in a bin. None does not restrict.

    Of objects: the images that have at least one such object, of that class.
    """

    category: CategoryId | None = None
    split: Split | None = None
    is_without_set: bool = False  # images that are in no set
    distribution: Distribution | None = None
    bin: int = 0


@dataclass(frozen=True, slots=True)
class ClassStatistics:
    """One class; `by_set` are annotations in train, val, test and in no set."""

    id: CategoryId
    name: str
    colour_number: int  # as `Category` has it
    n_images: int
    n_annotations: int
    by_set: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class ProjectStatistics:
    """`objects` has by distribution an array (classes, bins), `images` one (bins,).

    `images_by_set` are images in train, val, test and in no set. Accepted predictions are not counted.
    """

    revision: int  # of the project when it was counted
    n_images: int
    n_annotated: int
    n_annotations: int
    n_negative: int  # images that somebody looked at and found nothing on
    images_by_set: tuple[int, int, int, int]
    classes: tuple[ClassStatistics, ...]
    objects: dict[Distribution, Counts]
    images: dict[Distribution, Counts]
    smallest: tuple[int, int] | None  # width and height of the image with the fewest pixels
    largest: tuple[int, int] | None

    def counts(self, distribution: Distribution, category: CategoryId | None = None) -> Counts:
        """By bin; of objects those of one class, or of all."""
        if not distribution.is_of_objects:
            return self.images[distribution]
        found = self.objects[distribution]
        if category is None:
            return np.asarray(found.sum(axis=0))
        places = [place for place, item in enumerate(self.classes) if item.id == category]
        return np.asarray(found[places[0]]) if places else np.zeros(found.shape[1], dtype=np.int64)

    @property
    def imbalance(self) -> float | None:
        """How many annotations the most frequent class has for one of the rarest that has any; None = under two."""
        numbers = [item.n_annotations for item in self.classes if item.n_annotations]
        return max(numbers) / min(numbers) if len(numbers) > 1 else None
