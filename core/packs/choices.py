"""A pack as it is judged, accepted and exported: of labels that exclude each other only the surest of each region.

Packs of labels hold how sure the model is of every class; measuring needs them all. What was said of a region is less:
one class of a classifier, of a tagger each class from its threshold on, which whoever reads applies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.domain.predictions import ImageRecord, Integers, ObjectTable
from core.metrics.label_table import choices, paired
from core.packs.reading import Pack


class ChosenPack(Pack):
    """Of labels; rows of its table and of its records are the same. `n_predictions` of its images stay those of the
    file."""

    def read(self, index: int) -> ImageRecord:
        record = super().read(index)
        return replace(record, predictions=tuple(record.predictions[row] for row in self._rows(record).tolist()))

    def table(self, check: Callable[[], None] = lambda: None) -> ObjectTable:
        return self.paired(self._chosen(super().table(check)))

    def paired(self, table: ObjectTable) -> ObjectTable:
        """Another ground truth stands beside these predictions: what can be matched with what."""
        return paired(table, is_exclusive=self.header.is_exclusive)

    def _chosen(self, table: ObjectTable) -> ObjectTable:
        if not self.header.is_exclusive:
            return table
        rows = choices(table.prediction_images, table.prediction_boxes, table.prediction_categories, table.confidences)
        return replace(
            table,
            prediction_images=table.prediction_images[rows],
            prediction_categories=table.prediction_categories[rows],
            confidences=table.confidences[rows],
            prediction_boxes=table.prediction_boxes[rows],
            prediction_areas=table.prediction_areas[rows],
        )

    def _rows(self, record: ImageRecord) -> Integers:
        found = record.predictions
        if not self.header.is_exclusive:
            return np.arange(len(found))
        boxes = np.array([(o.box.x0, o.box.y0, o.box.x1, o.box.y1) for o in found], dtype=np.float64).reshape(-1, 4)
        return choices(
            np.zeros(len(found), dtype=np.int64),
            boxes,
            np.array([one.category for one in found], dtype=np.int64),
            np.array([one.confidence for one in found], dtype=np.float64),
        )


def read_choices(path: Path) -> Pack:
    """Of a pack of other predictions, the pack itself. Raises as `Pack` does."""
    pack = Pack(path)
    if not pack.header.labels:
        return pack
    pack.close()
    return ChosenPack(path)
