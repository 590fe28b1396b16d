"""The numbers of one split by COCO's protocol, equal to pycocotools to 1e-6.

IoU 0.50 to 0.95 in steps of 0.05, 101 recall levels, all object sizes. `max_detections` is per image *and class*
(COCO's own is 100; pages with more lines than that need more), and the table records it. Precision, recall and their
confidence threshold are at IoU 0.50, where the F1 of the row is highest; the row of all classes has one threshold,
where the mean F1 over the classes is highest, and the means of precision and recall there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from core.domain.evaluation import Setting
from core.domain.geometry import Box, Polygon, bounds_of
from core.domain.snapshots import SnapshotObject
from core.metrics import masks, rotated
from core.metrics.average_precision import (
    OperatingPoint,
    Ranking,
    average_precision,
    best_f1,
    best_mean_f1,
    highest_recall,
)
from core.metrics.matching import IOU_THRESHOLDS, Floats, Pairs, box_pairs, joined, match
from core.metrics.pixels import PIXEL_CONFIDENCE, PixelCounter, PixelScores

DEFAULT_MAX_DETECTIONS = 300
COCO_SETTINGS: Mapping[str, Setting] = {"iou_thresholds": tuple(round(float(v), 2) for v in IOU_THRESHOLDS)}


class Prediction(Protocol):
    """What is measured; `core.workers.api.PredictedObject` is one."""

    @property
    def category(self) -> int: ...
    @property
    def confidence(self) -> float: ...
    @property
    def box(self) -> Box: ...
    @property
    def polygon(self) -> Polygon | None: ...
    @property
    def mask(self) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class EvalImage:
    """One image's ground truth and predictions, in pixels of the upright image of `width` x `height`."""

    width: int
    height: int
    truths: Sequence[SnapshotObject]
    predictions: Sequence[Prediction]


@dataclass(frozen=True, slots=True)
class CocoScores:
    """Per class: AP and highest recall at each threshold, NaN in the rows of classes without an instance."""

    ap: Floats  # (classes, thresholds)
    recall: Floats  # (classes, thresholds)
    points: tuple[OperatingPoint, ...]
    overall: OperatingPoint

    @property
    def is_measured(self) -> bool:
        return bool(np.isfinite(self.ap).any())

    def mean_ap(self, category: int | None = None) -> float | None:
        """Over the thresholds, of one class or, with None, over the classes that could be measured as well."""
        return _mean(self.ap[_which(category)])

    def mean_ap_at(self, threshold_index: int, category: int | None = None) -> float | None:
        return _mean(self.ap[_which(category), threshold_index])

    def mean_recall(self, category: int | None = None) -> float | None:
        return _mean(self.recall[_which(category)])

    def point(self, category: int | None = None) -> OperatingPoint:
        """Where F1 is highest, of one class or of all together."""
        return self.overall if category is None else self.points[category]


@dataclass(frozen=True, slots=True)
class Scored:
    """Everything measured on one split."""

    n_images: int
    images_with: tuple[int, ...]  # per class, images with an instance of it
    instances: tuple[int, ...]  # per class, crowd regions left out
    n_unusable: int  # predictions whose confidence or box is not a number
    boxes: CocoScores
    masks: CocoScores | None
    pixels: PixelScores | None = None  # where there are masks


def score(
    n_categories: int,
    images: Iterable[EvalImage],
    *,
    has_masks: bool,
    is_oriented: bool = False,
    max_detections: int = DEFAULT_MAX_DETECTIONS,
) -> Scored:
    """The numbers behind the table. `images` is walked once, so it can be a generator that predicts as it goes.
    `is_oriented`: boxes are compared as they are turned, by their outlines."""
    rows = _Rows(n_categories, has_masks, is_oriented, max_detections)
    for image in images:
        rows.add(image)
    boxes, mask_scores = rows.scores()
    return Scored(
        rows.n_images,
        tuple(rows.images_with[k] for k in range(n_categories)),
        tuple(rows.instances[k] for k in range(n_categories)),
        rows.n_unusable,
        boxes,
        mask_scores,
        rows.pixels.scores() if has_masks else None,
    )


