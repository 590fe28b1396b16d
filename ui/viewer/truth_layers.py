"""The ground truth of the image on a page, made anew with every edit: what stayed the same is not made again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.domain.ids import AnnotationId
from core.domain.projects import AnnotatedImage, Annotation, Category, Source
from ui.viewer.layers import GROUND_TRUTH_TITLE, is_negative, layer_of, truth_object
from ui.viewer.overlays import OverlayKind, OverlayLayer, OverlayObject


class TruthLayers:
    """Of an image with thousands of shapes, one edit makes one object. An annotation keeps its row while the page
    speaks of the image, so that what refers to it holds on to it."""

    def __init__(self) -> None:
        self._about: Any = None
        self._known: dict[AnnotationId, tuple[Annotation, OverlayObject]] = {}
        self._next_row = 0

    def layer(self, annotated: AnnotatedImage, categories: Sequence[Category]) -> OverlayLayer:
        image = annotated.image
        about = (image.id, image.width, image.height, [(one.id, one.name, one.index, one.colour) for one in categories])
        if about != self._about:
            self._about, self._known, self._next_row = about, {}, 0
        by_id = {category.id: category for category in categories}
        found: dict[AnnotationId, tuple[Annotation, OverlayObject]] = {}
        for annotation in annotated.annotations:
            if annotation.source == Source.MODEL or is_negative(annotation):
                continue
            known = self._known.get(annotation.id)
            if known is not None and (known[0] is annotation or known[0] == annotation):
                found[annotation.id] = known
                continue
            row = known[1].row if known is not None else self._take_row()
            found[annotation.id] = annotation, truth_object(annotation, row, image, by_id)
        self._known = found
        return layer_of(OverlayKind.GROUND_TRUTH, [one for _, one in found.values()], GROUND_TRUTH_TITLE)

    def _take_row(self) -> int:
        self._next_row += 1
        return self._next_row - 1
