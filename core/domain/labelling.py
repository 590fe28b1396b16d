"""What a person does to the annotations of images, and what is needed to take it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.domain.geometry import Box, Polygon
from core.domain.ids import AnnotationId, CategoryId, ImageId

MAX_AUTHOR = 100

Seen = Mapping[ImageId, int]
"""By image, the revision that the person had before their eyes."""

StoredRow = tuple[Any, ...]
"""All columns of a row of the registry, its key first; opaque to everybody else."""


@dataclass(frozen=True, slots=True)
class NewShape:
    """A shape that a person drew, in pixels of the upright image."""

    image: ImageId
    category: CategoryId
    geometry: Box | Polygon


@dataclass(frozen=True, slots=True)
class ShapeEdit:
    """What an annotation is to become; None = as it is."""

    annotation: AnnotationId
    geometry: Box | Polygon | None = None
    category: CategoryId | None = None


@dataclass(frozen=True, slots=True)
class RowChange:
    """The rows of one table that a step changed, by their keys, as they were and as it left them; None = no row."""

    before: StoredRow | None
    after: StoredRow | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a person did, as the registry's rows. Its reverse takes it back, to the last bit."""

    images: tuple[int, ...] = ()  # keys
    annotations: Mapping[int, RowChange] | None = None
    overruled: Mapping[int, RowChange] | None = None

    def reversed(self) -> Step:
        return Step(self.images, _reversed(self.annotations or {}), _reversed(self.overruled or {}))

    @property
    def is_empty(self) -> bool:
        return not self.annotations and not self.overruled


@dataclass(frozen=True, slots=True)
class Edited:
    """`added` are the new annotations in the order in which they were asked for; `revisions` those of the images now.

    `notes` are sentences on what was not taken as it was drawn.
    """

    step: Step
    added: tuple[AnnotationId, ...] = ()
    notes: tuple[str, ...] = ()
    revisions: Seen | None = None


def _reversed(changes: Mapping[int, RowChange]) -> dict[int, RowChange]:
    return {key: RowChange(one.after, one.before) for key, one in changes.items()}
