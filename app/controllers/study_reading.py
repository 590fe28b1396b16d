"""Reading studies on a pool thread: what the page needs of one, and of a second one of the same images."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.domain.names import shown
from core.domain.outcomes import Thresholds
from core.domain.predictions import Integers, ObjectTable
from core.domain.studies import StudyInfo, StudySource
from core.domain.thresholds import USUAL_CONFIDENCE, VersionThreshold

if TYPE_CHECKING:  # SQLAlchemy comes with them, which the window's first paint must not wait for
    from core.evaluations.studies import StudyService
    from core.evaluations.study import Study
    from core.metrics.listing import Lister
    from core.models.service import ModelService

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class OpenedStudy:
    study: Study
    lister: Lister
    threshold: VersionThreshold | None
    worker: str
    optimum: float | None
    others: tuple[StudyInfo, ...]  # of the same version
    rivals: tuple[StudyInfo, ...]  # of other versions of the same project

    @property
    def best_by_category(self) -> dict[int, float]:
        """Where F1 of each class is highest, as far as it is known; by index."""
        names = self.study.categories
        if self.threshold is not None:
            known = self.threshold.best_by_category
            return {place: known[name] for place, name in enumerate(names) if name in known}
        if not self.study.table.n_truths:
            return {}
        return {place: best for place, best in enumerate(self.study.curves().best[1:].tolist()) if not math.isnan(best)}

    @property
    def thresholds(self) -> Thresholds:
        """Those to begin with: the version's own, wherever it predicts."""
        if self.threshold is not None:
            return self.threshold.at(self.study.categories)
        return Thresholds(USUAL_CONFIDENCE if self.optimum is None else self.optimum)


@dataclass(frozen=True, slots=True)
class SecondStudy:
    """`table` has the images of the first study in its order; `rows` are their places in the second one's own."""

    study: Study
    table: ObjectTable
    lister: Lister  # of both
    rows: tuple[int, ...]
    confidence: float | None


def read_study(studies: StudyService, models: ModelService, source: StudySource, check: Check) -> OpenedStudy:
    """Raises what `StudyService.open` raises, and what `check` does."""
    from core.metrics.listing import Lister

    study = studies.open(source, check=check)
    try:
        threshold, worker = None, ""
        if study.info.version is not None:
            version = models.get_version(study.info.version)
            worker = " ".join(part for part in (version.worker, version.worker_version) if part)
            threshold = models.threshold_of(version.id)
        lister = Lister(study.matcher)
        optimum = threshold.best if threshold is not None else None
        others, rivals = _others(studies, study.info)
        check()
        return OpenedStudy(
            study, lister, threshold, worker, _best_of(study) if optimum is None else optimum, others, rivals
        )
    except BaseException:
        study.close()
        raise


def with_present_labels(studies: StudyService, opened: OpenedStudy, check: Check) -> OpenedStudy:
    """Raises as `StudyService.with_present_labels` does."""
    from core.metrics.listing import Lister

    study = studies.with_present_labels(opened.study, check=check)
    optimum = opened.optimum if opened.threshold is not None else _best_of(study)
    return replace(opened, study=study, lister=Lister(study.matcher), optimum=optimum)


def read_second(
    studies: StudyService, models: ModelService, first: Study, source: StudySource, check: Check
) -> SecondStudy:
    """Raises RefusedError where it did not predict all of these images, and as `read_study` does."""
    from core.metrics.aligning import find_images, reordered
    from core.metrics.listing import Lister
    from core.metrics.outcomes import Matcher

    second = studies.open(source, check=check)
    try:
        rows = find_images(first.images, second.images)
        _require_all(rows, second.info)
        table = reordered(second.table, rows.tolist())
        lister = Lister(first.matcher, Matcher(table))
        version = second.info.version
        confidence = _best_of(second) if version is None else models.threshold_of(version).confidence
        check()
        return SecondStudy(second, table, lister, tuple(rows.tolist()), confidence)
    except BaseException:
        second.close()
        raise


def _others(studies: StudyService, info: StudyInfo) -> tuple[tuple[StudyInfo, ...], tuple[StudyInfo, ...]]:
    own = studies.list_studies(version=info.version) if info.version is not None else (info,)
    every = studies.list_studies(project=info.project) if info.project is not None else own
    rivals = [one for one in every if one.source != info.source]
    return own, tuple(one for one in rivals if one.split is info.split or None in (one.split, info.split))


def _require_all(rows: Integers, second: StudyInfo) -> None:
    from core.errors import RefusedError

    n_missing = int((rows < 0).sum())
    if n_missing:
        raise RefusedError(
            f"{shown(second.title)} predicted only {len(rows) - n_missing} of these {len(rows)} images.",
            hint="Evaluate it on the same images to compare the two.",
        )


def _best_of(study: Study) -> float | None:
    """Where F1 is highest on these very images; None where nothing is right."""
    if not study.table.n_truths:
        return None
    best = float(study.curves().best[0])
    return None if math.isnan(best) else best
