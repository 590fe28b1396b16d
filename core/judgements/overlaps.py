"""Whether an object is there already: boxes of one class that lie on each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Corners = tuple[float, float, float, float]


def highest_overlap(corners: Corners, others: Sequence[Corners] | npt.NDArray[Any]) -> float:
    """The highest IoU of a box with others; 0 without any."""
    if not len(others):
        return 0.0
    x0, y0, x1, y1 = np.asarray(others, dtype=np.float64).T
    width = np.minimum(x1, corners[2]) - np.maximum(x0, corners[0])
    height = np.minimum(y1, corners[3]) - np.maximum(y0, corners[1])
    shared = np.maximum(width, 0.0) * np.maximum(height, 0.0)
    area = (corners[2] - corners[0]) * (corners[3] - corners[1])
    union = area + (x1 - x0) * (y1 - y0) - shared
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.max(np.where(union > 0, shared / union, 0.0)))
