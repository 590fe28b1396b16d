"""Predictions become annotations, one by one or all above a confidence: never ground truth, always with their source.

What an image has already is not added again, and what a person rejected is not asked for again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core import clock
from core.domain.changes import Changed
from core.domain.geometry import Box, Geometry, Polygon, bounds_of
from core.domain.ids import AnnotationId, CategoryId, ImageId, ProjectId
from core.domain.judgements import (
    SAME_OBJECT_IOU,
    Candidate,
    Correction,
    ModelAnnotation,
    Verdict,
)
from core.domain.predictions import Integers, ObjectTable, PredictedImage
from core.domain.studies import StudyInfo
from core.errors import RefusedError
from core.evaluations.sources import Sources
from core.judgements.overlaps import Corners, highest_overlap
from core.judgements.steps import Judged, JudgingStep, take_back
from core.packs.choices import read_choices
from core.progress import IsCancelled, Progress, never_cancelled, no_progress
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import judgements as reviews
from core.registry.stores import model_annotations as store
from core.registry.stores.annotation_steps import Step, digest_of
from core.registry.stores.categories import get_facts, refuse_while_frozen
from core.registry.stores.driver import cursor_of
from core.registry.stores.image_files import ImageFact, facts_of
from core.registry.stores.judgements import Review
from core.registry.stores.model_annotations import Known, NewModelAnnotation
from core.registry.stores.projects import add_categories
from core.registry.stores.selections import list_classes

PREDICTION = "prediction"
"""The kind of a review that rejected a prediction."""

AGREEING_IOU = 0.5
"""A prediction that overlaps an annotated object of its class so much only repeats it: nobody is asked about it."""

LEAST_CONFIDENCE = 0.25
"""From where on predictions are worth being asked about when nothing else is said."""

_AS_IT_IS = Correction()

Check = Callable[[], None]
"""Called now and then; what it raises ends the work."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Predictions that nobody judged yet, the least confident first, and how many were passed over."""

    candidates: tuple[Candidate, ...]
    n_agreeing: int = 0  # lie on annotated objects of their class
    n_judged: int = 0  # were accepted or rejected before
    n_elsewhere: int = 0  # on images that the project does not have, or that changed since


@dataclass(frozen=True, slots=True)
class _There:
    """What is on an image already: by class, the boxes as `highest_overlap` takes them."""

    truth: dict[str, Any] = field(default_factory=lambda: defaultdict(list))
    accepted: dict[str, Any] = field(default_factory=lambda: defaultdict(list))
    rejected: dict[str, Any] = field(default_factory=lambda: defaultdict(list))

    def settle(self) -> None:
        """Nothing is added any more: as arrays they are looked at many times faster."""
        for boxes in (self.truth, self.accepted, self.rejected):
            for name, corners in boxes.items():
                boxes[name] = np.array(corners, dtype=np.float64)


