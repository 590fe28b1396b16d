"""One set of predictions, laid open: every number and every outcome of it, computed once and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar, cast

import numpy as np

from core.domain.analysis import (
    Calibration,
    CocoSummary,
    ErrorCost,
    Histogram,
    MeasuredValue,
    PrecisionRecall,
    ThresholdCurves,
)
from core.domain.ids import ImageId
from core.domain.outcomes import ConfusionMatrix, ImageScores, Outcomes, Thresholds
from core.domain.predictions import ImageRecord, MaskPairs, ObjectTable, PredictedImage
from core.domain.snapshots import SnapshotObject
from core.domain.studies import NoteKind, StudyInfo, StudyNote
from core.evaluations.kept_intervals import KeptIntervals
from core.metrics import curves as drawing
from core.metrics.bootstrap import N_RESAMPLES, Resampled, Weighted, intervals
from core.metrics.classification import AveragePrecision
from core.metrics.coco_summary import coco_summary
from core.metrics.curves import DEFAULT_IOU, N_BINS
from core.metrics.label_bootstrap import resampled
from core.metrics.label_table import label_table
from core.metrics.match_table import MatchTable, match_table
from core.metrics.outcomes import Matcher, confusion_matrix, image_scores
from core.metrics.tide import error_costs
from core.packs.reading import Pack

T = TypeVar("T")

_MOST_KEPT = 24  # values at different thresholds, of whatever kind
_STAYS = ("matcher", "matches")


@dataclass(frozen=True, slots=True)
class ProjectImage:
    """What the project says of an image today."""

    id: ImageId
    sha256: str
    width: int
    height: int
    white: int = 0


class Labels:
    """Ground truth that takes the place of the pack's, image by image, in the pack's order."""

    def __init__(self, truths: Sequence[tuple[SnapshotObject, ...]], pairs: Sequence[MaskPairs] | None = None) -> None:
        self.truths = truths
        self.pairs = pairs


class Study:
    """Made by StudyService. May be used on any thread, which waits for its turn. Close it, or use it as a context."""

    def __init__(
        self,
        info: StudyInfo,
        pack: Pack,
        table: ObjectTable,
        *,
        notes: Sequence[StudyNote] = (),
        root: Path | None = None,
        found: Sequence[ProjectImage | None] = (),
        labels: Labels | None = None,
        kept: KeptIntervals | None = None,
        owner: str = "",
    ) -> None:
        """`root` is the project's folder and `found` what the project says of each image. `kept` holds the intervals
        that were worked out before under the name `owner`."""
        self.info = info
        self.table = table
        self.notes = tuple(notes)
        self.root = root
        self.found = tuple(found) or (None,) * table.n_images
        self._pack = pack
        self._labels = labels
        self._kept_intervals = kept if owner else None
        self._owner = owner
        self._lock = threading.RLock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def __enter__(self) -> Study:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """What was computed stays; no image can be read any more."""
        with self._lock:
            self._pack.close()

    @property
    def images(self) -> tuple[PredictedImage, ...]:
        return self.table.images

    @property
    def categories(self) -> tuple[str, ...]:
        return self.table.categories

    @property
    def has_present_labels(self) -> bool:
        """Measured against the labels of today, not those of then."""
        return self._labels is not None

    @property
    def pack(self) -> Pack:
        """What was stored, whatever labels it is looked at with."""
        return self._pack

    def has_note(self, kind: NoteKind) -> bool:
        return any(note.kind is kind for note in self.notes)

    def record(self, index: int) -> ImageRecord:
        """The image's objects with every shape, in the order of the table's rows. Raises FormatError, StorageError."""
        with self._lock:
            stored = self._pack.read(index)
        return self._as_labelled(stored, index)

    def measured_record(self, index: int) -> ImageRecord:
        """As `record`; of labels with how sure the model is of every class, which measuring needs."""
        with self._lock:
            stored = self._pack.read_all(index)
        return self._as_labelled(stored, index)

    def _as_labelled(self, stored: ImageRecord, index: int) -> ImageRecord:
        if self._labels is None:
            return stored
        truths = self._labels.truths[index]
        pairs = None if self._labels.pairs is None else self._labels.pairs[index]
        return replace(stored, image=self.images[index], truths=truths, mask_pairs=pairs)

    # What became of each object

    @property
    def matcher(self) -> Matcher:
        return self._once("matcher", lambda: Matcher(self.table))

    def outcomes(self, thresholds: Thresholds) -> Outcomes:
        return self._once(("outcomes", *_key(thresholds)), lambda: self.matcher.at(thresholds))

    def scores(self, thresholds: Thresholds) -> ImageScores:
        """A row an image."""
        return self._once(("scores", *_key(thresholds)), lambda: image_scores(self.table, self.outcomes(thresholds)))

    def matrix(self, thresholds: Thresholds) -> ConfusionMatrix:
        return self._once(
            ("matrix", *_key(thresholds)), lambda: confusion_matrix(self.table, self.outcomes(thresholds))
        )

    # Curves and histograms

    def curves(self, iou: float = DEFAULT_IOU) -> ThresholdCurves:
        return self._once(("curves", iou), lambda: drawing.threshold_curves(self.matcher, iou))

    def precision_recall(self, iou: float = DEFAULT_IOU) -> PrecisionRecall:
        return self._once(("precision-recall", iou), lambda: self._precision_recall(iou))

    def _precision_recall(self, iou: float) -> PrecisionRecall:
        """Of labels with their table's own AP, which is not read at levels of recall."""
        found = drawing.precision_recall(self.matcher, iou)
        if not self.table.labels or self.table.is_exclusive:
            return found
        ap = AveragePrecision(label_table(self.table)).values()
        mean = np.nanmean(ap) if np.isfinite(ap).any() else np.nan
        return replace(found, ap=np.concatenate([[mean], ap]))

    def score_histogram(self, thresholds: Thresholds, n_bins: int = N_BINS) -> Histogram:
        return self._once(
            ("scores of objects", n_bins, *_key(thresholds)),
            lambda: drawing.score_histogram(self.table, self.outcomes(thresholds), n_bins),
        )

    def iou_histogram(self, thresholds: Thresholds, n_bins: int = N_BINS) -> Histogram:
        return self._once(
            ("ious", n_bins, *_key(thresholds)), lambda: drawing.iou_histogram(self.outcomes(thresholds), n_bins)
        )

    def calibration(self, iou: float = DEFAULT_IOU, *, confidence: float = 0.0) -> Calibration:
        return self._once(
            ("calibration", iou, confidence), lambda: drawing.calibration(self.matcher, iou, confidence=confidence)
        )

    # Numbers of the whole

    @property
    def matches(self) -> MatchTable:
        """COCO's matching at all its overlaps and areas, kept."""
        return self._once("matches", lambda: match_table(self.table))

    def coco(self) -> CocoSummary:
        """What COCO's own evaluation prints, of all classes and of each."""
        return self._once("coco", lambda: coco_summary(self.matches))

    def errors(self, confidence: float = 0.0) -> tuple[ErrorCost, ...]:
        """TIDE's six errors among predictions from `confidence` up, and the AP50 that each costs."""
        return self._once(("errors", confidence), lambda: error_costs(self.matcher, confidence))

    def weighted(self, thresholds: Thresholds, table_confidence: float | None = None) -> Resampled:
        """The headlines, ready to be drawn again and again from the images: for intervals and comparisons. With
        `table_confidence` also the precision and recall that a table states there, the means over its classes."""
        return self._once(
            ("weighted", table_confidence, *_key(thresholds)),
            lambda: (
                resampled(self.table, self.scores(thresholds), thresholds)
                if self.table.labels
                else Weighted(self.matches, self.scores(thresholds), table_confidence=table_confidence)
            ),
        )

    def intervals(
        self,
        thresholds: Thresholds,
        *,
        table_confidence: float | None = None,
        n_resamples: int = N_RESAMPLES,
        check: Callable[[], None] = lambda: None,
    ) -> Mapping[str, MeasuredValue]:
        """Each headline by its name (mAP50, mAP50-95; precision, recall and F1 at `thresholds`; of labels those of
        their tables) with the interval in
        which it lies with 95 %. Seconds for thousands of images; `check` may raise to give up."""
        question = ("intervals", table_confidence, n_resamples, *_key(thresholds))

        def work_out() -> Mapping[str, MeasuredValue]:
            known = None if self._kept_intervals is None else self._kept_intervals.find(self._owner, question)
            if known is not None:
                return known
            found = intervals(self.weighted(thresholds, table_confidence), n_resamples=n_resamples, check=check)
            if self._kept_intervals is not None:
                self._kept_intervals.keep(self._owner, question, found)
            return found

        return self._once(question, work_out)

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """One at a time; what matching is made from stays, of the rest the values that were asked for last."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])
            made = make()
            self._kept[key] = made
            while len(self._kept) > _MOST_KEPT:
                oldest = next(name for name in self._kept if name not in _STAYS)
                del self._kept[oldest]
            return made


def _key(thresholds: Thresholds) -> tuple[Hashable, ...]:
    by_category = tuple(sorted(thresholds.by_category.items()))
    return (thresholds.confidence, thresholds.iou, thresholds.is_class_aware, by_category)
