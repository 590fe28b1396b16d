"""An image with what a person has just done to it, before the registry has answered: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId
from core.domain.judgements import ModelAnnotation
from core.domain.projects import AnnotatedImage, Annotation, Source


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """`revision` is the image's that has it, once the registry has answered."""

    number: int
    image: ImageId
    added: tuple[Annotation, ...] = ()
    shapes: Mapping[AnnotationId, Box | Polygon] = field(default_factory=dict)
    classes: Mapping[AnnotationId, CategoryId] = field(default_factory=dict)
    deleted: frozenset[AnnotationId] = frozenset()
    revision: int | None = None

    def is_open(self, annotated: AnnotatedImage) -> bool:
        """Whether the image as it was read does not have it yet."""
        if self.image != annotated.image.id:
            return False
        return self.revision is None or annotated.image.revision < self.revision

    def renamed(self, names: Mapping[AnnotationId, AnnotationId]) -> PendingEdit:
        """With what the registry calls the annotations that were drawn."""
        return replace(
            self,
            added=tuple(replace(one, id=names.get(one.id, one.id)) for one in self.added),
            shapes={names.get(key, key): shape for key, shape in self.shapes.items()},
            classes={names.get(key, key): category for key, category in self.classes.items()},
            deleted=frozenset(names.get(key, key) for key in self.deleted),
        )


def provisional(annotated: AnnotatedImage, edits: Sequence[PendingEdit]) -> AnnotatedImage:
    """The image with what is not in it yet."""
    annotations = list(annotated.annotations)
    for edit in edits:
        if not edit.is_open(annotated):
            continue
        is_something = any(one.category is not None for one in edit.added)
        annotations = [
            _changed(one, edit)
            for one in annotations
            if one.id not in edit.deleted and not (is_something and _is_marker(one))
        ]
        annotations += edit.added
    return replace(annotated, annotations=tuple(annotations))


def provisional_models(
    accepted: Sequence[ModelAnnotation], annotated: AnnotatedImage, edits: Sequence[PendingEdit]
) -> tuple[ModelAnnotation, ...]:
    """Of what models made."""
    found = list(accepted)
    for edit in edits:
        if edit.is_open(annotated):
            found = [
                replace(
                    one,
                    geometry=edit.shapes.get(one.id, one.geometry),
                    category=edit.classes.get(one.id, one.category),
                )
                for one in found
                if one.id not in edit.deleted
            ]
    return tuple(found)


def _changed(one: Annotation, edit: PendingEdit) -> Annotation:
    if one.id not in edit.shapes and one.id not in edit.classes:
        return one
    return replace(
        one,
        geometry=edit.shapes.get(one.id, one.geometry),
        category=edit.classes.get(one.id, one.category),
        source=Source.HUMAN,
    )


def _is_marker(one: Annotation) -> bool:
    return one.category is None and one.geometry is None
