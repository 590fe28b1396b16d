"""Which object lies under a point, and which comes next."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from core.domain.outcomes import FALSE_NEGATIVES, FALSE_POSITIVES
from ui.viewer.overlays import ObjectRef, OverlayKind, OverlayObject
from ui.viewer.painting import LayerPainter
from ui.viewer.rendering import Scene
from ui.viewer.view_transform import ViewTransform

HIT_TOLERANCE_PX = 4.0


def ref_at(scene: Scene, view: ViewTransform, at: QPointF) -> ObjectRef | None:
    """The smallest object under a point of the window; of predictions and ground truth of one size the former."""
    pane = next((one for one in scene.panes if one.rect.contains(at.toPoint())), None)
    if pane is None or scene.picture is None:
        return None
    view = pane.view(view)
    x, y = view.to_image(at.x(), at.y())
    best: OverlayObject | None = None
    for painter, _ in scene.of(pane):
        number = painter.layer.number_at(x, y, HIT_TOLERANCE_PX / view.scale, painter.drawn(scene.style.hidden))
        found = painter.layer.objects[number] if number is not None else None
        if found is not None and (best is None or found.area <= best.area):
            best = found
    return best.ref if best is not None else None


def in_reading_order(scene: Scene, *, only_errors: bool = False) -> list[ObjectRef]:
    """The drawn objects, or the wrong ones, from top to bottom as a reader would go."""
    kinds = [kind for kind in OverlayKind if any(kind in pane.kinds for pane in scene.panes)]
    if OverlayKind.GROUND_TRUTH in kinds and OverlayKind.GROUND_TRUTH_B in kinds:
        kinds.remove(OverlayKind.GROUND_TRUTH_B)
    shown = (scene.layers[kind] for kind in kinds if kind in scene.layers)
    objects = [one for painter, look in shown if look.is_shown for one in _drawn(scene, painter, only_errors)]
    return [one.ref for one in sorted(objects, key=lambda one: (one.bounds.y0, one.bounds.x0))]


def _drawn(scene: Scene, painter: LayerPainter, only_errors: bool) -> list[OverlayObject]:
    layer, drawn = painter.layer, painter.drawn(scene.style.hidden)
    states = layer.states()
    if only_errors:
        wrong = {int(state) for state in (FALSE_NEGATIVES if layer.kind.is_truth else FALSE_POSITIVES)}
        drawn = drawn & ([int(state) in wrong for state in states] if states is not None else False)
    return [one for one, is_drawn in zip(layer.objects, drawn, strict=True) if is_drawn]
