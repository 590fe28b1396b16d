"""A canvas whose one shape can be moved: by its handles with the mouse, by the arrow keys without."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.domain.geometry import Polygon
from ui.theme import current_theme
from ui.viewer.canvas import LayeredCanvas
from ui.viewer.shape_editing import Shape, handle_moved, handles, moved, nearest_handle
from ui.viewer.shape_marks import paint_grips, paint_outline

REACH_PX = 12.0
STEP, LARGE_STEP = 1.0, 10.0  # pixels of the image that an arrow key moves by
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CorrectingCanvas(LayeredCanvas):
    shape_changed = Signal(object)  # Box | Polygon, as the person drew it

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape: Shape | None = None
        self._handle: int | None = None  # the one that the arrow keys move; None = the whole shape
        self._grabbed: QPointF | None = None  # where in the image the pointer was

    def set_shape(self, shape: Shape | None) -> None:
        """Lay handles on a shape, or take them away."""
        self._shape, self._handle, self._grabbed = shape, None, None
        self._say_handle()
        self.update()

    @property
    def shape(self) -> Shape | None:
        return self._shape

    @property
    def handle(self) -> int | None:
        return self._handle

    def choose_handle(self, step: int) -> None:
        """The next handle, or the one before; after the last one the whole shape."""
        if self._shape is None:
            return
        n = len(handles(self._shape)) + 1  # the whole shape stands between the last and the first
        at = 0 if self._handle is None else self._handle + 1
        at = (at + step) % n
        self._handle = None if at == 0 else at - 1
        self._say_handle()
        self.update()

    def _say_handle(self) -> None:
        if self._shape is None:
            self.setAccessibleDescription("")
        elif self._handle is None:
            self.setAccessibleDescription(self.tr("The whole shape; arrow keys move it"))
        else:
            text = self.tr("Handle {n} of {total}; arrow keys move it")
            self.setAccessibleDescription(text.format(n=self._handle + 1, total=len(handles(self._shape))))

    def _move(self, dx: float, dy: float) -> None:
        size = self.image_size()
        if self._shape is None or size is None:
            return
        if self._handle is None:
            changed: Shape = moved(self._shape, dx, dy, *size)
        else:
            changed = handle_moved(self._shape, self._handle, dx, dy, *size)
        if changed != self._shape:
            self._shape = changed
            self.shape_changed.emit(changed)
            self.update()

    def _in_image(self, at: QPointF) -> QPointF:
        return QPointF(*self.view.to_image(at.x(), at.y()))

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._shape is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_outline(painter, self.view, self._shape, QColor(current_theme().accent))
        is_outline = isinstance(self._shape, Polygon)
        paint_grips(painter, self.view, dict(enumerate(handles(self._shape))), is_round=is_outline, chosen=self._handle)
        painter.end()

    def event(self, event: QEvent) -> bool:
        # While a shape is corrected the arrow keys are the canvas's and not the page's.
        is_arrow = isinstance(event, QKeyEvent) and Qt.Key(event.key()) in _ARROWS
        if event.type() == QEvent.Type.ShortcutOverride and self._shape is not None and is_arrow:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        direction = _ARROWS.get(Qt.Key(event.key()))
        if self._shape is None or direction is None:
            super().keyPressEvent(event)
            return
        step = LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        self._move(direction[0] * step, direction[1] * step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._shape is not None and event.button() == Qt.MouseButton.LeftButton:
            at = self._in_image(event.position())
            handle = nearest_handle(self._shape, at.x(), at.y(), REACH_PX / self.view.scale)
            box = self._shape.bounds()
            is_inside = box.x0 <= at.x() <= box.x1 and box.y0 <= at.y() <= box.y1
            if handle is not None or is_inside:
                self._handle, self._grabbed = handle, at
                self._say_handle()
                self.update()
                return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            super().mouseMoveEvent(event)
            return
        at = self._in_image(event.position())
        before, self._grabbed = self._grabbed, at
        self._move(at.x() - before.x(), at.y() - before.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            super().mouseReleaseEvent(event)
        self._grabbed = None
