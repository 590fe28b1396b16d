"""The image with its overlay: zoom at the cursor, pan, hover and selection. One painted picture per view, not items.

What lies below the pointer's marks (image and layer) is rendered once per change of view into a pixmap; hovering and
selecting paint over it.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from core.domain.ids import CategoryId
from ui.theme import current_theme, theme_notifier
from ui.viewer.overlays import OverlayLayer, OverlayObject
from ui.viewer.painting import LayerPainter, OverlayLook, overlay_colour
from ui.viewer.picture import Picture
from ui.viewer.view_transform import ViewTransform, fitted

ZOOM_STEP = 1.25
HIT_TOLERANCE_PX = 4.0
FRAME_S = 0.012  # a rendering that takes longer is replaced by a draft while the view moves
SETTLE_MS = 90


class ImageCanvas(QWidget):
    """Shows a `Picture` and an `OverlayLayer`; knows nothing of where they come from."""

    object_selected = Signal(object)  # OverlayObject | None
    zoom_changed = Signal(float)  # screen pixels per image pixel

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._painter: LayerPainter | None = None
        self._look = OverlayLook()
        self._hidden: frozenset[CategoryId | None] = frozenset()
        self._is_layer_shown = True
        self._view = ViewTransform()
        self._is_fitted = True
        self._backing: QPixmap | None = None
        self._is_moving = False
        self._fine_cost_s = 0.0  # of the last rendering with all its lines
        self._settle_timer = QTimer(self)
        self._settle_timer.setSingleShot(True)
        self._settle_timer.setInterval(SETTLE_MS)
        self._settle_timer.timeout.connect(self._invalidate)
        self._hovered: OverlayObject | None = None
        self._selected: OverlayObject | None = None
        self._pressed_at: QPoint | None = None
        self._dragged_from: QPointF | None = None
        self._is_space_held = False
        self._has_focus_frame = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(200, 160)
        self.setAccessibleName(self.tr("Image"))
        theme_notifier().theme_changed.connect(self._invalidate)

    @property
    def view(self) -> ViewTransform:
        return self._view

    @property
    def selected(self) -> OverlayObject | None:
        return self._selected

    def set_picture(self, picture: Picture | None) -> None:
        """Show another picture; the view stays when it has the size of the one before (a sharper copy of it)."""
        before = self._picture
        self._picture = picture
        is_same = picture and before and (picture.width, picture.height) == (before.width, before.height)
        if picture is not None and (not is_same or self._is_fitted):
            self.fit()
        self._invalidate()

    def set_layer(self, layer: OverlayLayer | None) -> None:
        self._painter = LayerPainter(layer) if layer is not None else None
        self._hovered = None
        self.select(None)
        self._invalidate()

    def set_look(self, look: OverlayLook) -> None:
        self._look = look
        self._invalidate()

    def set_hidden_categories(self, hidden: frozenset[CategoryId | None]) -> None:
        self._hidden = hidden
        if self._selected is not None and self._selected.category in hidden:
            self.select(None)
        self._invalidate()

    def set_layer_shown(self, is_shown: bool) -> None:
        self._is_layer_shown = is_shown
        self._invalidate()

    def select(self, one: OverlayObject | None) -> None:
        if one is self._selected:
            return
        self._selected = one
        self.object_selected.emit(one)
        self.update()

    def select_next(self, step: int = 1) -> None:
        """Walk through the visible objects from top to bottom, as a reader would; wraps around."""
        if self._painter is None:
            return
        objects = [one for one in self._painter.layer.objects if one.category not in self._hidden]
        objects.sort(key=lambda one: (one.bounds.y0, one.bounds.x0))
        if not objects:
            return
        at = objects.index(self._selected) if self._selected in objects else (-1 if step > 0 else 0)
        self.select(objects[(at + step) % len(objects)])

    def fit(self) -> None:
        """The whole image; stays so when the window's size changes, until the person zooms."""
        if self._picture is not None:
            self._is_fitted = True
            self._set_view(fitted((self._picture.width, self._picture.height), (self.width(), self.height())))

    def show_actual_size(self) -> None:
        """One image pixel on one pixel of the screen, around the middle of the window."""
        self._zoom(1.0 / self._view.scale / self.devicePixelRatioF(), QPointF(self.width() / 2, self.height() / 2))

    def zoom_in(self) -> None:
        self._zoom(ZOOM_STEP, QPointF(self.width() / 2, self.height() / 2))

    def zoom_out(self) -> None:
        self._zoom(1 / ZOOM_STEP, QPointF(self.width() / 2, self.height() / 2))

    def _zoom(self, factor: float, at: QPointF) -> None:
        if self._picture is None:
            return
        self._is_fitted = False
        whole = fitted((self._picture.width, self._picture.height), (self.width(), self.height()), may_enlarge=False)
        self._set_view(self._view.zoomed(factor, at.x(), at.y(), minimum=min(whole.scale, 1.0) / 4))

    def _pan(self, dx: float, dy: float) -> None:
        if self._picture is None:
            return
        self._is_fitted = False
        size, window = (self._picture.width, self._picture.height), (self.width(), self.height())
        self._set_view(self._view.panned(dx, dy).kept_in_view(size, window))

    def _set_view(self, view: ViewTransform) -> None:
        if view == self._view:
            return
        self._view = view
        self._invalidate()
        if self._fine_cost_s > FRAME_S:
            self._is_moving = True
            self._settle_timer.start()
        self.zoom_changed.emit(view.scale * self.devicePixelRatioF())

    def _invalidate(self) -> None:
        self._backing = None
        self._is_moving = False
        self.update()

    def _object_at(self, at: QPointF) -> OverlayObject | None:
        if self._painter is None or not self._is_layer_shown:
            return None
        x, y = self._view.to_image(at.x(), at.y())
        return self._painter.layer.find_at(x, y, HIT_TOLERANCE_PX / self._view.scale, self._hidden)

    def _render(self) -> QPixmap:
        started = time.perf_counter()
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(round(self.width() * ratio), round(self.height() * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(current_theme().canvas))
        if self._picture is not None:
            painter = QPainter(pixmap)
            self._picture.paint(painter, self._view, self.size(), pixel_ratio=ratio)
            if self._painter is not None and self._is_layer_shown:
                self._painter.paint(
                    painter,
                    self._view,
                    self.size(),
                    look=self._look,
                    hidden=self._hidden,
                    is_draft=self._is_moving,
                )
            painter.end()
        if not self._is_moving:
            self._fine_cost_s = time.perf_counter() - started
        return pixmap

    def _update_cursor(self) -> None:
        if self._dragged_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._is_space_held:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._hovered is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _hover(self, one: OverlayObject | None) -> None:
        if one is not self._hovered:
            self._hovered = one
            self.setToolTip("")
            self._update_cursor()
            self.update()

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._backing is None:
            self._backing = self._render()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._backing)
        if self._painter is not None and self._is_layer_shown and self._picture is not None:
            if self._hovered is not None and self._hovered is not self._selected:
                self._painter.paint_one(painter, self._hovered, self._view, _marks(self._hovered, 3.0))
            if self._selected is not None:
                self._painter.paint_one(painter, self._selected, self._view, _marks(self._selected, 4.0))
        if self._has_focus_frame:
            painter.setPen(QPen(QColor(current_theme().accent), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_fitted:
            self.fit()
        self._invalidate()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps:
            self._zoom(ZOOM_STEP**steps, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        is_pan = event.button() == Qt.MouseButton.MiddleButton or self._is_space_held
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()
        if is_pan or (event.button() == Qt.MouseButton.LeftButton and self._object_at(event.position()) is None):
            self._dragged_from = event.position()
            self._update_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged_from is not None:
            moved = event.position() - self._dragged_from
            self._dragged_from = event.position()
            self._pan(moved.x(), moved.y())
        else:
            self._hover(self._object_at(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragged_from = None
        pressed, self._pressed_at = self._pressed_at, None
        self._update_cursor()
        if event.button() != Qt.MouseButton.LeftButton or pressed is None or self._is_space_held:
            return
        if (event.position().toPoint() - pressed).manhattanLength() < QApplication.startDragDistance():
            self.select(self._object_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

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
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_held = True
            self._update_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._is_space_held = False
            self._update_cursor()
        else:
            super().keyReleaseEvent(event)


def _marks(one: OverlayObject, width: float) -> tuple[QPen, ...]:
    """A white line below a coloured one: visible on any picture and any fill."""
    pens = []
    for colour, extra in ((QColor("#ffffff"), 3.0), (overlay_colour(one.colour), 0.0)):
        pen = QPen(colour, width + extra)
        pen.setCosmetic(True)
        pens.append(pen)
    return tuple(pens)
