"""What imports said of images and a person changed or deleted, kept so that the next import does not bring it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.ids import ImageId
from core.domain.projects import Annotation, Source
from core.registry.stores.chunks import KEYS_PER_QUERY, chunked
from core.registry.stores.details import annotation_details
from core.registry.stores.shapes import Shape, decode
from core.registry.tables.images import ANNOTATIONS
from core.registry.tables.overruled import OVERRULED


@dataclass(frozen=True, slots=True)
class Overruled:
    """What an import said, by the class's name, and whether something is left of it that a person changed."""

    category: str | None
    annotation: Annotation
    is_deleted: bool


def list_overruled(session: Session, images: Iterable[int]) -> dict[int, list[Overruled]]:
    """By image, what imports said of it and a person changed or deleted."""
    found: dict[int, list[Overruled]] = {}
    columns = OVERRULED.c
    for chunk in chunked(images, KEYS_PER_QUERY):
        query = (
            select(OVERRULED, ANNOTATIONS.c.id.is_(None))
            .outerjoin(ANNOTATIONS, ANNOTATIONS.c.id == columns.id)
            .where(columns.image_id.in_(chunk))
            .order_by(columns.id)
        )
        for key, image, category, *shape, is_crowd, details, is_deleted in session.execute(query):
            annotation = Annotation(
                id=str(key),  # type: ignore[arg-type]
                image=ImageId(str(image)),
                category=None,
                geometry=decode(Shape(*shape)),
                source=Source.IMPORT,
                is_crowd=is_crowd,
                details=annotation_details(details),
            )
            found.setdefault(image, []).append(Overruled(category, annotation, bool(is_deleted)))
    return found
