"""Tables of COCO's measures, made by hand."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.evaluation import MAX_DETECTIONS, Evaluation, EvaluationRow, EvaluationTable, evaluation_id
from core.domain.metrics import BOX_MEASURES, MASK_MEASURES, coco_protocol
from core.domain.models import ModelVersion
from core.domain.snapshots import Split
from core.tasks.detection import DETECTION
from core.tasks.segmentation import SEGMENTATION


def coco_row(
    category: str | None,
    n_images: int,
    n_instances: int,
    precision: float | None,
    recall: float | None,
    map50: float | None,
    map50_95: float | None,
    threshold: float | None = None,
    mask_precision: float | None = None,
    mask_recall: float | None = None,
    mask_map50: float | None = None,
    mask_map50_95: float | None = None,
    mask_threshold: float | None = None,
) -> EvaluationRow:
    """A table of boxes takes no notice of measures of masks."""
    boxes = (precision, recall, map50, map50_95, threshold)
    masks = (mask_precision, mask_recall, mask_map50, mask_map50_95, mask_threshold)
    values = {
        measure.name: value for measure, value in zip((*BOX_MEASURES, *MASK_MEASURES), (*boxes, *masks), strict=True)
    }
    return EvaluationRow(category, n_images, n_instances, values)


def coco_table(
    split: Split,
    rows: Iterable[EvaluationRow],
    has_masks: bool = False,
    max_detections: int = 300,
    notes: tuple[str, ...] = (),
) -> EvaluationTable:
    measures = (*BOX_MEASURES, *MASK_MEASURES) if has_masks else BOX_MEASURES
    full = (
        EvaluationRow(
            row.category, row.n_images, row.n_instances, {measure.name: row.value(measure.name) for measure in measures}
        )
        for row in rows
    )
    headline = (SEGMENTATION if has_masks else DETECTION).headline
    settings = {MAX_DETECTIONS: max_detections}
    return EvaluationTable(split, tuple(full), measures, settings, headline, coco_protocol(max_detections), notes)


def evaluation_of(version: ModelVersion, table: EvaluationTable) -> Evaluation:
    """As the run that made the version would have measured it."""
    id = evaluation_id(version.run or version.id, table.split)
    return Evaluation(id, version.run, version.id, version.snapshot, version.created_at, table)
