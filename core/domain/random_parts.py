"""Sharing images out to train, validation and test by chance: so many of a hundred each, the same for a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.domain.image_ids import ImageIds

if TYPE_CHECKING:  # the window's first paint does not wait for it
    import numpy as np
    import numpy.typing as npt

Parts = tuple[int, int, int]
"""Of a hundred: train, validation, test."""

USUAL_PARTS: Parts = (80, 10, 10)


def problem_of(parts: tuple[int, ...]) -> str:
    """E-520 in words; "" for whole numbers from 0 on that add up to 100."""
    if len(parts) == 3 and all(part >= 0 for part in parts) and sum(parts) == 100:
        return ""
    return "Train, validation and test must add up to 100 %. Example: 70, 15, 15."


def numbers_of(n_images: int, parts: Parts) -> tuple[int, int, int]:
    """How many images each part gets: all of them together, none off by one or more."""
    whole = [n_images * part // 100 for part in parts]
    rest = [n_images * part % 100 for part in parts]
    for at in sorted(range(3), key=lambda at: -rest[at])[: n_images - sum(whole)]:
        whole[at] += 1
    return whole[0], whole[1], whole[2]


def share_out(images: ImageIds, parts: Parts, seed: int) -> tuple[ImageIds, ImageIds, ImageIds]:
    """Who gets what hangs on the images and the seed alone, not on the order in which the images are given."""
    import numpy as np

    keys = np.unique(images.keys)
    shuffled = keys[np.argsort(_scattered(keys, seed), kind="stable")]
    n_train, n_val, _ = numbers_of(len(keys), parts)
    first, second, third = np.split(shuffled, [n_train, n_train + n_val])
    return ImageIds(np.sort(first)), ImageIds(np.sort(second)), ImageIds(np.sort(third))


def _scattered(keys: npt.NDArray[np.int64], seed: int) -> npt.NDArray[np.uint64]:
    """A number for each key that looks like chance: splitmix64, which no version of a library will change."""
    import numpy as np

    golden = 0x9E3779B97F4A7C15
    start = np.uint64((seed * golden) % 2**64)
    mixed = keys.astype(np.uint64) * np.uint64(golden) + start
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
