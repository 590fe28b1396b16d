"""Writes a plan into the registry, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from core import clock
from core.domain.ids import CategoryId, ImageId, ProjectId
from core.domain.imports import Difference, Problem
from core.domain.judgements import HARD_CASE
from core.domain.names import shown
from core.domain.projects import ImageState
from core.imports.cancelling import ImportCancelledError, IsCancelled, Progress
from core.imports.comparison import compare, is_nothing
from core.imports.plan import ImportPlan
from core.imports.planned import PlannedImage
from core.imports.rows import AtHand, Rows, Stated, rows_of
from core.registry.session import Session
from core.registry.stores import images as image_store
from core.registry.stores import judgements as judgement_store
from core.registry.stores import selections as selection_store
from core.registry.stores.annotation_arrays import AnnotationArrays
from core.registry.stores.annotations import delete_annotations, insert_rows, list_ground_truth
from core.registry.stores.chunks import chunked
from core.registry.stores.images import ImageFacts
from core.registry.stores.overruled import Overruled, list_overruled
from core.registry.stores.projects import add_categories

_IMAGES_AT_ONCE = 4_000


@dataclass(frozen=True, slots=True)
class Written:
    """`difference` is of images that the project had."""

    n_new_images: int
    n_new_annotations: int
    difference: Difference
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Totals:
    difference: Difference = field(default_factory=Difference)
    n_objects: int = 0  # annotations with a class that were written


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
    listed = image_store.list_known(session, project, plan.project_images)
    known = _moved(session, project, plan, dict(listed.by_path))
    problems = list(_update_known(session, plan, known))
    new = [image.facts for image in plan.images if image.facts.path not in known]
    stated = {image.facts.path: image.stated_set for image in plan.images if image.stated_set}
    details = {image.facts.path: image.details for image in plan.images if image.details is not None}
    image_store.insert_images(session, project, new, stated, details)
    _tag_hard(session, project, [image.facts.path for image in plan.images if image.is_hard], known)
    progress(0, plan.n_annotations, "Writing annotations")
    categories = {name: int(id) for name, id in add_categories(session, project, plan.categories).items()}
    keys = image_store.list_keys(session, project) if new else {path: key for path, (key, _) in known.items()}
    image_store.state_sets(session, {keys[path]: name for path, name in stated.items() if path in known})
    image_store.state_details(session, {keys[path]: one for path, one in details.items() if path in known})
    spoken_of = [image for image in plan.images if image.is_spoken_of]
    before = [(keys[image.facts.path], image) for image in spoken_of if image.facts.path in known]
    now = (
        (keys[image.facts.path], image.annotations, image.is_negative)
        for image in spoken_of
        if image.facts.path not in known
    )
    totals, at_hand = Totals(), AtHand(categories)
    rows = chain(
        rows_of(at_hand.note(now), categories),
        _annotations_of_known(
            session, before, categories, totals, at_hand, replaces=replaces, is_cancelled=is_cancelled
        ),
    )
    insert_rows(session, _watched(rows, totals, plan.n_annotations, progress, is_cancelled))
    _prepare_counting(session, project, at_hand, progress, is_cancelled)
    return Written(len(new), totals.n_objects, totals.difference, tuple(problems))


def _tag_hard(
    session: Session, project: ProjectId, paths: Sequence[str], known: Mapping[str, tuple[int, ImageFacts]]
) -> None:
    """Images that files call hard get the tag, but none that the project had: a person may have taken it off."""
    new = [path for path in paths if path not in known]
    if new:
        keys = image_store.list_keys(session, project)
        judgement_store.put_tags(session, [ImageId(str(keys[path])) for path in new], HARD_CASE, "", clock.now())


def _prepare_counting(
    session: Session, project: ProjectId, at_hand: AtHand, progress: Progress, is_cancelled: IsCancelled
) -> None:
    """So that the first review of a training need not wait for it."""
    missing = selection_store.list_missing_blocks(session, project)
    for done, number in enumerate(missing):
        if is_cancelled():
            raise ImportCancelledError
        progress(done, len(missing), "Preparing the counts")
        selection_store.store_block(session, project, number, at_hand.of)


def _moved(
    session: Session, project: ProjectId, plan: ImportPlan, known: dict[str, tuple[int, ImageFacts]]
) -> dict[str, tuple[int, ImageFacts]]:
    """The images of the project by where they lie now."""
    found = {image.facts.path: image.facts for image in plan.images}
    # Another source of the same import may have said so already.
    pairs = [(old, new) for old, new in plan.moved if old in known and known[old][1].sha256 == found[new].sha256]
    if (known.keys() - {old for old, _ in pairs}) & {new for _, new in pairs}:
        return known  # somebody else's import came between; the next one finds them
    keys = [known.pop(old)[0] for old, _ in pairs]
    moved = {key: found[new] for key, (_, new) in zip(keys, pairs, strict=True)}
    known |= {facts.path: (key, facts) for key, facts in moved.items()}
    image_store.move_images(session, project, moved)
    return known


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
        elif now is not before and now != before:
            changed[key] = now
            if now.sha256 != before.sha256:
                text = f'"{shown(path)}" was changed since it was imported; its annotations were kept as they are.'
                yield Problem("image-changed", text, file=path)
    image_store.update_images(session, changed)


def _annotations_of_known(
    session: Session,
    images: Sequence[tuple[int, PlannedImage]],
    categories: Mapping[str, int],
    totals: Totals,
    at_hand: AtHand,
    *,
    replaces: bool,
    is_cancelled: IsCancelled,
) -> Iterator[Rows]:
    """What is to be added to images that the project has; what has to go for it is deleted on the way."""
    names = {CategoryId(str(key)): name for name, key in categories.items()}
    for chunk in chunked(images, _IMAGES_AT_ONCE):
        existing = list_ground_truth(session, (key for key, _ in chunk))
        overruled = list_overruled(session, (key for key, _ in chunk))
        added: list[Stated] = []
        first: list[Stated] = []
        n_first = 0
        dropped: dict[int, list[int]] = {}
        for key, image in chunk:
            if is_cancelled():
                raise ImportCancelledError
            known, settled = existing.get(key, []), overruled.get(key, [])
            if not known and not settled:
                n_first += len(image.annotations)
                first.append((key, image.annotations, image.is_negative))
                continue
            comparison = compare(image.annotations, known, names, image.left_out, settled)
            totals.difference += comparison.difference
            wanted = [*comparison.new, *((one for one, _ in comparison.changed) if replaces else ())]
            old = [*comparison.gone, *(one for _, one in comparison.changed)] if replaces else []
            old += [one for one in known if is_nothing(one)] if wanted else []  # whoever said it
            if old:
                dropped[key] = [int(one.id) for one in old]
            is_negative = image.is_negative and len(known) == len(old) and not any(map(_is_marker, settled))
            added.append((key, wanted, is_negative))
        totals.difference += Difference(new=n_first)
        delete_annotations(session, dropped)
        yield from rows_of(at_hand.note(first), categories)
        yield from rows_of(added, categories)


def _is_marker(overruled: Overruled) -> bool:
    """Whether a person took away that there is nothing on the image."""
    return overruled.category is None and is_nothing(overruled.annotation)


def _watched(
    chunks: Iterable[Rows], totals: Totals, total: int, progress: Progress, is_cancelled: IsCancelled
) -> Iterator[Rows]:
    n_done = 0
    for chunk in chunks:
        if is_cancelled():
            raise ImportCancelledError
        if isinstance(chunk, AnnotationArrays):
            totals.n_objects += len(chunk)
        else:
            totals.n_objects += sum(row[1] is not None for row in chunk)
        yield chunk
        n_done += len(chunk)
        progress(n_done, max(total, n_done), "Writing annotations")
