"""A canvas in which shapes are drawn, by mouse and by keys alike. What is drawn leaves it as a signal."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from core.domain.geometry import Box
from ui.theme import current_theme
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.drawing import Drawing, Tool
from ui.viewer.grips import Point, rounded, snapped
from ui.viewer.read_outs import cursor_text
from ui.viewer.shape_editing import Shape
from ui.viewer.shape_marks import paint_cross_hair, paint_grips, paint_outline, paint_path, paint_read_out

REACH_PX = 10.0
SNAP_PX = 6.0
SAME_PX = 3.0  # a click so near to the last point of an outline is one on it
STEP, LARGE_STEP, HUGE_STEP = 1.0, 10.0, 100.0  # pixels of the image that an arrow key moves by
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ERASE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class DrawingCanvas(LayeredCanvas):
    shape_drawn = Signal(object)  # Box | Polygon
    told = Signal(str)  # what the cursor or the grip is at, for those who do not see it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawing: Drawing | None = None
        self._waiting: Shape | None = None  # drawn, and its class is still asked for
        self._cursor: Point | None = None
        self._is_by_keys = False  # the cursor was put where it is by arrow keys

    @property
    def is_drawing(self) -> bool:
        return self._drawing is not None and bool(self._drawing.points)

    def begin(self, tool: Tool | None) -> None:
        """Draw with a tool from now on; None = nothing is drawn."""
        self._drawing = Drawing(tool) if tool is not None and tool.draws else None
        self._waiting = None
        if tool is None:
            self._cursor = None

    def set_waiting(self, shape: Shape | None) -> None:
        """A shape stays on the screen until it has a class, or is given up."""
        self._waiting = shape
        self.update()

    def give_up(self) -> bool:
        """Drop what is being drawn; False when nothing is."""
        if self._waiting is None and not self.is_drawing:
            return False
        self.begin(self._drawing.tool if self._drawing is not None else None)
        self.update()
        return True

    # --- parts -------------------------------------------------------------------------------------------------

    def _in_image(self, at: QPointF) -> Point:
        return self.view.to_image(at.x(), at.y())

    def _snapped(self, at: QPointF) -> Point:
        size = self.image_size() or (0, 0)
        return snapped(self._in_image(at), size, SNAP_PX / self.view.scale)

    def _tell(self, text: str) -> None:
        self.setAccessibleDescription(text)
        self.told.emit(text)

    def _set_point(self, point: Point, *, reach: float) -> None:
        """A point of the drawing, which may be its last one."""
        drawing = self._drawing
        if drawing is None:
            return
        if drawing.closes_at(point, reach):
            self._finish(drawing)
            return
        self._drawing = drawing.with_point(point)
        if self._drawing.is_full:
            self._finish(self._drawing)
        self.update()

    def _finish(self, drawing: Drawing) -> None:
        shape = drawing.shape()
        if shape is None and drawing.tool is not Tool.POLYGON:
            self._drawing = drawing.without_last()  # a corner on the one before it: another one is waited for
        elif shape is not None:
            self._drawing = Drawing(drawing.tool)
            self.shape_drawn.emit(rounded(shape))
        self.update()

    # By mouse

    def press_drawing(self, event: QMouseEvent) -> None:
        self._follow(event)
        drawing, at = self._drawing, self._snapped(event.position())
        is_again = drawing is not None and drawing.ends_at(at, SAME_PX / self.view.scale)
        if not is_again:  # a hand that shakes a little sets no second point there
            self._set_point(at, reach=REACH_PX / self.view.scale)

    def move_drawing(self, event: QMouseEvent) -> None:
        self._follow(event)
        self.update()

    def _follow(self, event: QMouseEvent) -> None:
        self._cursor, self._is_by_keys = self._snapped(event.position()), False

    def release_drawing(self, event: QMouseEvent) -> None:
        """Drawn by dragging: where it is let go is the next corner."""
        drawing = self._drawing
        if drawing is not None and drawing.points and drawing.tool is not Tool.POLYGON and not self._is_click(event):
            self._set_point(self._snapped(event.position()), reach=0.0)

    def double_click_drawing(self, event: QMouseEvent) -> None:
        if self._drawing is not None and self._drawing.tool is Tool.POLYGON:
            self._finish(self._drawing)
        else:
            self.press_drawing(event)

    def _is_click(self, event: QMouseEvent) -> bool:
        start = self._pressed_at
        return start is not None and (
            (event.position().toPoint() - start).manhattanLength() < QApplication.startDragDistance()
        )

    # By keys

    def is_drawing_key(self, event: QKeyEvent) -> bool:
        """Keys that are the canvas's and not the page's while something is drawn."""
        key = Qt.Key(event.key())
        return self._drawing is not None and (key in ARROWS or key in _ENTER or (key in ERASE and self.is_drawing))

    def press_drawing_key(self, event: QKeyEvent) -> None:
        key, drawing = Qt.Key(event.key()), self._drawing
        if key in ARROWS:
            step = step_of(event.modifiers())
            self._move_cursor(ARROWS[key][0] * step, ARROWS[key][1] * step, self.image_size() or (0, 0))
        elif key in _ENTER:
            self._enter()
        elif drawing is not None:
            self._drawing = drawing.without_last()
            self.update()

    def _move_cursor(self, dx: float, dy: float, size: tuple[int, int]) -> None:
        at = self._cursor
        if at is None:  # the middle of what is seen, on a whole pixel
            shown = self.shown_box() or Box(0, 0, *size)
            at = (round((shown.x0 + shown.x1) / 2), round((shown.y0 + shown.y1) / 2))
        self._cursor, self._is_by_keys = snapped((at[0] + dx, at[1] + dy), size, 0.0), True
        self._keep_in_window(self._cursor)
        self._tell(self._cursor_words())
        self.update()

    def _keep_in_window(self, at: Point) -> None:
        x, y = self.view.to_view(*at)
        dx = min(self.width() - 20 - x, 0.0) + max(20 - x, 0.0)
        dy = min(self.height() - 20 - y, 0.0) + max(20 - y, 0.0)
        if dx or dy:
            self.pan(dx, dy)

    def _enter(self) -> None:
        """A corner at the cursor; where the last one is already, an outline is closed.

        An outline that was clicked is closed as it is: the pointer only lies where it was left.
        """
        drawing = self._drawing
        if drawing is None:
            return
        if not self._is_by_keys and drawing.is_outline:
            self._finish(drawing)
            return
        if self._cursor is None:
            self._move_cursor(0.0, 0.0, self.image_size() or (0, 0))
            return
        if drawing.tool is Tool.POLYGON and drawing.points and drawing.with_point(self._cursor) == drawing:
            self._finish(drawing)
        else:
            self._set_point(self._cursor, reach=0.5)
            self._tell(self._cursor_words())

    def _cursor_words(self) -> str:
        drawing = self._drawing
        shape = None if drawing is None else drawing.shape(self._cursor)
        return cursor_text(self._cursor or (0.0, 0.0), shape, 0 if drawing is None else len(drawing.points))

    # Painting

    def update_cursor(self) -> None:
        is_moving = self._dragged_from is not None or self._is_space_held
        if self._drawing is not None and not is_moving:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            super().update_cursor()

    def leaveEvent(self, event: QEvent) -> None:
        if self._drawing is not None and not self.is_drawing:
            self._cursor = None
            self.update()
        super().leaveEvent(event)

    def paint_drawing(self, painter: QPainter) -> None:
        accent = QColor(current_theme().accent)
        if self._waiting is not None:
            paint_outline(painter, self._view, self._waiting, accent)
        drawing = self._drawing
        if drawing is None:
            return
        if self._cursor is not None:
            paint_cross_hair(painter, self._view, self._cursor, self.rect())
        shape = drawing.shape(self._cursor)
        if shape is not None:
            paint_outline(painter, self._view, shape, accent, is_open=True)
        elif drawing.points:
            points = [*drawing.points, self._cursor] if self._cursor is not None else list(drawing.points)
            paint_path(painter, self._view, points, accent)
        paint_grips(painter, self._view, dict(enumerate(drawing.points)), is_round=True)
        if self._cursor is not None:
            paint_read_out(painter, self._view, self._cursor, self._cursor_words(), self.rect())


def step_of(modifiers: Qt.KeyboardModifier) -> float:
    """How many pixels of the image an arrow key moves by."""
    if modifiers & Qt.KeyboardModifier.ControlModifier:
        return HUGE_STEP
    return LARGE_STEP if modifiers & Qt.KeyboardModifier.ShiftModifier else STEP
