"""What a cell of the grid of outcomes is: a whole image, or a patch around one object."""

from __future__ import annotations

from typing import NamedTuple

from core.domain.geometry import Box
from core.domain.predictions import ObjectTable

CONTEXT = 0.20  # of an object's side, shown around it on each side
LEAST_SIDE = 24.0  # pixels of the image that a patch shows at least
LEAST_SHARE = 0.35  # of a patch's longer side that the shorter one is at least: a line of text is shown with its page


class CellKey(NamedTuple):
    """Names what is on a picture; `row` counts truths where `is_truth`, else predictions; -1 = the whole image."""

    image: int
    is_truth: bool = False
    row: int = -1

    @property
    def is_patch(self) -> bool:
        return self.row >= 0


def patch_box(table: ObjectTable, key: CellKey) -> Box:
    """The object with 20 % around it, within the image."""
    boxes = table.truth_boxes if key.is_truth else table.prediction_boxes
    x0, y0, x1, y1 = boxes[key.row].tolist()
    image = table.images[key.image]
    width, height = x1 - x0, y1 - y0
    least = max(LEAST_SIDE, max(width, height) * (1 + 2 * CONTEXT) * LEAST_SHARE)
    around_x = max(width * CONTEXT, (least - width) / 2)
    around_y = max(height * CONTEXT, (least - height) / 2)
    left, top = max(x0 - around_x, 0.0), max(y0 - around_y, 0.0)
    right, bottom = min(x1 + around_x, float(image.width)), min(y1 + around_y, float(image.height))
    # What lies outside the image altogether is shown as the nearest corner of it.
    left, top = min(left, max(right - 1.0, 0.0)), min(top, max(bottom - 1.0, 0.0))
    return Box(left, top, max(right, left + 1.0), max(bottom, top + 1.0))


def object_box(table: ObjectTable, key: CellKey) -> Box:
    boxes = table.truth_boxes if key.is_truth else table.prediction_boxes
    x0, y0, x1, y1 = boxes[key.row].tolist()
    return Box(x0, y0, x1, y1)
