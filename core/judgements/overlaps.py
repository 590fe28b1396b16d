"""Whether an object is there already: boxes of one class that lie on each other. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Corners = tuple[float, float, float, float]

Boxes = list[Corners] | npt.NDArray[Any]
"""A list that grows, or an array (n, 4)."""


def highest_overlap(corners: Corners, others: Boxes) -> float:
    """The highest IoU of a box with others; 0 without any."""
    if not len(others):
        return 0.0
    if isinstance(others, list):  # to make an array of one that grows takes longer than to walk through it
        return max(_overlap(corners, other) for other in others)
    x0, y0, x1, y1 = others.T
    width = np.minimum(x1, corners[2]) - np.maximum(x0, corners[0])
    height = np.minimum(y1, corners[3]) - np.maximum(y0, corners[1])
    shared = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    union = _area(corners) + (x1 - x0) * (y1 - y0) - shared
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.max(np.where(union > 0, shared / union, 0.0)))


def _overlap(one: Corners, other: Corners) -> float:
    if one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]:
        return 0.0
    shared = (min(one[2], other[2]) - max(one[0], other[0])) * (min(one[3], other[3]) - max(one[1], other[1]))
    union = _area(one) + _area(other) - shared
    return shared / union if union > 0 else 0.0


def _area(corners: Corners) -> float:
    return (corners[2] - corners[0]) * (corners[3] - corners[1])
