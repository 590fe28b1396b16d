"""Labels that are likely wrong, from what a model predicted on them, until a person has said what is the matter.

What was reviewed is known by its image, kind, class and place, and is not asked about again, whatever version suspects
it next. Labels are never changed here: a wrong one has its image tagged.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from core import clock
from core.domain.changes import Changed
from core.domain.geometry import Box
from core.domain.ids import ProjectId
from core.domain.judgements import KIND_WORDS, LABEL_SUSPICIOUS, SAME_OBJECT_IOU, Candidate, Suspicion, Verdict
from core.domain.names import shown
from core.domain.studies import StudyInfo
from core.domain.suspicions import LabelSuspicion, SuspicionKind
from core.errors import RefusedError
from core.evaluation.files import text_cell
from core.evaluations.studies import StudyService
from core.evaluations.study import Study
from core.judgements.overlaps import Corners, highest_overlap
from core.judgements.steps import JudgingStep
from core.metrics.label_errors import find_label_errors
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import bulk_tags
from core.registry.stores import judgements as store
from core.registry.stores.annotation_steps import Step
from core.registry.stores.bulk_tags import TagChange
from core.registry.stores.image_files import paths_of
from core.registry.stores.judgements import Review

_KINDS = tuple(kind.value for kind in SuspicionKind)

Check = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Suspicions:
    """The likeliest first; `n_reviewed` and `n_elsewhere` were passed over."""

    found: tuple[Suspicion, ...]
    n_reviewed: int = 0
    n_elsewhere: int = 0  # on images that the project does not have, or that changed since


class SuspectingService:
    """Every method may be called on any thread."""

    def __init__(self, registry: Registry, studies: StudyService) -> None:
        self._registry = registry
        self._studies = studies

    def find(self, project: ProjectId, study: StudyInfo, *, check: Check = lambda: None) -> Suspicions:
        """Judged against the labels that the project has now. Raises RefusedError where nothing is annotated,
        FormatError, StorageError."""
        with self._studies.open(study.source, check=check) as opened:
            if not study.has_truth:
                raise RefusedError(
                    "These predictions were not compared with any labels.",
                    hint="Evaluate the version on these images, or choose other predictions.",
                )
            with self._studies.with_present_labels(opened, check=check) as present:
                check()
                ranked = find_label_errors(present.matcher)
                return self._unreviewed(project, present, ranked)

    def review(
        self, project: ProjectId, study: StudyInfo, suspicion: Suspicion, verdict: Verdict, note: str = ""
    ) -> Changed[JudgingStep]:
        """Keep a verdict. Where the label is wrong, its image gets the tag "label suspicious"; a note of a person's on
        such a tag stays."""
        now = clock.now()
        row = Review(
            int(suspicion.image),
            suspicion.kind.value,
            verdict.value,
            suspicion.category,
            suspicion.box,
            study.title,
            now,
            note.strip(),
        )
        with self._registry.write() as session:
            given = store.insert_reviews(session, [row])
            tags: tuple[TagChange, ...] = ()
            known = store.list_tags(session, [suspicion.image]).get(suspicion.image, ())
            has_words = any(one.tag == LABEL_SUSPICIOUS and one.note for one in known)  # a person's, perhaps
            if verdict is Verdict.WRONG and not has_words:
                words = f"{KIND_WORDS[suspicion.kind]}: {suspicion.category}"
                image = np.array([int(suspicion.image)], dtype=np.int64)
                gone = bulk_tags.take_tag(session, image, LABEL_SUSPICIOUS)
                came = bulk_tags.give_tag(session, project, image, LABEL_SUSPICIOUS, now, words)
                tags = (*gone, came)
            return Changed(JudgingStep(Step(project), given, tags=tags), noted(session))

    def as_csv(self, project: ProjectId, open_ones: Iterable[Suspicion] = ()) -> str:
        """A line for each verdict that was given, and each suspicion that waits for one."""
        with self._registry.read() as session:
            given = store.list_reviews(session, project, _KINDS)
            paths = paths_of(session, [review.image for review in given])
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(
            ("image", "suspicion", "class", "x0", "y0", "x1", "y1", "score", "verdict", "raised_by", "reviewed_at")
        )
        for one in open_ones:
            what = (text_cell(shown(one.path)), one.kind.value, text_cell(one.category))
            writer.writerow((*what, *_numbers(one.box), f"{one.score:.3f}"))
        for review in given:
            what = (text_cell(shown(paths.get(review.image, ""))), review.kind, text_cell(review.category))
            how = (review.verdict, text_cell(review.source), review.created_at.isoformat())
            writer.writerow((*what, *_numbers(review.box), "", *how))
        return lines.getvalue()

    def _unreviewed(self, project: ProjectId, study: Study, ranked: Iterable[LabelSuspicion]) -> Suspicions:
        with self._registry.read() as session:
            given = store.list_reviews(session, project, _KINDS)
        known: dict[tuple[int, str, str], list[Corners]] = defaultdict(list)
        for review in given:
            known[(review.image, review.kind, review.category)].append(_corners(review.box))
        first = np.searchsorted(study.table.prediction_images, np.arange(study.table.n_images))
        found: list[Suspicion] = []
        n_reviewed = n_elsewhere = 0
        for one in ranked:
            predicted, now = study.images[one.image], study.found[one.image]
            is_same = now is not None and (not predicted.sha256 or not now.sha256 or predicted.sha256 == now.sha256)
            if now is None or not is_same:
                n_elsewhere += 1
                continue
            category = study.categories[one.category]
            if highest_overlap(_corners(one.box), known[(int(now.id), one.kind.value, category)]) >= SAME_OBJECT_IOU:
                n_reviewed += 1
                continue
            candidate = None
            if one.prediction >= 0:
                table, row = study.table, one.prediction
                candidate = Candidate(
                    image=now.id,
                    path=predicted.key,
                    place=one.image,
                    number=row - int(first[one.image]),
                    category=study.categories[int(table.prediction_categories[row])],
                    confidence=float(table.confidences[row]),
                    box=Box(*table.prediction_boxes[row].tolist()),
                )
            found.append(Suspicion(now.id, predicted.key, one.kind, category, one.box, one.score, one.text, candidate))
        return Suspicions(tuple(found), n_reviewed, n_elsewhere)


def _corners(box: Box) -> Corners:
    return box.x0, box.y0, box.x1, box.y1


def _numbers(box: Box) -> tuple[str, ...]:
    return tuple(f"{value:.1f}" for value in _corners(box))
