"""A window onto an image: zooming at the pointer, moving, fitting. What is drawn in it is its subclass's."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from core.domain.geometry import Box
from ui.viewer.view_transform import ViewTransform, fitted

ZOOM_STEP = 1.25
MOST_BLOWN_UP = 4.0  # pixels of the window for one of the image, where a box is looked at
PAN_STEPS = {
    # As the window would move over the image.
    Qt.Key.Key_Left: (60.0, 0.0),
    Qt.Key.Key_Right: (-60.0, 0.0),
    Qt.Key.Key_Up: (0.0, 60.0),
    Qt.Key.Key_Down: (0.0, -60.0),
}


class ZoomWidget(QWidget):
    """Keeps the view; the subclass says how large the image is, and what lies under the pointer."""

    view_changed = Signal(object)  # ViewTransform
    zoom_changed = Signal(float)  # screen pixels per image pixel

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = ViewTransform()
        self._is_fitted = True
        self._pressed_at: QPoint | None = None
        self._dragged_from: QPointF | None = None
        self._is_space_held = False
        self._has_focus_frame = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 160)

    # What the subclass says

    def image_size(self) -> tuple[int, int] | None:
        """Of the image in its own pixels; None when there is none."""
        raise NotImplementedError

    def pane_size(self) -> QSize:
        """The room for one picture."""
        return self.size()

    def pane_origin(self, at: QPointF) -> QPointF:
        """Where in the window the picture under a point is laid out from."""
        return QPointF(0, 0)

    def is_grabbed_at(self, at: QPointF) -> bool:
        """Whether a press there is for something else than moving the image."""
        return False

    def clicked_at(self, at: QPointF) -> None:
        """The left button, without a drag."""

    def hovered_at(self, at: QPointF | None) -> None:
        """The pointer moved with no button held; None = it left."""

    def view_was_set(self) -> None:
        """The view is another one."""

    def is_over_object(self) -> bool:
        """Whether the pointer's shape says that a click would select."""
        return False

    # The view

    @property
    def view(self) -> ViewTransform:
        return self._view

    def shown_box(self) -> Box | None:
        """The part of the image that is on the screen, in its pixels; None without one."""
        size, room = self.image_size(), self.pane_size()
        if size is None:
            return None
        shown = self._view.visible(room.width(), room.height()).clipped(*size)
        return shown if shown.area > 0 else None

    def set_view(self, view: ViewTransform) -> None:
        """Show what another canvas shows."""
        self._is_fitted = False
        self._change_view(view)

    def fit(self) -> None:
        """The whole image; stays so when the window's size changes, until the person zooms."""
        size = self.image_size()
        if size is not None:
            self._is_fitted = True
            room = self.pane_size()
            self._change_view(fitted(size, (room.width(), room.height())))

    def centre_on(self, box: Box, share: float = 0.4) -> None:
        """`box` in the middle, taking `share` of the window; a tiny one takes less, with what is around it."""
        if self.image_size() is None:
            return
        self._is_fitted = False
        room = self.pane_size()
        per_x, per_y = room.width() / max(box.width, 1.0), room.height() / max(box.height, 1.0)
        scale = min(share * min(per_x, per_y), MOST_BLOWN_UP)
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        self._change_view(ViewTransform(scale, room.width() / 2 - x * scale, room.height() / 2 - y * scale))

    def show_actual_size(self) -> None:
        """One image pixel on one pixel of the screen, around the middle of the window."""
        self._zoom(1.0 / self._view.scale / self.devicePixelRatioF(), self._middle())

    def zoom_in(self) -> None:
        self._zoom(ZOOM_STEP, self._middle())

    def zoom_out(self) -> None:
        self._zoom(1 / ZOOM_STEP, self._middle())

    def pan(self, dx: float, dy: float) -> None:
        """Move the image by pixels of the window."""
        size = self.image_size()
        if size is None:
            return
        self._is_fitted = False
        room = self.pane_size()
        self._change_view(self._view.panned(dx, dy).kept_in_view(size, (room.width(), room.height())))

    def _middle(self) -> QPointF:
        room = self.pane_size()
        return QPointF(room.width() / 2, room.height() / 2)

    def _zoom(self, factor: float, at: QPointF) -> None:
        size = self.image_size()
        if size is None:
            return
        self._is_fitted = False
        room = self.pane_size()
        whole = fitted(size, (room.width(), room.height()), may_enlarge=False)
        self._change_view(self._view.zoomed(factor, at.x(), at.y(), minimum=min(whole.scale, 1.0) / 4))

    def _change_view(self, view: ViewTransform) -> None:
        if view == self._view:
            return
        self._view = view
        self.view_was_set()
        self.view_changed.emit(view)
        self.zoom_changed.emit(view.scale * self.devicePixelRatioF())

    def update_cursor(self) -> None:
        if self._dragged_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._is_space_held:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self.is_over_object():
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def does_space_move(self) -> bool:
        return True

    # Qt overrides

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if turns:
            self._zoom(ZOOM_STEP**turns, event.position() - self.pane_origin(event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_left = event.button() == Qt.MouseButton.LeftButton
        is_pan = event.button() == Qt.MouseButton.MiddleButton or self._is_space_held
        if is_left:
            self._pressed_at = event.position().toPoint()
        if is_pan or (is_left and not self.is_grabbed_at(event.position())):
            self._dragged_from = event.position()
            self.update_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None:
            moved = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self.pan(moved.x(), moved.y())
        else:
            self.hovered_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        pressed, self._pressed_at = self._pressed_at, None
        self.update_cursor()
        if event.button() != Qt.MouseButton.LeftButton or pressed is None or self._is_space_held:
            return
        if (event.position().toPoint() - pressed).manhattanLength() < QApplication.startDragDistance():
            self.clicked_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        # Who came by Tab sees where the keyboard is; who clicked knows.
        self._has_focus_frame = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._has_focus_frame = False
        self._is_space_held = False
        super().focusOutEvent(event)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self.does_space_move():
            self._is_space_held = True
            self.update_cursor()
        elif Qt.Key(event.key()) in PAN_STEPS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.pan(*PAN_STEPS[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self._is_space_held:
            self._is_space_held = False
            self.update_cursor()
        else:
            super().keyReleaseEvent(event)
