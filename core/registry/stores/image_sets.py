"""Which of train, validation and test an image of a project is in, where nothing but the project itself says so.

As `core.domain.set_names.sets_of_image` says it of one image, for many.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.domain.judgements import SPLIT_TAGS
from core.domain.set_names import set_of_folder
from core.domain.snapshots import Split

Column = NDArray[Any]

SETS = tuple(Split)
NO_SET = -1

_NUMBERS = {"": NO_SET} | {split.value: number for number, split in enumerate(SETS)}
_OF_TAG = {tag: number for number, tag in enumerate(SPLIT_TAGS)}


class UntaggedSets:
    """What imports and folders say. Knows each folder that it was asked of."""

    def __init__(self) -> None:
        self._of_folder: dict[bytes, int] = {}

    def of(self, stated: Sequence[str], folders: Sequence[bytes]) -> Column:
        """The place in SETS of each image, or NO_SET. `stated` is what imports said, `folders` the images' paths
        without their names."""
        pairs = zip(stated, folders, strict=True)
        return np.array([_NUMBERS.get(said, NO_SET) if said else self._named(folder) for said, folder in pairs], int)

    def _named(self, folder: bytes) -> int:
        if folder not in self._of_folder:
            split = set_of_folder(os.fsdecode(folder))
            self._of_folder[folder] = NO_SET if split is None else SETS.index(split)
        return self._of_folder[folder]


def tagged_sets(tagged: Sequence[tuple[int, str]]) -> tuple[Column, Column]:
    """From keys of images with such a tag each: the keys ascending, and the places in SETS, which ascend too for an
    image that has several."""
    pairs = sorted((key, _OF_TAG[tag]) for key, tag in tagged)
    keys, numbers = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return keys, numbers