class AcceptingService:
    """Every method may be called on any thread."""

    def __init__(self, registry: Registry, sources: Sources) -> None:
        self._registry = registry
        self._sources = sources

    # Reading

    def queue(
        self,
        project: ProjectId,
        study: StudyInfo,
        least: float = LEAST_CONFIDENCE,
        *,
        check: Check = lambda: None,
    ) -> Queue:
        """The predictions from the confidence `least` up that are to be judged. Raises FormatError, StorageError."""
        with read_choices(self._sources.locate(study.source).path) as pack:
            table = pack.table(check)
        with self._registry.read() as session:
            facts = facts_of(session, project, (image.key for image in table.images))
            there = _what_is_there(session, project, facts.values(), of_whole_images=table.labels)
        for one in there.values():
            one.settle()
        found: list[Candidate] = []
        n_agreeing = n_judged = n_elsewhere = 0
        for candidate, image in _candidates(table, np.flatnonzero(table.confidences >= least), facts):
            check()
            if candidate is None or not _is_same(image, facts[image.key]):
                n_elsewhere += 1
                continue
            known, corners = there.get(int(candidate.image)), _corners(candidate.box)
            if known is None:
                found.append(candidate)
            elif highest_overlap(corners, known.truth[candidate.category]) >= AGREEING_IOU:
                n_agreeing += 1
            elif _is_judged(known, candidate.category, corners):
                n_judged += 1
            else:
                found.append(candidate)
        found.sort(key=lambda one: (one.confidence, one.path, one.number))
        return Queue(tuple(found), n_agreeing, n_judged, n_elsewhere)

    def pick(self, project: ProjectId, study: StudyInfo, places: Iterable[tuple[int, int]]) -> tuple[Candidate, ...]:
        """Single predictions by the image's place in the pack and their number on it, judged before or not.

        Those on images that the project does not have are left out.
        """
        wanted: dict[int, list[int]] = defaultdict(list)
        for place, number in places:
            wanted[place].append(number)
        found: list[Candidate] = []
        with read_choices(self._sources.locate(study.source).path) as pack:
            names = pack.header.categories
            images = {place: pack.images[place] for place in wanted}
            with self._registry.read() as session:
                facts = facts_of(session, project, (image.key for image in images.values()))
            for place, image in images.items():
                fact = facts.get(image.key)
                if fact is None:
                    continue
                predictions = pack.read(place).predictions
                for number in wanted[place]:
                    one = predictions[number]
                    id, name = ImageId(str(fact.key)), names[one.category]
                    found.append(Candidate(id, image.key, place, number, name, one.confidence, one.box))
        return tuple(found)

    def geometry_of(self, study: StudyInfo, candidate: Candidate) -> Geometry:
        """What was predicted, with its outline where there is one."""
        with read_choices(self._sources.locate(study.source).path) as pack:
            return pack.read(candidate.place).predictions[candidate.number].geometry

    def list_accepted(self, images: Iterable[ImageId]) -> tuple[ModelAnnotation, ...]:
        """The annotations made by models on these images."""
        with self._registry.read() as session:
            return store.list_model_annotations(session, images)

    # Writing

    def accept(
        self,
        project: ProjectId,
        study: StudyInfo,
        candidates: Sequence[Candidate],
        *,
        check: Check = lambda: None,
    ) -> Changed[Judged]:
        """Add predictions as annotations made by a model. What is there already is not added, and counted. Raises
        RefusedError (E-432) while the project is imported into, and for a new class while a dataset is frozen."""
        return self._add(project, study, [(candidate, _AS_IT_IS) for candidate in candidates], check)

    def correct(
        self, project: ProjectId, study: StudyInfo, candidate: Candidate, correction: Correction
    ) -> Changed[Judged]:
        """Add what a person made of a prediction. Raises RefusedError as `accept` does, and when it is no shape in the
        image."""
        return self._add(project, study, [(candidate, correction)])

    def _add(
        self,
        project: ProjectId,
        study: StudyInfo,
        wanted: Sequence[tuple[Candidate, Correction]],
        check: Check = lambda: None,
    ) -> Changed[Judged]:
        shapes, images = self._read_shapes(study, [candidate for candidate, _ in wanted], check)
        now = clock.now()
        with self._registry.write(durable=True) as session:
            self._registry.occupied.check(project)
            facts = facts_of(session, project, {candidate.path for candidate, _ in wanted})
            of_whole = any(shape is None for shape in shapes)
            there = _what_is_there(session, project, facts.values(), of_whole_images=of_whole)
            before = {category.name for category in list_classes(session, project)}
            new: list[tuple[str, NewModelAnnotation]] = []
            n_known = n_in_truth = n_changed = n_outside = 0
            for (candidate, correction), predicted in zip(wanted, shapes, strict=True):
                check()
                fact, name = facts.get(candidate.path), correction.category or candidate.category
                if fact is None or not _is_same(images[candidate.place], fact):
                    n_changed += 1
                    continue
                is_whole = predicted is None and correction.geometry is None
                shape = None if is_whole else _in_image(correction.geometry or predicted, fact)
                if shape is None and not is_whole and correction.geometry is None:
                    n_outside += 1
                    continue
                if shape is None and not is_whole:
                    raise RefusedError("The shape has no area in the image.", hint="Draw it again, or reject it.")
                known, corners = (
                    there.setdefault(fact.key, _There()),
                    _corners(bounds_of(shape, fact.width, fact.height)),
                )
                if highest_overlap(corners, known.truth[name]) >= SAME_OBJECT_IOU:
                    n_in_truth += 1
                    continue
                if highest_overlap(corners, known.accepted[name]) >= SAME_OBJECT_IOU:
                    n_known += 1
                    continue
                known.accepted[name].append(corners)
                is_corrected = name != candidate.category or correction.geometry not in (None, predicted)
                made = NewModelAnnotation(
                    fact.key, 0, shape, candidate.confidence, study.version, study.source.set, now, is_corrected
                )
                new.append((name, made))
            added = tuple(dict.fromkeys(name for name, _ in new if name not in before))
            if added:
                refuse_while_frozen(session, project)
            keys = add_categories(session, project, added)
            rows = (replace(annotation, category=int(keys[name])) for name, annotation in new)
            ids = store.insert_model_annotations(session, rows)
            step = JudgingStep(_step_of(session, project, ids, [keys[name] for name in added]))
            return Changed(Judged(step, ids, n_known, n_in_truth, n_changed, added, n_outside), noted(session))

    def reject(self, project: ProjectId, study: StudyInfo, candidates: Sequence[Candidate]) -> Changed[Judged]:
        """Remember that these are no objects: nobody is asked for them again, nor for what lies on them."""
        now = clock.now()
        rows = [
            Review(
                int(one.image),
                PREDICTION,
                Verdict.REJECTED.value,
                one.category,
                one.box,
                study.title,
                now,
            )
            for one in candidates
        ]
        with self._registry.write() as session:
            given = reviews.insert_reviews(session, rows)
            return Changed(Judged(JudgingStep(Step(project), given)), noted(session))

    def take_back(
        self, step: JudgingStep, *, progress: Progress = no_progress, is_cancelled: IsCancelled = never_cancelled
    ) -> Changed[JudgingStep]:
        """What was accepted or rejected, and classes that came with it. What that returns does it again. Raises
        RefusedError where it was changed since, StoppedError when it is cancelled; nothing was written then."""
        return take_back(self._registry, step, progress, is_cancelled)

    def _read_shapes(
        self, study: StudyInfo, candidates: Sequence[Candidate], check: Check
    ) -> tuple[list[Geometry], dict[int, PredictedImage]]:
        of_place: dict[int, list[int]] = defaultdict(list)
        for at, candidate in enumerate(candidates):
            of_place[candidate.place].append(at)
        shapes: list[Geometry] = [None] * len(candidates)
        images = {}
        with read_choices(self._sources.locate(study.source).path) as pack:
            for place in sorted(of_place):
                check()
                record = pack.read(place)
                images[place] = record.image
                for at in of_place[place]:
                    shapes[at] = record.predictions[candidates[at].number].geometry
        return shapes, images


