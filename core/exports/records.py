"""What the registry holds of an image as a format wants it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.ids import CategoryId
from core.domain.imports import RawAnnotation, RawImage
from core.domain.judgements import HARD_CASE
from core.domain.projects import AnnotatedImage
from core.domain.set_names import sets_of_image


def to_raw(item: AnnotatedImage, names: Mapping[CategoryId, str]) -> RawImage:
    """`names` are those of the project's categories. Shapes and sizes are those of the upright picture. The set is what
    its tags say, else what its import stated, else its folder; the first of several."""
    annotations = tuple(
        RawAnnotation(
            None if annotation.category is None else names[annotation.category],
            annotation.geometry,
            is_crowd=annotation.is_crowd,
            details=annotation.details,
        )
        for annotation in item.annotations
        # "Nothing here" is said of the image, not by an object.
        if annotation.category is not None or annotation.geometry is not None
    )
    is_negative = not annotations and bool(item.annotations)
    image = item.image
    sets = sets_of_image(item.tags, item.stated_set, image.path.rpartition("/")[0])
    return RawImage(
        image.path,
        annotations,
        image.width,
        image.height,
        is_explicit_negative=is_negative,
        stated_set=sets[0].value if sets else "",
        details=item.details,
        is_hard=HARD_CASE in item.tags,
    )