@dataclass(slots=True)
class _Rows:
    """Collects objects as flat rows, sorted as `core.metrics.matching` wants them. Masks are compared at once and
    dropped, so that memory does not grow with their number."""

    n_categories: int
    has_masks: bool
    is_oriented: bool
    max_detections: int
    n_images: int = 0
    n_unusable: int = 0
    images_with: Counter[int] = field(default_factory=Counter)
    instances: Counter[int] = field(default_factory=Counter)
    predicted_groups: list[int] = field(default_factory=list)
    predicted_boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    truth_groups: list[int] = field(default_factory=list)
    truth_boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    is_crowd: list[bool] = field(default_factory=list)
    mask_pairs: list[Pairs] = field(default_factory=list)
    oriented_pairs: list[Pairs] = field(default_factory=list)
    pixels: PixelCounter = field(init=False)

    def __post_init__(self) -> None:
        self.pixels = PixelCounter(self.n_categories)

    def add(self, image: EvalImage) -> None:
        truths = sorted(image.truths, key=lambda t: t.category)
        predictions = self._kept(image.predictions)
        if self.has_masks:
            self._add_mask_pairs(image, truths, predictions)
        if self.is_oriented:
            self._add_oriented_pairs(image, truths, predictions)
        base = self.n_images * self.n_categories
        for truth in truths:
            self.truth_groups.append(base + truth.category)
            self.truth_boxes.append(_xywh(bounds_of(truth.geometry, image.width, image.height)))
            self.is_crowd.append(truth.is_crowd)
        for prediction in predictions:
            self.predicted_groups.append(base + prediction.category)
            self.predicted_boxes.append(_xywh(prediction.box))
            self.confidences.append(prediction.confidence)
        objects = Counter(t.category for t in truths if not t.is_crowd)
        self.instances.update(objects)
        self.images_with.update(objects.keys())
        self.n_images += 1

    def _kept(self, predictions: Sequence[Prediction]) -> list[Prediction]:
        """By category, then falling confidence; the first `max_detections` of each category."""
        usable = [p for p in predictions if _is_usable(p)]
        self.n_unusable += len(predictions) - len(usable)
        usable.sort(key=lambda p: (p.category, -p.confidence))
        seen: Counter[int] = Counter()
        kept = []
        for prediction in usable:
            seen[prediction.category] += 1
            if seen[prediction.category] <= self.max_detections:
                kept.append(prediction)
        return kept

    def _add_mask_pairs(
        self, image: EvalImage, truths: Sequence[SnapshotObject], predictions: Sequence[Prediction]
    ) -> None:
        n_predicted, n_truths = len(self.predicted_groups), len(self.truth_groups)
        for category in sorted({t.category for t in truths} | {p.category for p in predictions}):
            rows = [i for i, p in enumerate(predictions) if p.category == category]
            columns = [i for i, t in enumerate(truths) if t.category == category]
            found = [_mask_of(predictions[i], image) for i in rows]
            wanted = [masks.encode(truths[i].geometry, image.width, image.height) for i in columns]
            is_crowd = [truths[i].is_crowd for i in columns]
            self.pixels.add(
                category,
                [mask for i, mask in zip(rows, found, strict=True) if predictions[i].confidence >= PIXEL_CONFIDENCE],
                [mask for mask, flag in zip(wanted, is_crowd, strict=True) if not flag],
                [mask for mask, flag in zip(wanted, is_crowd, strict=True) if flag],
            )
            iou = masks.iou(found, wanted, is_crowd)
            row, column = np.nonzero(iou >= IOU_THRESHOLDS[0])
            at = np.asarray(rows, np.int64)[row] + n_predicted, np.asarray(columns, np.int64)[column] + n_truths
            self.mask_pairs.append(Pairs(*at, iou[row, column]))

    def _add_oriented_pairs(
        self, image: EvalImage, truths: Sequence[SnapshotObject], predictions: Sequence[Prediction]
    ) -> None:
        size = image.width, image.height
        found = rotated.close_pairs(
            rotated.quads_of([p.polygon or p.box for p in predictions], *size),
            rotated.quads_of([t.geometry for t in truths], *size),
            [t.is_crowd for t in truths],
            minimum=float(IOU_THRESHOLDS[0]),
        )
        classes, theirs = _classes(predictions), _classes(truths)
        kept = np.flatnonzero(classes[found.prediction] == theirs[found.truth])
        self.oriented_pairs.append(
            Pairs(
                found.prediction[kept] + len(self.predicted_groups),
                found.truth[kept] + len(self.truth_groups),
                found.iou[kept],
            )
        )

    def scores(self) -> tuple[CocoScores, CocoScores | None]:
        is_crowd = np.asarray(self.is_crowd, dtype=np.bool_)
        pairs = joined(self.oriented_pairs) if self.is_oriented else self._box_pairs(is_crowd)
        boxes = self._scores_of(pairs, is_crowd)
        return boxes, self._scores_of(joined(self.mask_pairs), is_crowd) if self.has_masks else None

    def _box_pairs(self, is_crowd: np.ndarray[Any, np.dtype[np.bool_]]) -> Pairs:
        return box_pairs(
            np.asarray(self.predicted_groups, dtype=np.int64),
            np.asarray(self.predicted_boxes, dtype=np.float64).reshape(-1, 4),
            np.asarray(self.truth_groups, dtype=np.int64),
            np.asarray(self.truth_boxes, dtype=np.float64).reshape(-1, 4),
            is_crowd,
        )

    def _scores_of(self, pairs: Pairs, is_crowd: np.ndarray[Any, np.dtype[np.bool_]]) -> CocoScores:
        matches = match(pairs, len(self.confidences), is_crowd)
        is_right, is_wrong = matches.is_right, matches.is_wrong
        categories = np.asarray(self.predicted_groups, dtype=np.int64) % max(1, self.n_categories)
        confidences = np.asarray(self.confidences, dtype=np.float64)
        shape = (self.n_categories, len(IOU_THRESHOLDS))
        ap, recall = np.full(shape, np.nan), np.full(shape, np.nan)
        points, rankings = [OperatingPoint(None, None, None)] * self.n_categories, []
        for category in range(self.n_categories):
            if not self.instances[category]:
                continue
            mine = np.flatnonzero(categories == category)
            ranking = Ranking.of(confidences[mine], is_right[:, mine], is_wrong[:, mine], self.instances[category])
            ap[category], recall[category] = average_precision(ranking), highest_recall(ranking)
            points[category] = best_f1(ranking)
            rankings.append(ranking)
        return CocoScores(ap, recall, tuple(points), best_mean_f1(rankings))


def _mask_of(prediction: Prediction, image: EvalImage) -> masks.Rle:
    if prediction.mask is not None:
        return prediction.mask
    return masks.encode(prediction.polygon or prediction.box, image.width, image.height)


def _classes(objects: Sequence[Prediction] | Sequence[SnapshotObject]) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array([item.category for item in objects], dtype=np.int64)


def _is_usable(prediction: Prediction) -> bool:
    box = prediction.box
    # One test for five numbers: a sum is finite only when all its terms are.
    return math.isfinite(prediction.confidence + box.x0 + box.y0 + box.x1 + box.y1)


def _xywh(box: Box) -> tuple[float, float, float, float]:
    return (box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0)


def _which(category: int | None) -> slice:
    return slice(None) if category is None else slice(category, category + 1)


def _mean(values: Floats) -> float | None:
    measured = values[np.isfinite(values)]
    return float(measured.mean()) if len(measured) else None
