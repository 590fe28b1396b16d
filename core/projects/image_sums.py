"""Sums over images whose facts are held as columns."""

from __future__ import annotations

import numpy as np

from core.domain.image_sums import ImageSums
from core.domain.projects import ImageState
from core.registry.stores.image_columns import STATES, ImageColumns


def sums_of(columns: ImageColumns) -> ImageSums:
    """Milliseconds for a million."""
    areas = columns.widths.astype(np.int64) * columns.heights
    known = np.flatnonzero(areas)
    least, most = (known[areas[known].argmin()], known[areas[known].argmax()]) if len(known) else (None, None)
    return ImageSums(
        n_images=len(columns),
        n_annotated=int(columns.is_annotated.sum()),
        n_annotations=int(columns.n_annotations.sum(dtype=np.int64)),
        n_bytes=int(columns.n_bytes.sum()),
        n_damaged=int((columns.states == STATES.index(ImageState.DAMAGED)).sum()),
        n_missing=int((columns.states == STATES.index(ImageState.MISSING)).sum()),
        least_pixels=_pixels(columns, least),
        most_pixels=_pixels(columns, most),
    )


def _pixels(columns: ImageColumns, at: np.intp | None) -> tuple[int, int]:
    return (0, 0) if at is None else (int(columns.widths[at]), int(columns.heights[at]))