# --- parts -----------------------------------------------------------------------------------------------------


def _step_of(
    session: Session, project: ProjectId, added: Sequence[AnnotationId], classes: Sequence[CategoryId]
) -> Step:
    cursor = cursor_of(session)
    ids = np.array([int(id) for id in added], dtype=np.int64)
    new = tuple((None, get_facts(cursor, project, category)) for category in classes)
    return Step(project, added=ids, classes=new, digest=digest_of(cursor, ids))


def _candidates(
    table: ObjectTable, rows: Integers, facts: Mapping[str, ImageFact]
) -> Iterable[tuple[Candidate | None, PredictedImage]]:
    """None where the project has no such image."""
    first = np.searchsorted(table.prediction_images, np.arange(table.n_images))
    for row in rows.tolist():
        place = int(table.prediction_images[row])
        image = table.images[place]
        fact = facts.get(image.key)
        if fact is None:
            yield None, image
            continue
        yield (
            Candidate(
                image=ImageId(str(fact.key)),
                path=image.key,
                place=place,
                number=row - int(first[place]),
                category=table.categories[int(table.prediction_categories[row])],
                confidence=float(table.confidences[row]),
                box=Box(*table.prediction_boxes[row].tolist()),
            ),
            image,
        )


def _what_is_there(
    session: Session, project: ProjectId, images: Collection[ImageFact], *, of_whole_images: bool
) -> dict[int, _There]:
    """By image, of those that have anything. `of_whole_images`: labels, which have the image's own bounds."""
    sizes = {fact.key: (0.0, 0.0, float(fact.width), float(fact.height)) for fact in images}
    names = {int(category.id): category.name for category in list_classes(session, project)}
    found: dict[int, _There] = {}

    def add(image: int, known: Known) -> None:
        one = found.setdefault(image, _There())
        corners = sizes[image] if known.corners is None else known.corners
        (one.truth if known.is_truth else one.accepted)[names[known.category]].append(corners)

    for image, objects in store.list_known(session, list(sizes)).items():
        for known in objects:
            if known.corners is not None or of_whole_images:
                add(image, known)
    for review in reviews.list_reviews(session, project, (PREDICTION,)):
        found.setdefault(review.image, _There()).rejected[review.category].append(_corners(review.box))
    return found


def _is_judged(known: _There, category: str, corners: Corners) -> bool:
    return any(
        highest_overlap(corners, others[category]) >= SAME_OBJECT_IOU for others in (known.accepted, known.rejected)
    )


def _is_same(image: PredictedImage, fact: ImageFact) -> bool:
    """Whether the image is still what was predicted on."""
    is_other = bool(image.sha256) and bool(fact.sha256) and image.sha256 != fact.sha256
    return not is_other and (image.width, image.height) == (fact.width, fact.height)


def _in_image(shape: Geometry, fact: ImageFact) -> Box | Polygon | None:
    """The part in the image, None when nothing is left."""
    return None if shape is None else shape.inside(float(fact.width), float(fact.height))


def _corners(box: Box) -> Corners:
    return box.x0, box.y0, box.x1, box.y1
