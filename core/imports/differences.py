"""What an import would change of the images that its project has, for the preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from core.domain.ids import CategoryId, ProjectId
from core.domain.imports import Difference, Differences, ImageDifference, RawAnnotation
from core.domain.projects import Annotation
from core.imports.cancelling import ImportCancelledError, IsCancelled
from core.imports.comparison import Comparison, compare
from core.imports.plan import ImportPlan
from core.registry.session import Session
from core.registry.stores.annotations import list_ground_truth
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.images import list_keys
from core.registry.stores.overruled import list_overruled
from core.registry.stores.projects import list_categories

MOST_IMAGES = 200


def find_differences(
    session: Session, project: ProjectId, plan: ImportPlan, *, is_cancelled: IsCancelled
) -> Differences:
    """Raises ImportCancelledError."""
    keys = list_keys(session, project)
    moved = {new: keys.pop(old) for old, new in plan.moved if old in keys}
    keys |= moved
    names = {category.id: category.name for category in list_categories(session, project)}
    total = Difference()
    classes: defaultdict[str, Difference] = defaultdict(Difference)
    images: list[ImageDifference] = []
    n_images = 0
    known = (
        (keys[image.facts.path], image) for image in plan.images if image.is_spoken_of and image.facts.path in keys
    )
    for chunk in chunked(known, KEYS_PER_QUERY):
        existing = list_ground_truth(session, (key for key, _ in chunk))
        overruled = list_overruled(session, (key for key, _ in chunk))
        for key, image in chunk:
            if is_cancelled():
                raise ImportCancelledError
            before = existing.get(key, [])
            comparison = compare(image.annotations, before, names, image.left_out, overruled.get(key, ()))
            difference = comparison.difference
            total += difference
            for name, found in comparison.by_class(names).items():
                classes[name] += found
            if difference.is_none:
                continue
            n_images += 1
            if len(images) < MOST_IMAGES:
                images.append(
                    ImageDifference(
                        image.facts.path, difference, *_drawn(comparison, before, names), white=image.facts.white
                    )
                )
    order = {name: number for number, name in enumerate((*names.values(), *plan.categories))}
    ordered = sorted(classes.items(), key=lambda item: order.get(item[0], len(order)))
    return Differences(total, tuple(ordered), n_images, tuple(images))


def _drawn(
    comparison: Comparison, before: list[Annotation], names: Mapping[CategoryId, str]
) -> tuple[tuple[RawAnnotation, ...], tuple[RawAnnotation, ...]]:
    """What the project has, and what the files say, of one image; what is the same only on the files' side."""
    old = [*(known for _, known in comparison.changed), *comparison.gone]
    shown_before = tuple(
        RawAnnotation(None if known.category is None else names.get(known.category), known.geometry) for known in old
    )
    after = (*comparison.same, *comparison.new, *(annotation for annotation, _ in comparison.changed))
    return shown_before, after
