"""Writes a plan into the registry, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from core.domain.geometry import Box, Geometry, bounds_of
from core.domain.ids import ProjectId
from core.domain.imports import Problem, RawAnnotation
from core.domain.names import shown
from core.domain.projects import Annotation, ImageState
from core.imports.cancelling import ImportCancelledError, IsCancelled, Progress
from core.imports.plan import ImportPlan
from core.imports.planned import PlannedImage
from core.registry.session import Session
from core.registry.stores import images as image_store
from core.registry.stores import selections as selection_store
from core.registry.stores.annotations import (
    NewAnnotation,
    delete_imported,
    insert_annotations,
    list_ground_truth,
)
from core.registry.stores.images import ImageFacts
from core.registry.stores.projects import add_categories

_SAME_PLACE_PX = 0.05
"""Corners this close are one object stated in two formats, of which one rounds its numbers."""

_ANNOTATIONS_PER_STEP = 20_000


@dataclass(frozen=True, slots=True)
class Written:
    n_new_images: int
    problems: tuple[Problem, ...]


def write_plan(
    session: Session,
    project: ProjectId,
    plan: ImportPlan,
    *,
    replaces: bool,
    progress: Progress,
    is_cancelled: IsCancelled,
) -> Written:
    """Images are known by their path. Raises ImportCancelledError; the caller's transaction undoes everything."""
    known = image_store.list_facts(session, project)
    problems = list(_update_known(session, plan, known))
    new = [image.facts for image in plan.images if image.facts.path not in known]
    stated = {image.facts.path: image.stated_set for image in plan.images if image.stated_set}
    details = {image.facts.path: image.details for image in plan.images if image.details is not None}
    image_store.insert_images(session, project, new, stated, details)
    progress(0, plan.n_annotations, "Writing annotations")
    categories = {name: int(id) for name, id in add_categories(session, project, plan.categories).items()}
    keys = image_store.list_keys(session, project)
    image_store.state_sets(session, {keys[path]: name for path, name in stated.items() if path in known})
    image_store.state_details(session, {keys[path]: one for path, one in details.items() if path in known})
    spoken_of = [image for image in plan.images if image.is_spoken_of]
    seen_before = [keys[image.facts.path] for image in spoken_of if image.facts.path in known]
    if replaces:
        delete_imported(session, seen_before)
    existing = list_ground_truth(session, seen_before)
    rows = chain.from_iterable(
        _new_annotations(image, keys[image.facts.path], categories, existing.get(keys[image.facts.path], ()))
        for image in spoken_of
    )
    insert_annotations(session, _watched(rows, plan.n_annotations, progress, is_cancelled))
    _prepare_counting(session, project, progress, is_cancelled)
    return Written(len(new), tuple(problems))


def _prepare_counting(session: Session, project: ProjectId, progress: Progress, is_cancelled: IsCancelled) -> None:
    """So that the first review of a training need not wait for it."""
    missing = selection_store.list_missing_blocks(session, project)
    for done, number in enumerate(missing):
        if is_cancelled():
            raise ImportCancelledError
        progress(done, len(missing), "Preparing the counts")
        selection_store.store_block(session, project, number)


def _update_known(session: Session, plan: ImportPlan, known: Mapping[str, tuple[int, ImageFacts]]) -> Iterator[Problem]:
    """Brings facts of images that the project has up to date: their files may have changed or gone since."""
    found = {image.facts.path: image.facts for image in plan.images}
    changed: dict[int, ImageFacts] = {}
    for path, (key, before) in known.items():
        now = found.get(path)
        if now is None:
            if before.state is not ImageState.MISSING:
                text = f'"{shown(path)}" is in the project, but its file cannot be used now; it is kept as missing.'
                changed[key] = replace(before, state=ImageState.MISSING, damage="Its file could not be used any more.")
                yield Problem("image-gone", text, file=path)
        elif now != before:
            changed[key] = now
            if now.sha256 != before.sha256:
                text = f'"{shown(path)}" was changed since it was imported; its annotations were kept as they are.'
                yield Problem("image-changed", text, file=path)
    image_store.update_images(session, changed)


def _new_annotations(
    image: PlannedImage, key: int, categories: Mapping[str, int], existing: Sequence[Annotation]
) -> Iterator[NewAnnotation]:
    """What the project does not have yet."""
    places = _places(existing)
    for annotation in image.annotations:
        category = None if annotation.category is None else categories[annotation.category]
        if not _take_same(places, category, annotation, image.facts):
            yield NewAnnotation(key, category, annotation.geometry, annotation.is_crowd, details=annotation.details)
    if image.is_negative and not existing:
        yield NewAnnotation(key, None, None)


Places = dict[tuple[int | None, str, bool], list[Box | None]]
"""Bounding boxes by category, kind of shape and crowd."""


def _places(existing: Iterable[Annotation]) -> Places:
    places: Places = {}
    for annotation in existing:
        category = None if annotation.category is None else int(annotation.category)
        kind = (category, type(annotation.geometry).__name__, annotation.is_crowd)
        places.setdefault(kind, []).append(_bounds(annotation.geometry))
    return places


def _take_same(places: Places, category: int | None, annotation: RawAnnotation, facts: ImageFacts) -> bool:
    """Whether the project has this object already; each of its objects answers for one of the import's."""
    candidates = places.get((category, type(annotation.geometry).__name__, annotation.is_crowd))
    if not candidates:
        return False
    wanted = _bounds(annotation.geometry)
    for index, place in enumerate(candidates):
        if _is_same_place(wanted, place):
            del candidates[index]
            return True
    return False


def _bounds(geometry: Geometry) -> Box | None:
    return None if geometry is None else bounds_of(geometry, 0, 0)


def _is_same_place(a: Box | None, b: Box | None) -> bool:
    if a is None or b is None:
        return a is b
    pairs = ((a.x0, b.x0), (a.y0, b.y0), (a.x1, b.x1), (a.y1, b.y1))
    return all(abs(first - second) < _SAME_PLACE_PX for first, second in pairs)


def _watched(
    rows: Iterable[NewAnnotation], total: int, progress: Progress, is_cancelled: IsCancelled
) -> Iterator[NewAnnotation]:
    for n_done, row in enumerate(rows):
        if n_done % _ANNOTATIONS_PER_STEP == 0:
            if is_cancelled():
                raise ImportCancelledError
            progress(n_done, max(total, n_done), "Writing annotations")
        yield row
