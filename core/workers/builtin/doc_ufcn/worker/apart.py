"""Touching objects of a class, kept apart: a gap between them in what is taught, closed again in what is predicted.

Objects are told apart by number in a raster: 0 is none of them.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int32]
Bits = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]

_TOUCHING = np.ones((3, 3), np.uint8)
_ACROSS_GAP = np.ones((5, 5), np.uint8)  # a gap is two pixels wide
_GAP = 1.5  # pixels from an object to the middle of a gap
_FAR = np.float32(2**24)
_LEVELS = (0.6, 0.7, 0.8, 0.9)
_LEAST_PART = 0.1  # of an object: what is split off must not be a crumb
_FEWEST_PIXELS = 12


def cut(objects: Numbers) -> Bits:
    """Where objects stay once there is a gap between those that touch. One that would vanish stays whole."""
    stays = (objects > 0) & ~_between(objects, _TOUCHING)
    before, after = np.bincount(objects.ravel()), np.bincount(objects[stays], minlength=int(objects.max()) + 1)
    vanishing = np.flatnonzero((before > 0) & (after < 0.3 * before))
    vanishing = vanishing[vanishing > 0]
    return stays | np.isin(objects, vanishing) if len(vanishing) else stays


def close_gaps(objects: Numbers, free: Bits) -> Numbers:
    """The objects grown into `free` pixels of narrow gaps between two of them, each to the middle."""
    gaps = free & (objects == 0) & _between(objects, _ACROSS_GAP)
    if not gaps.any():
        return objects
    distance, nearest = _nearest(objects)
    return np.where(gaps & (distance <= _GAP), nearest, objects)


def separate(inside: Bits, probability: Floats) -> Numbers:
    """Objects in the pixels of a class: what hangs together by sides, split where the probability sinks between two
    parts that are each sure of themselves."""
    n_parts, joined = cv2.connectedComponents(inside.astype(np.uint8), connectivity=4)
    parts = np.asarray(joined, dtype=np.int32)
    if n_parts <= 1:
        return parts
    seeds, n_seeds = parts.copy(), n_parts
    for level in _LEVELS:
        n_sure, sure, stats, _ = cv2.connectedComponentsWithStats(
            (inside & (probability > level)).astype(np.uint8), connectivity=4
        )
        areas = np.asarray(stats[:n_sure, cv2.CC_STAT_AREA], dtype=np.int32)
        n_seeds = _split(seeds, n_seeds, np.asarray(sure, dtype=np.int32), areas)
    if n_seeds == n_parts:
        return parts
    _, nearest = _nearest(seeds)
    return np.where(inside, nearest, 0).astype(np.int32)


def _split(seeds: Numbers, n_seeds: int, sure: Numbers, areas: Numbers) -> int:
    """Put the parts of `sure` in the place of the seed that they lie in, where there are several."""
    sizes = np.bincount(seeds.ravel(), minlength=n_seeds)
    places = np.unique(np.stack([seeds[sure > 0], sure[sure > 0]]), axis=1)
    parents, children = places[:, places[0] > 0]
    large = areas[children] >= np.maximum(_FEWEST_PIXELS, _LEAST_PART * sizes[parents])
    parents, children = parents[large], children[large]
    for parent in np.flatnonzero(np.bincount(parents, minlength=1) > 1).tolist():
        seeds[seeds == parent] = 0
        for child in children[parents == parent].tolist():
            seeds[sure == child] = n_seeds
            n_seeds += 1
    return n_seeds


def _between(objects: Numbers, window: npt.NDArray[np.uint8]) -> Bits:
    """Pixels with more than one object in the window round them."""
    numbers = objects.astype(np.float32)
    highest = cv2.dilate(numbers, window)
    lowest = cv2.erode(np.where(numbers == 0, _FAR, numbers), window)
    return np.asarray((highest > 0) & (lowest < highest), dtype=np.bool_)


def _nearest(objects: Numbers) -> tuple[Floats, Numbers]:
    """Of each pixel the distance to the nearest object, and its number."""
    distance, place = cv2.distanceTransformWithLabels(
        (objects == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    numbers = np.zeros(int(place.max()) + 1, np.int32)
    at = objects > 0
    numbers[place[at]] = objects[at]
    return distance, numbers[place]
