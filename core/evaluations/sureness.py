"""How sure the headlines of a version are: worked out from what its training predicted, and kept while Calque runs."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.domain.evaluation import BOXES, MASKS, EvaluationTable, group_word
from core.domain.ids import RunId, VersionId
from core.domain.metrics import (
    ACCURACY,
    BOX_THRESHOLD,
    EXACT_MATCH,
    LABEL_F1,
    MAP50,
    MAP50_95,
    MASK_THRESHOLD,
    MEAN_AP,
    MICRO_F1,
    TAG_F1,
)
from core.domain.snapshots import Split
from core.domain.studies import StudyEntry, StudyInfo, StudyKind
from core.domain.sureness import Sureness
from core.domain.thresholds import VersionThreshold
from core.evaluations.studies import StudyService
from core.metrics.bootstrap import CLASS_PRECISION, CLASS_RECALL, F1
from core.models.service import ModelService

_SHOWN = ((MAP50_95, "mAP50-95"), (MAP50, "mAP50"), (CLASS_PRECISION, "P"), (CLASS_RECALL, "R"))
_OF_LABELS = (
    (ACCURACY, "accuracy"),
    (LABEL_F1, "macro F1"),
    (MEAN_AP, "mean AP"),
    (TAG_F1, "macro F1"),
    (MICRO_F1, "micro F1"),
    (EXACT_MATCH, "exact match"),
)


class SurenessService:
    """May be used on any thread."""

    def __init__(self, studies: StudyService, models: ModelService) -> None:
        self._studies = studies
        self._models = models
        self._kept: dict[tuple[VersionId, float], tuple[Sureness, ...]] = {}
        self._lock = threading.Lock()

    def of_version(self, id: VersionId, check: Callable[[], None] = lambda: None) -> tuple[Sureness, ...]:
        """Of each set that its training measured and kept the predictions of; at the threshold of the version.

        Seconds for thousands of images; `check` is called now and then and may raise to give up. Raises NotFoundError,
        FormatError, StorageError.
        """
        threshold = self._models.threshold_of(id)
        key = (id, threshold.confidence)
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            infos = self._studies.list_studies(version=id)
            own = (info for info in infos if info.kind is StudyKind.TRAINING and info.has_truth and info.n_images)
            tables: dict[Split | None, EvaluationTable] = {t.split: t for t in self._models.get_details(id).tables}
            found = tuple(self._measure(info, threshold, tables.get(info.split), check) for info in own)
            with self._lock:
                if found:  # a version that is not published yet has none, for now
                    self._kept[key] = found
        return found

    def of_run(self, run: RunId, version: VersionId, check: Callable[[], None] = lambda: None) -> tuple[Sureness, ...]:
        """Of what the run itself measured: of the version that it made as `of_version`, of an evaluation its images,
        of others nothing. Raises as `of_version` does."""
        details = self._models.get_details(version)
        if details.version.run == run:
            return self.of_version(version, check)
        own = {item.set: item for item in details.evaluations if item.run == run and item.set is not None}
        studies = (info for info in self._studies.list_studies(run=run) if info.source.set in own)
        entries = (StudyEntry(info, own[info.source.set]) for info in studies if info.source.set is not None)
        return tuple(found for entry in entries if (found := self.of_entry(entry, check)) is not None)

    def of_entry(self, entry: StudyEntry, check: Callable[[], None] = lambda: None) -> Sureness | None:
        """Of one measurement of a version; None where nothing was measured. Raises as `of_version` does."""
        info, evaluation = entry.info, entry.evaluation
        if (
            evaluation is None
            or not entry.has_predictions
            or info.version is None
            or not info.has_truth
            or not info.n_images
        ):
            return None
        return self._measure(info, self._models.threshold_of(info.version), evaluation.table, check)

    def _measure(
        self, info: StudyInfo, threshold: VersionThreshold, table: EvaluationTable | None, check: Callable[[], None]
    ) -> Sureness:
        """`table` says at which confidence its precision and recall are."""
        check()
        name = MASK_THRESHOLD if info.has_masks else BOX_THRESHOLD
        at = None if table is None else table.overall.value(name)
        with self._studies.open(info.source, check=check) as study:
            measured = study.intervals(threshold.at(study.categories), table_confidence=at, check=check)
        assert info.split is not None  # something was measured on it
        of_labels = {title: measured[measure] for measure, title in _OF_LABELS if measure in measured}
        if of_labels:
            of_tags = MICRO_F1 in measured
            return Sureness(info.split, of_labels, threshold.confidence, info.n_images, of_tags)
        group = f"{group_word(MASKS if info.has_masks else BOXES)} "
        values = {f"{group}{title}": measured[name] for name, title in _SHOWN if name in measured}
        values["F1"] = measured[F1]
        return Sureness(info.split, values, threshold.confidence, info.n_images)
