"""Whether a project's outlines are lines of text beside each other and nothing else: for them the method that gives
every pixel a class measured best on few pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.geometry import Box
from core.training.draft.pages_or_things import pages_by_shapes

BY_PIXELS = "doc-ufcn"
"""The worker."""

BY_PIXELS_WORDS = (
    "They are lines of text beside each other: on few pages a class for every pixel outlined such lines best. On "
    "pages18c: test mask mAP50-95 0.701 after 141 s of CPU, the YOLO segmenter from its starter 0.427 after 111 s."
)
"""`packaging/compare_page_segmenters.py` measures it; the guide tells it (docs/guide/page-segmentation.md)."""

MOST_LINES = 60  # on a page, on average: with more of them one is a few pixels high at the size that is proposed
NESTED, INSIDE = 0.02, 0.8
"""A pixel has one class. So few of the shapes may hold another, of which so much lies in it."""


def are_plain_lines(images: Sequence[Sequence[Box]]) -> bool:
    """`images` are the boxes of each, as a sample tells."""
    with_boxes = [boxes for boxes in images if boxes]
    n_boxes = sum(map(len, with_boxes))
    if not n_boxes or n_boxes > MOST_LINES * len(with_boxes) or not pages_by_shapes(with_boxes):
        return False
    n_holding = sum(any(_holds(box, other) for other in boxes) for boxes in with_boxes for box in boxes)
    return n_holding <= NESTED * n_boxes


def _holds(outer: Box, inner: Box) -> bool:
    if outer is inner or inner.area >= outer.area:
        return False
    across = min(outer.x1, inner.x1) - max(outer.x0, inner.x0)
    down = min(outer.y1, inner.y1) - max(outer.y0, inner.y0)
    return across > 0 and down > 0 and across * down >= INSIDE * inner.area
