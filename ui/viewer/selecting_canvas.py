"""A canvas in which several shapes are selected: one by one, all, or those in a rectangle that is drawn round them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from ui.viewer.drawing_canvas import DrawingCanvas
from ui.viewer.grips import Point
from ui.viewer.overlays import ObjectRef, OverlayObject
from ui.viewer.rubber_band import RubberBand


class SelectingCanvas(DrawingCanvas):
    """Several are selected only while shapes are edited."""

    selection_changed = Signal()  # of several too

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._also: set[ObjectRef] = set()  # selected beside the one that the inspector speaks of
        self._band: RubberBand | None = None

    @property
    def is_editing(self) -> bool:
        return False

    def settle(self) -> None:
        """Before another selection: hand on what was done to the one before."""

    def selection_grew(self) -> None:
        """Others are selected beside the first."""

    def selected_objects(self) -> tuple[OverlayObject, ...]:
        """All that are selected, the one that the inspector speaks of first."""
        refs = [self._selected, *sorted(self._also)] if self._selected is not None else sorted(self._also)
        return tuple(one for one in map(self.object_of, filter(None, refs)) if one is not None)

    def select_objects(self, objects: Sequence[OverlayObject]) -> None:
        """These and no others; while nothing is edited the first of them."""
        self.settle()
        refs = [one.ref for one in objects]
        self.select(refs[0] if refs else None)
        if self.is_editing:
            self._set_also(set(refs[1:]))

    def select_all(self) -> None:
        self.select_objects([one for layer in self.layers.values() for one in layer.objects if not one.is_whole_image])

    # The rectangle

    @property
    def is_banding(self) -> bool:
        return self._band is not None

    def begin_band(self, at: Point) -> None:
        self._band = RubberBand(at, at)

    def stretch_band(self, to: Point) -> None:
        if self._band is not None:
            self._band = self._band.to(to)
            self.update()

    def end_band(self) -> None:
        """What lies in it is selected beside what is."""
        band, self._band = self._band, None
        found = [] if band is None else band.refs(self._scene())
        found = [ref for ref in found if ref != self._selected and ref not in self._also]
        if found and self._selected is None:
            self.select(found.pop(0))
        self._set_also(self._also | set(found))

    def drop_band(self) -> bool:
        """False when there is none."""
        is_there, self._band = self.is_banding, None
        self.update()
        return is_there

    def paint_band(self, painter: QPainter) -> None:
        if self._band is not None:
            self._band.paint(painter, self._view)

    # --- parts -------------------------------------------------------------------------------------------------

    def _toggle(self, ref: ObjectRef) -> None:
        if self._selected is None:
            self.select(ref)
        elif ref != self._selected:
            self._set_also(self._also ^ {ref})
        else:
            others = sorted(self._also)
            self.select(others[0] if others else None)  # the inspector speaks of another one
            self._set_also(set(others[1:]))

    def _set_also(self, refs: set[ObjectRef]) -> None:
        self._also = refs
        self.selection_grew()
        self.selection_changed.emit()
        self.update()
