"""A canvas in which shapes are drawn, selected, moved and reshaped, by mouse and by keys alike.

It changes nothing itself: what a person did leaves it as a signal, and comes back with the next layers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.domain.geometry import Polygon
from core.domain.ids import AnnotationId
from ui.theme import current_theme
from ui.viewer.drawing import Tool
from ui.viewer.drawing_canvas import ARROWS, ERASE, REACH_PX, step_of
from ui.viewer.grips import (
    Point,
    grip_at,
    grip_moved,
    grip_nudged,
    grips,
    is_on_outline,
    offered,
    point_added,
    point_removed,
    rounded,
)
from ui.viewer.marks import paint_object
from ui.viewer.oriented_editing import TURN, oriented
from ui.viewer.overlays import ObjectRef, OverlayLayer, OverlayObject
from ui.viewer.picking import HIT_TOLERANCE_PX, ref_at
from ui.viewer.read_outs import handle_text, shape_text
from ui.viewer.selecting_canvas import SelectingCanvas
from ui.viewer.shape_editing import Shape, moved
from ui.viewer.shape_marks import STALK_PX, paint_grips, paint_outline, paint_read_out, paint_stalk

NUDGED_MS = 600  # a row of arrow keys is one change
_TOGGLING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


@dataclass(frozen=True, slots=True)
class _Grab:
    """What the pointer holds: a grip of the one selected shape, or all that is selected."""

    at: Point
    grip: int | None
    before: dict[ObjectRef, Shape]


class EditingCanvas(SelectingCanvas):
    tool_changed = Signal(object)  # Tool | None = only looking
    shapes_changed = Signal(object)  # {AnnotationId: Box | Polygon}
    deletion_requested = Signal(object)  # tuple[AnnotationId, ...]

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tool: Tool | None = None
        self._grip: int | None = None  # the one that the arrow keys move; None = the whole shape
        self._grab: _Grab | None = None
        self._edited: dict[ObjectRef, Shape] = {}
        self._names: dict[str, str] = {}
        self._nudged = QTimer(self)
        self._nudged.setSingleShot(True)
        self._nudged.setInterval(NUDGED_MS)
        self._nudged.timeout.connect(self.settle)
        self.object_selected.connect(lambda _: self._selection_was_set())

    # What a page asks

    @property
    def tool(self) -> Tool | None:
        return self._tool

    @property
    def is_editing(self) -> bool:
        return self._tool is not None

    def set_tool(self, tool: Tool | None) -> None:
        """None = the shapes are only looked at."""
        self.settle()
        self.begin(tool)
        if tool is None:
            self._also.clear()
        if tool is not None and tool.draws:
            self.select(None)
        if tool is not self._tool:
            self._tool = tool
            self.tool_changed.emit(tool)
        self.update_cursor()
        self.update()

    def delete_selected(self) -> None:
        keys = tuple(AnnotationId(one.key) for one in self.selected_objects())
        self._drop_edits()
        if keys:
            self.deletion_requested.emit(keys)

    def choose_grip(self, step: int) -> None:
        """The next grip, or the one before; after the last one the whole shape."""
        shape = self._one_shape()
        if shape is None:
            return
        n = len(grips(shape, 0.0)) + 1
        at = (0 if self._grip is None else self._grip + 1) + step
        self._grip = None if at % n == 0 else at % n - 1
        self._tell(handle_text(shape, self._grip))
        self.update()

    def selection_grew(self) -> None:
        self._grip = None

    def cancel(self) -> bool:
        """Give up what is being drawn or moved; False when there is nothing of the kind."""
        if self.give_up():
            return True
        if self.drop_band():
            return True
        if self._grab is None and not self._edited:
            return False
        self._drop_edits()
        return True

    def settle(self) -> None:
        """Hand on what the arrow keys have moved so far."""
        self._nudged.stop()
        edited, self._edited = self._edited, {}
        shapes = {}
        for ref, shape in edited.items():
            one = self.object_of(ref)
            if one is not None and shape != _shape_of(one):
                shapes[AnnotationId(one.key)] = rounded(shape)
        if shapes:
            self.shapes_changed.emit(shapes)
        self.update()

    # Layers keep what is selected

    def rename(self, names: Mapping[AnnotationId, AnnotationId]) -> None:
        """What the next layers call the objects of these."""
        self._names.update({str(old): str(new) for old, new in names.items()})

    def set_layers(self, layers: Sequence[OverlayLayer], *, is_same_image: bool = False) -> None:
        names, self._names = self._names, {}
        kept = [names.get(one.key, one.key) for one in self.selected_objects()]
        grip, edited, is_nudged = self._grip, self._edited, self._nudged.isActive()
        is_same_image = is_same_image or bool(self.picture is not None and self.layers and layers)
        super().set_layers(layers, is_same_image=is_same_image)
        if not self.is_editing or not kept:
            return
        known = {one.key: one.ref for layer in layers for one in layer.objects}
        refs = [known[key] for key in kept if key in known]
        if refs:
            self.select(refs[0])
            self._set_also(set(refs[1:]))
            self._grip = grip
        # What is under the person's hands stays there: the layers speak of what was done before.
        self._edited = {ref: shape for ref, shape in edited.items() if ref in refs}
        if self._edited and is_nudged:
            self._nudged.start()
        self.update()

    # --- parts -------------------------------------------------------------------------------------------------

    def _selection_was_set(self) -> None:
        self._also.clear()
        self._grip = None
        self._edited = {}
        self._nudged.stop()
        self.selection_changed.emit()

    def _drop_edits(self) -> None:
        self._nudged.stop()
        self._edited, self._grab = {}, None
        self.update()

    def _one_shape(self) -> Shape | None:
        """Of the one selected object, as it is now under the person's hands."""
        one = self.selected
        if one is None or self._also or not self.is_editing:
            return None
        return self._edited.get(one.ref) or _shape_of(one)

    def _shapes(self) -> dict[ObjectRef, Shape]:
        found = {one.ref: self._edited.get(one.ref) or _shape_of(one) for one in self.selected_objects()}
        return {ref: shape for ref, shape in found.items() if shape is not None}

    # By mouse

    def is_grabbed_at(self, at: QPointF) -> bool:
        return self.is_editing or super().is_grabbed_at(at)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.is_editing or event.button() != Qt.MouseButton.LeftButton or self._is_space_held:
            super().mousePressEvent(event)
            return
        self._pressed_at = event.position().toPoint()
        if self._drawing is not None:
            self.press_drawing(event)
        else:
            self._take(event)

    def _take(self, event: QMouseEvent) -> None:
        self.settle()
        at, reach = self._in_image(event.position()), 1 / self.view.scale
        shape = self._one_shape()
        grip = None if shape is None else grip_at(shape, at, REACH_PX * reach, STALK_PX * reach, self.view.scale)
        if grip is not None:
            self._grip, self._grab = grip, _Grab(at, grip, self._shapes())
        else:
            ref = ref_at(self._scene(), self._view, event.position())
            beside = (REACH_PX if ref is None else HIT_TOLERANCE_PX) * reach
            if shape is not None and is_on_outline(shape, at, beside):
                ref = self._selected  # a little beside its side, which a double click gives a point
            if event.modifiers() & _TOGGLING:
                if ref is not None:
                    self._toggle(ref)
                else:
                    self.begin_band(at)
                return
            if ref is not None and ref != self._selected and ref not in self._also:
                self.select(ref)
            elif ref is None:
                self.select(None)
                self._dragged_from = event.position()  # the image is moved
            self._grip = None
            self._grab = None if ref is None else _Grab(at, None, self._shapes())
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.is_editing or self._dragged_from is not None:
            super().mouseMoveEvent(event)
            return
        if self._drawing is not None:
            self.move_drawing(event)
        elif self.is_banding:
            self.stretch_band(self._in_image(event.position()))
        elif self._grab is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)
        else:
            super().mouseMoveEvent(event)

    def _drag(self, event: QMouseEvent) -> None:
        grab, size = self._grab, self.image_size()
        if grab is None or size is None or (self._is_click(event) and not self._edited):
            return
        if grab.grip is not None:
            (ref, shape), *_ = grab.before.items()
            is_free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            to = self._snapped(event.position())
            if grab.grip == TURN and oriented(shape) is not None:
                to = self._in_image(event.position())  # it may lie outside of the image
            self._edited = {ref: grip_moved(shape, grab.grip, to, size, is_free=is_free)}
        else:
            at = self._in_image(event.position())
            dx, dy = at[0] - grab.at[0], at[1] - grab.at[1]
            self._edited = {ref: moved(shape, dx, dy, *size) for ref, shape in grab.before.items()}
        self._cursor = self._in_image(event.position())
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.is_editing or self._dragged_from is not None or event.button() != Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        if self._drawing is not None:
            self.release_drawing(event)
        elif self.is_banding:
            self.end_band()
        elif self._grab is not None:
            self._grab = None
            self.settle()
        self._pressed_at = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.is_editing:
            super().mouseDoubleClickEvent(event)
            return
        if self._drawing is not None:
            self.double_click_drawing(event)
            return
        one, shape = self.selected, self._one_shape()
        at = self._in_image(event.position())
        added = None if shape is None else point_added(shape, at, REACH_PX / self.view.scale)
        if one is not None and added is not None:
            self._grab = None
            self.shapes_changed.emit({AnnotationId(one.key): rounded(added)})

    # By keys

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        """Keys that are the canvas's and not the page's while something is drawn or selected."""
        key = Qt.Key(event.key())
        is_of_selection = key in ARROWS or key in ERASE
        return self.is_drawing_key(event) or (
            is_of_selection and self._drawing is None and self.is_editing and bool(self.selected_objects())
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if self.is_drawing_key(event):
            self.press_drawing_key(event)
        elif not self._is_own(event):
            super().keyPressEvent(event)
        elif key in ARROWS:
            step = step_of(event.modifiers())
            self._move(ARROWS[key][0] * step, ARROWS[key][1] * step)
        else:
            self._erase()

    def _move(self, dx: float, dy: float) -> None:
        size = self.image_size()
        if size is None:
            return
        shape, one = self._one_shape(), self.selected
        if shape is not None and one is not None and self._grip is not None:
            self._edited = {one.ref: grip_nudged(shape, self._grip, dx, dy, size)}
        else:
            self._edited = {ref: moved(shape, dx, dy, *size) for ref, shape in self._shapes().items()}
        self._cursor = None
        if shape is not None and one is not None:
            self._tell(shape_text(self._edited[one.ref]))
        self._nudged.start()
        self.update()

    def _erase(self) -> None:
        """The chosen point of an outline, else all that is selected."""
        one, shape = self.selected, self._one_shape()
        if one is None or shape is None or self._grip is None or oriented(shape) is not None:
            self.delete_selected()
            return
        left = point_removed(shape, self._grip)
        if left is not None:
            self._drop_edits()
            self._grip = None
            self.shapes_changed.emit({AnnotationId(one.key): rounded(left)})
        elif not isinstance(shape, Polygon):
            self.delete_selected()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.is_editing or self.image_size() is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_selection(painter)
        self.paint_drawing(painter)
        self.paint_band(painter)
        painter.end()

    def _paint_selection(self, painter: QPainter) -> None:
        scene, accent = self._scene(), QColor(current_theme().accent)
        for ref in self._also:
            paint_object(painter, scene, self._view, ref, 4.0)
        for shape in self._edited.values():
            paint_outline(painter, self._view, shape, accent)
        one = self._one_shape()
        if one is None:
            return
        is_oriented = oriented(one) is not None
        places = grips(one, STALK_PX / self._view.scale)
        if is_oriented:
            paint_stalk(painter, self._view, places[1], places[TURN])
        is_outline = isinstance(one, Polygon) and not is_oriented
        numbers = offered(one, self._view.scale)
        if self._grip is not None and self._grip not in numbers:
            numbers.append(self._grip)
        shown = {number: places[number] for number in numbers}
        paint_grips(painter, self._view, shown, is_round=is_outline, chosen=self._grip)
        if self._edited:
            box = one.bounds()
            paint_read_out(painter, self._view, self._cursor or (box.x1, box.y1), shape_text(one), self.rect())


def _shape_of(one: OverlayObject) -> Shape | None:
    """None for a label of the whole image and for a mask, which have no outline to be moved."""
    if one.is_whole_image or one.mask is not None:
        return None
    return Polygon(one.rings) if one.rings else one.bounds
