"""What files say of an image against what the project has of it: what is the same, new, changed, or gone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.domain.details import AnnotationDetails
from core.domain.ids import CategoryId
from core.domain.imports import Difference, RawAnnotation
from core.domain.projects import Annotation, Source
from core.imports.matching import Matching, name_of
from core.registry.stores.overruled import Overruled


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of one image. `gone` and what `changed` names were imported: a person's own are never among them."""

    same: tuple[RawAnnotation, ...]
    new: tuple[RawAnnotation, ...]
    changed: tuple[tuple[RawAnnotation, Annotation], ...]
    gone: tuple[Annotation, ...]
    n_only_details: int  # of the changed ones, those of the same class and shape

    @property
    def difference(self) -> Difference:
        return Difference(len(self.same), len(self.new), len(self.changed), len(self.gone), self.n_only_details)

    def by_class(self, names: Mapping[CategoryId, str]) -> dict[str, Difference]:
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for annotation in self.same:
            counts[annotation.category or ""]["same"] += 1
        for annotation in self.new:
            counts[annotation.category or ""]["new"] += 1
        for annotation, _ in self.changed:
            counts[annotation.category or ""]["changed"] += 1
        for known in self.gone:
            counts[name_of(known, names) or ""]["gone"] += 1
        return {name: Difference(**found) for name, found in counts.items()}


def compare(
    stated: Sequence[RawAnnotation],
    existing: Sequence[Annotation],
    names: Mapping[CategoryId, str],
    left_out: Iterable[RawAnnotation] = (),
    overruled: Sequence[Overruled] = (),
) -> Comparison:
    """`existing` is the project's ground truth of the image, `names` are those of its classes. Each of its annotations
    answers for one of the files', matched by place, else by the id that the files gave it, else by overlap. What was
    `left_out` as chosen is not imported, and takes nothing away. What a person has `overruled` since it was imported
    answers too: the person's word stands, so that counts as the same."""
    matching = Matching(existing, names, overruled)
    settled = {id(one.annotation) for one in overruled}
    same: list[RawAnnotation] = []
    changed: list[tuple[RawAnnotation, Annotation]] = []
    open_ones: list[RawAnnotation] = []
    for annotation in stated:
        known = matching.take_same_place(annotation)
        if known is None:
            open_ones.append(annotation)
        elif known.source is Source.IMPORT and id(known) not in settled and _say_something_else(annotation, known):
            changed.append((annotation, known))
        else:
            same.append(annotation)
    n_only_details = len(changed)
    still_open: list[RawAnnotation] = []
    for annotation in open_ones:
        known = matching.take_stated_id(annotation)
        if known is None:
            still_open.append(annotation)
        elif id(known) in settled:
            same.append(annotation)
        else:
            changed.append((annotation, known))
    new: list[RawAnnotation] = []
    for annotation in still_open:
        known = matching.take_overlapping(annotation)
        if known is None:
            new.append(annotation)
        elif id(known) in settled:
            same.append(annotation)
        else:
            changed.append((annotation, known))
    for annotation in left_out:
        _ = matching.take_same_place(annotation) or matching.take_stated_id(annotation)
    gone = tuple(known for known in matching.left() if not is_nothing(known))
    return Comparison(tuple(same), tuple(new), tuple(changed), gone, n_only_details)


def _say_something_else(annotation: RawAnnotation, known: Annotation) -> bool:
    """Besides class and shape; an id alone is no news, and files that say nothing take nothing back."""
    now = annotation.details
    return now is not None and _without_id(now) != _without_id(known.details or AnnotationDetails())


def _without_id(details: AnnotationDetails) -> AnnotationDetails:
    """Attributes in an order that says nothing: formats group them as they need."""
    return replace(details, stated_id="", attributes=tuple(sorted(details.attributes)))


def is_nothing(known: Annotation) -> bool:
    """Whether it says that there is nothing on the image."""
    return known.category is None and known.geometry is None
