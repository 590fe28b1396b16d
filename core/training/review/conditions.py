"""Which images a task looks at at all: those that show some classes (DP-05). Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.registry.stores.image_blocks import ImageBlock
from core.registry.stores.labels import LabelColumns

Array = NDArray[Any]

ReadLabels = Callable[[Array, bool], LabelColumns]
"""The annotations of images, by their keys; True = those of whole images alone."""

_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Conditions:
    """Any of these, each a list of classes (their keys) that an image must all show. Shapes and annotations of whole
    images count alike."""

    lists: tuple[tuple[int, ...], ...]
    read: ReadLabels

    def are_met_by(self, block: ImageBlock) -> Array:
        """For each image."""
        whole = self.read(block.keys, True)
        images = np.concatenate([block.images.astype(np.int64), whole.images])
        classes = np.concatenate([block.categories.astype(np.int64), whole.categories])
        met = np.zeros(len(block), dtype=bool)
        for wanted in self.lists:
            shows_all = np.ones(len(block), dtype=bool)
            for key in wanted:
                shows = np.zeros(len(block), dtype=bool)
                shows[images[classes == key]] = True
                shows_all &= shows
            met |= shows_all
        return met


def conditions_of(
    lists: Sequence[Sequence[str]], keys: Mapping[str, int], read: ReadLabels | None
) -> Conditions | None:
    """None when every image is meant. A class that does not exist is shown by no image."""
    wanted = tuple(tuple(keys.get(name, _UNKNOWN) for name in names) for names in lists if names)
    return Conditions(wanted, read) if wanted and read is not None else None
