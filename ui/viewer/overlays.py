"""What is drawn over an image, free of Qt: shapes with their class, source and colour number, and where they lie.

Coordinates are pixels of the upright image. Layers are made in `ui.viewer.layers`; the painter (`ui.viewer.painting`)
turns them into strokes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from core.domain.details import AnnotationDetails
from core.domain.geometry import Box, Ring
from core.domain.ids import CategoryId
from core.domain.outcomes import PredictionState, TruthState
from core.domain.projects import Source
from ui.viewer.run_lengths import RunLengths


class OverlayKind(StrEnum):
    """What a layer states. Of each kind a canvas has one layer at most.

    `GROUND_TRUTH_B` is the ground truth as predictions B met it: drawn in its place beside them, where it is given.
    """

    GROUND_TRUTH = "ground-truth"
    GROUND_TRUTH_B = "ground-truth-b"
    PREDICTIONS_A = "predictions-a"
    PREDICTIONS_B = "predictions-b"

    @property
    def is_truth(self) -> bool:
        return self in (OverlayKind.GROUND_TRUTH, OverlayKind.GROUND_TRUTH_B)


class ObjectRef(NamedTuple):
    """Names an object of a canvas for as long as its layers speak of the same image."""

    kind: OverlayKind
    row: int


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """What became of a layer's objects, in the order of their rows (that of `core.domain.outcomes.Outcomes`).

    `states` holds values of `TruthState` for ground truth, else of `PredictionState`; `partners` rows of the layer
    `other`, -1 for none.
    """

    states: npt.NDArray[np.uint8]
    ious: npt.NDArray[np.float64]
    partners: npt.NDArray[np.int64]
    other: OverlayKind


@dataclass(frozen=True, slots=True)
class OverlayObject:
    """One shape. `rings` is empty for a box, a mask and an annotation of the whole image.

    `state`, `iou` and `partner` are filled in by `OverlayLayer.told`, where the layer has been judged.
    """

    key: str  # the annotation's id, or its row
    category: CategoryId | None
    title: str  # the class in words
    colour: int  # for `ui.theme.category_colour`; -1 = neutral
    bounds: Box
    rings: tuple[Ring, ...] = ()
    area: float = 0.0  # in square pixels
    source: Source = Source.IMPORT
    confidence: float | None = None
    is_whole_image: bool = False
    is_crowd: bool = False
    is_label: bool = False  # of a region that was given: told beside its others, not found at a place
    kind: OverlayKind = OverlayKind.GROUND_TRUTH
    row: int = 0  # its place in what the layer was made of
    mask: RunLengths | None = None
    author: str = ""  # the version that predicted it
    person: str = ""  # who drew or changed it last
    edited_at: datetime | None = None  # when that was
    details: AnnotationDetails | None = None  # what its file said of it besides
    state: PredictionState | TruthState | None = None
    iou: float | None = None  # with the partner
    partner: ObjectRef | None = None

    @property
    def ref(self) -> ObjectRef:
        return ObjectRef(self.kind, self.row)


@dataclass(frozen=True, slots=True, eq=False)
class OverlayLayer:
    """Shapes of one kind over one image in drawing order, with their bounds as four columns x0, y0, x1, y1."""

    kind: OverlayKind
    objects: tuple[OverlayObject, ...]
    bounds: npt.NDArray[np.float64] = field(repr=False, default_factory=lambda: np.zeros((4, 0)))
    rows: npt.NDArray[np.int64] = field(repr=False, default_factory=lambda: np.zeros(0, dtype=np.int64))
    title: str = ""  # "Ground truth", or the version
    judgement: Judgement | None = None

    def judged(self, judgement: Judgement | None) -> OverlayLayer:
        """The same shapes at other thresholds. Costs nothing: what was made to draw them is kept."""
        return replace(self, judgement=judgement)

    def states(self) -> npt.NDArray[np.uint8] | None:
        """In drawing order; None when nothing was compared."""
        return None if self.judgement is None else self.judgement.states[self.rows]

    def drawn(self, hidden: Collection[CategoryId | None] = ()) -> npt.NDArray[np.bool_]:
        """Which objects there are to draw: not of a hidden class, not below the confidence threshold."""
        shown = np.ones(len(self.objects), dtype=np.bool_)
        if hidden:
            shown &= np.fromiter((one.category not in hidden for one in self.objects), np.bool_, len(self.objects))
        states = None if self.kind.is_truth else self.states()
        if states is not None:
            shown &= states != PredictionState.BELOW
        return shown

    def touching(self, view: Box) -> npt.NDArray[np.bool_]:
        """Which objects' bounds touch `view`."""
        x0, y0, x1, y1 = self.bounds
        found: npt.NDArray[np.bool_] = (x0 <= view.x1) & (x1 >= view.x0) & (y0 <= view.y1) & (y1 >= view.y0)
        return found

    def visible_in(self, view: Box, hidden: Collection[CategoryId | None] = ()) -> list[int]:
        """Numbers of the drawn objects that touch `view`, in drawing order."""
        numbers: list[int] = np.flatnonzero(self.touching(view) & self.drawn(hidden)).tolist()
        return numbers

    def number_at(self, x: float, y: float, tolerance: float, drawn: npt.NDArray[np.bool_]) -> int | None:
        """The drawn object under a point, the smallest when several are; `tolerance` (pixels) widens thin ones."""
        around = Box(x - tolerance, y - tolerance, x + tolerance, y + tolerance)
        hits = [
            n
            for n in np.flatnonzero(self.touching(around) & drawn).tolist()
            if not self.objects[n].is_whole_image and _contains(self.objects[n], x, y, tolerance)
        ]
        return min(hits, key=lambda n: self.objects[n].area) if hits else None

    def find_at(
        self, x: float, y: float, tolerance: float, hidden: Collection[CategoryId | None] = ()
    ) -> OverlayObject | None:
        """As `number_at`, of the objects that are drawn with the classes `hidden` hidden."""
        number = self.number_at(x, y, tolerance, self.drawn(hidden))
        return None if number is None else self.objects[number]

    def number_of(self, row: int) -> int | None:
        """Where in drawing order the object of a row is."""
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else None

    def told(self, number: int) -> OverlayObject:
        """An object with what became of it."""
        one, judgement = self.objects[number], self.judgement
        if judgement is None:
            return one
        state, partner = int(judgement.states[one.row]), int(judgement.partners[one.row])
        return replace(
            one,
            state=TruthState(state) if self.kind.is_truth else PredictionState(state),
            iou=float(judgement.ious[one.row]) if partner >= 0 else None,
            partner=ObjectRef(judgement.other, partner) if partner >= 0 else None,
        )

    def find(self, key: str | None) -> OverlayObject | None:
        return next((one for one in self.objects if one.key == key), None)

    def counts(self) -> dict[CategoryId | None, int]:
        """Objects per class."""
        totals: dict[CategoryId | None, int] = {}
        for one in self.objects:
            totals[one.category] = totals.get(one.category, 0) + 1
        return totals


def _contains(one: OverlayObject, x: float, y: float, tolerance: float) -> bool:
    box = one.bounds
    is_small = box.width < 2 * tolerance or box.height < 2 * tolerance
    if is_small or not (one.rings or one.mask):
        margin = tolerance if is_small else 0.0
        return box.x0 - margin <= x <= box.x1 + margin and box.y0 - margin <= y <= box.y1 + margin
    if one.mask is not None:
        return one.mask.holds(x, y)
    return any(_is_inside(ring, x, y) for ring in one.rings)


def _is_inside(ring: Ring, x: float, y: float) -> bool:
    """Even-odd rule: how often a ray to the right crosses the ring."""
    inside = False
    x1, y1 = ring[-2], ring[-1]
    for i in range(0, len(ring), 2):
        x0, y0 = x1, y1
        x1, y1 = ring[i], ring[i + 1]
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside = not inside
    return inside
