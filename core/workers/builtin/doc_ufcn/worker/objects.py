"""From a class for every pixel to objects with outlines, at the image's own resolution."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from core.domain.geometry import Polygon
from core.domain.predictions import PredictedObject
from core.metrics import masks
from core.workers.builtin.doc_ufcn.worker.apart import Bits, Numbers, close_gaps, separate

Floats = npt.NDArray[np.float32]

_NOT_OURS, _CLOSED = np.float32(-0.5), np.float32(0.25)  # margins of another object's pixels, and of a closed gap's
_FINEST_PX = 0.5


def find_objects(
    probabilities: Floats, width: int, height: int, *, min_cc: int, keeps_apart: bool
) -> list[PredictedObject]:
    """By falling confidence, the mean probability inside. `probabilities` (classes, h, w) are of the picture without
    padding, background first, and add up to 1; the objects are in pixels of an image of `width` x `height`.
    """
    winner = probabilities.argmax(axis=0)
    found: list[PredictedObject] = []
    for category in range(len(probabilities) - 1):
        inside = winner == category + 1
        if inside.any():
            own = probabilities[category + 1]
            others = np.delete(probabilities, category + 1, axis=0).max(axis=0)
            numbers = _numbered(inside, winner == 0, own, min_cc, keeps_apart=keeps_apart)
            found += _objects(category, numbers, inside, own, own - others, (width, height))
    return sorted(found, key=lambda item: -item.confidence)


def _numbered(inside: Bits, background: Bits, own: Floats, min_cc: int, *, keeps_apart: bool) -> Numbers:
    """Small ones are left out before gaps are closed, so that a speck beside an object is not joined to it."""
    if not keeps_apart:
        joined = cv2.connectedComponents(inside.astype(np.uint8), connectivity=8)[1]
        return _without_small(np.asarray(joined, dtype=np.int32), min_cc)
    return close_gaps(_without_small(separate(inside, own), min_cc), background)


def _without_small(numbers: Numbers, min_cc: int) -> Numbers:
    small = np.bincount(numbers.ravel()) < min_cc
    return np.where(small[numbers], 0, numbers).astype(np.int32) if small.any() else numbers


def _objects(
    category: int, numbers: Numbers, inside: Bits, own: Floats, margin: Floats, size: tuple[int, int]
) -> Iterator[PredictedObject]:
    for number, window in enumerate(_windows(numbers), start=1):
        if window is None:
            continue
        mine = (numbers[window] == number) & inside[window]
        confidence = float(own[window][mine].mean())
        covered, x0, y0 = _enlarged(numbers, number, margin, window, size)
        if covered.any():
            mask = masks.encode_window(covered, x0, y0, *size)
            yield PredictedObject(category, min(confidence, 1.0), masks.bounds(mask), _outline(covered, x0, y0), mask)


def _windows(numbers: Numbers) -> list[tuple[slice, slice] | None]:
    """Of each number from 1 on the rows and columns that it is in; None for one that is nowhere."""
    rows, columns = np.nonzero(numbers)
    own = numbers[rows, columns]
    n = int(numbers.max()) + 1
    top, left = np.full(n, 2**31), np.full(n, 2**31)
    bottom, right = np.full(n, -1), np.full(n, -1)
    np.minimum.at(top, own, rows)
    np.minimum.at(left, own, columns)
    np.maximum.at(bottom, own, rows)
    np.maximum.at(right, own, columns)
    return [
        (slice(top[k], bottom[k] + 1), slice(left[k], right[k] + 1)) if bottom[k] >= 0 else None for k in range(1, n)
    ]


def _enlarged(
    numbers: Numbers, number: int, margin: Floats, window: tuple[slice, slice], size: tuple[int, int]
) -> tuple[npt.NDArray[np.uint8], int, int]:
    """The pixels (0 or 1) of an object in the whole image, with column and row where they begin: where the margin,
    interpolated between the network's pixels, is above nothing."""
    height, width = numbers.shape
    top, bottom = max(window[0].start - 2, 0), min(window[0].stop + 2, height)
    left, right = max(window[1].start - 2, 0), min(window[1].stop + 2, width)
    own = numbers[top:bottom, left:right]
    score = margin[top:bottom, left:right].copy()
    score[(own == number) & (score <= 0)] = _CLOSED
    foreign = own != number
    score[foreign] = np.where(own[foreign] > 0, _NOT_OURS, np.minimum(score[foreign], -1e-3))
    across, down = size[0] / width, size[1] / height
    x0, y0 = int(np.floor(left * across)), int(np.floor(top * down))
    x1, y1 = min(int(np.ceil(right * across)), size[0]), min(int(np.ceil(bottom * down)), size[1])
    to_source = np.array(
        [[1 / across, 0, (x0 + 0.5) / across - 0.5 - left], [0, 1 / down, (y0 + 0.5) / down - 0.5 - top]], np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(score, to_source, (x1 - x0, y1 - y0), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return (made > 0).astype(np.uint8), x0, y0


def _outline(covered: npt.NDArray[np.uint8], x0: int, y0: int) -> Polygon | None:
    """None when every part is thinner than a polygon can be."""
    contours, _ = cv2.findContours(covered, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    rings = []
    for contour in contours:
        points = cv2.approxPolyDP(contour, _FINEST_PX, True).reshape(-1, 2)
        if len(points) >= 3:
            placed = points.astype(np.float64) + np.array([x0, y0])
            rings.append(tuple(placed.reshape(-1).tolist()))
    return Polygon(tuple(rings)) if rings else None
