"""The image with its layers: modes, colours, hover and selection. One painted picture per view, not items.

What lies below the pointer's marks is rendered once per change of view into a pixmap; hovering and selecting paint over
it. Where that takes longer than a frame, a moved view shows the picture before it, moved, and the fine one is made
between the window's other events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from core.domain.ids import CategoryId
from ui.theme import current_theme, theme_notifier
from ui.viewer.backings import Backings
from ui.viewer.blinking import Blinker
from ui.viewer.colouring import ColourBy
from ui.viewer.looks import OverlayLook, usual_look
from ui.viewer.marks import paint_divider, paint_link, paint_object, paint_title, place_of
from ui.viewer.modes import Pane, ViewMode, panes, split_x
from ui.viewer.overlays import ObjectRef, OverlayKind, OverlayLayer, OverlayObject
from ui.viewer.painting import LayerPainter, PaintStyle
from ui.viewer.picking import in_reading_order, ref_at
from ui.viewer.picture import Picture
from ui.viewer.rendering import Scene, steps
from ui.viewer.spoken import spoken
from ui.viewer.zoom_widget import ZoomWidget

SPLIT_GRAB_PX = 8
SPLIT_STEP = 0.02


class LayeredCanvas(ZoomWidget):
    """Shows a `Picture` and up to one `OverlayLayer` of each kind; knows nothing of where they come from."""

    object_selected = Signal(object)  # OverlayObject | None, with what became of it
    mode_changed = Signal(object)  # ViewMode

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._painters: dict[OverlayKind, LayerPainter] = {}
        self._looks: dict[OverlayKind, OverlayLook] = {}
        self._style = PaintStyle()
        self._is_truth_held = False
        self._mode = ViewMode.OVERLAY
        self._split = 0.5
        self._is_splitting = False
        self._scene_cache: Scene | None = None
        self.backings = Backings(self._scene, lambda: self.view, self)
        self.backings.refined.connect(self.update)
        self._hovered: ObjectRef | None = None
        self._selected: ObjectRef | None = None
        self.blinker = Blinker(self)
        self.blinker.turned.connect(self._turn)
        self.setAccessibleName(self.tr("Image"))
        theme_notifier().theme_changed.connect(self._restyle)

    # Setters

    def set_picture(self, picture: Picture | None) -> None:
        """Show another picture; the view stays when it has the size of the one before (a sharper copy of it)."""
        before = self._picture
        self._picture = picture
        is_same = picture and before and (picture.width, picture.height) == (before.width, before.height)
        if picture is not None and (not is_same or self._is_fitted):
            self.fit()
        if is_same:
            self._restyle()
        else:
            self._begin_anew()

    def set_layers(self, layers: Sequence[OverlayLayer], *, is_same_image: bool = False) -> None:
        """Replace all layers. A layer `judged` anew keeps its selection and what was made to draw it; with
        `is_same_image`, what is on the screen stays until the new picture is made."""
        before, self._painters = self._painters, {}
        is_same = {layer.kind for layer in layers} == set(before)
        for layer in sorted(layers, key=lambda one: list(OverlayKind).index(one.kind)):
            painter = before.get(layer.kind) or LayerPainter(layer)
            is_same = painter.set_layer(layer) and is_same
            self._painters[layer.kind] = painter
        self._hovered = None
        if is_same:
            self._restyle()
            self._drop_hidden_selection()
            if self._selected is not None:
                self._announce_selection()
        else:
            self.select(None)
            if is_same_image:
                self._restyle()
            else:
                self._begin_anew()

    def set_layer(self, layer: OverlayLayer | None) -> None:
        """Have this layer alone, or none."""
        self.set_layers([layer] if layer is not None else [])

    def set_look(self, look: OverlayLook, kind: OverlayKind = OverlayKind.GROUND_TRUTH) -> None:
        """How a kind of layer shows from now on; that of the ground truth holds for both its layers."""
        self._looks[kind] = look
        if kind is OverlayKind.GROUND_TRUTH:
            self._looks[OverlayKind.GROUND_TRUTH_B] = look
        self._restyle()

    def set_hidden_categories(self, hidden: frozenset[CategoryId | None]) -> None:
        self._style = replace(self._style, hidden=frozenset(hidden))
        self._drop_hidden_selection()
        self._restyle()

    def set_layer_shown(self, is_shown: bool) -> None:
        """Whether the ground truth is drawn at all, whatever its look says."""
        self._is_truth_held = not is_shown
        self._restyle()

    def set_colour_by(self, by: ColourBy) -> None:
        self._style = replace(self._style, colour_by=by)
        self._restyle()

    def set_mode(self, mode: ViewMode) -> None:
        if mode is self._mode:
            return
        self._mode = mode
        self._style = replace(self._style, only_errors=mode is ViewMode.DIFFERENCE)
        self.blinker.set_active(mode is ViewMode.BLINK)
        self.backings.forget_resting()
        self._restyle()
        if self._is_fitted:
            self.fit()
        self.update_cursor()
        self.mode_changed.emit(mode)

    def set_split(self, split: float) -> None:
        """Where the split stands, 0 to 1 from the left."""
        split = min(max(split, 0.0), 1.0)
        if split == self._split:
            return
        before, self._split = split_x(self.width(), self._split), split
        self._scene_cache = None
        after = split_x(self.width(), split)
        if self._mode is ViewMode.SPLIT:
            # Between the two places alone the picture is another one.
            self.backings.mend(QRect(min(before, after), 0, abs(after - before), self.height()))
        self.update()

    # What is there

    @property
    def picture(self) -> Picture | None:
        return self._picture

    @property
    def mode(self) -> ViewMode:
        return self._mode

    @property
    def colour_by(self) -> ColourBy:
        return self._style.colour_by

    @property
    def split(self) -> float:
        return self._split

    @property
    def layers(self) -> Mapping[OverlayKind, OverlayLayer]:
        return {kind: painter.layer for kind, painter in self._painters.items()}

    @property
    def selected(self) -> OverlayObject | None:
        return self._told(self._selected)

    @property
    def hovered(self) -> OverlayObject | None:
        return self._told(self._hovered)

    @property
    def is_settled(self) -> bool:
        """Whether what is on the screen is the fine picture of the present view."""
        return self.backings.is_settled

    def look(self, kind: OverlayKind) -> OverlayLook:
        """As it was set; else the usual one: ground truth alone is filled lightly, below predictions it is not."""
        has_predictions = any(not known.is_truth for known in self._painters)
        return self._looks.get(kind, usual_look(kind) if has_predictions else OverlayLook())

    def object_of(self, ref: ObjectRef) -> OverlayObject | None:
        """The object of a reference, with what became of it."""
        return self._told(ref)

    def _told(self, ref: ObjectRef | None) -> OverlayObject | None:
        painter = self._painters.get(ref.kind) if ref is not None else None
        number = painter.layer.number_of(ref.row) if painter is not None and ref is not None else None
        return painter.layer.told(number) if painter is not None and number is not None else None

    # Selection

    def select(self, one: OverlayObject | ObjectRef | None) -> None:
        ref = one.ref if isinstance(one, OverlayObject) else one
        if ref == self._selected:
            return
        self._selected = ref
        self._announce_selection()
        self.update()

    def _announce_selection(self) -> None:
        selected = self.selected
        self.setAccessibleDescription(spoken(selected) if selected is not None else "")
        self.object_selected.emit(selected)

    def select_next(self, step: int = 1, *, only_errors: bool = False) -> None:
        """Walk through the drawn objects, or the wrong ones, from top to bottom as a reader would; wraps around."""
        refs = in_reading_order(self._scene(), only_errors=only_errors)
        if not refs:
            return
        at = refs.index(self._selected) if self._selected in refs else (-1 if step > 0 else 0)
        self.select(refs[(at + step) % len(refs)])

    def _drop_hidden_selection(self) -> None:
        if self._selected is None:
            return
        painter = self._painters.get(self._selected.kind)
        number = painter.layer.number_of(self._selected.row) if painter is not None else None
        if painter is None or number is None or not painter.drawn(self._style.hidden)[number]:
            self.select(None)

    # Rendering

    def _begin_anew(self) -> None:
        """Another image: nothing of what was shown is of use."""
        self.backings.begin_anew()
        self._scene_cache = None
        self.update()

    def _restyle(self) -> None:
        """The same image, to be drawn in another way."""
        self.backings.restyle()
        self._scene_cache = None
        self.update()

    def _turn(self) -> None:
        """The other side of a blink; each keeps its picture."""
        self._scene_cache = None
        self.backings.turn()
        self._hovered = None
        self.update()

    def _scene(self) -> Scene:
        if self._scene_cache is None:
            layers = {kind: (painter, self._shown_look(kind)) for kind, painter in self._painters.items()}
            self._scene_cache = Scene(
                self._picture,
                layers,
                self._style,
                self._panes(),
                self.size(),
                self.devicePixelRatioF(),
                QColor(current_theme().canvas),
            )
        return self._scene_cache

    def _shown_look(self, kind: OverlayKind) -> OverlayLook:
        look = self.look(kind)
        return replace(look, is_shown=False) if self._is_truth_held and kind.is_truth else look

    def _panes(self) -> tuple[Pane, ...]:
        return panes(self._mode, set(self._painters), self.size(), split=self._split, is_second=self.blinker.is_second)

    def render_image(self, ratio: float = 2.0) -> QImage:
        """What is shown now, marks and titles too, with `ratio` pixels for each of the window's."""
        image = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        painter.setFont(self.font())
        scene = replace(self._scene(), ratio=ratio)
        for _ in steps(painter, scene, self._view, self.rect()):
            pass
        self._paint_marks(painter, scene)
        painter.end()
        return image

    def _paint_marks(self, painter: QPainter, scene: Scene) -> None:
        if self._picture is None:
            return
        if self._hovered is not None and self._hovered != self._selected:
            paint_object(painter, scene, self._view, self._hovered, 3.0)
        selected = self.selected
        if selected is not None:
            partner = self._told(selected.partner)
            if partner is not None:
                paint_object(painter, scene, self._view, partner.ref, 3.0)
            paint_object(painter, scene, self._view, selected.ref, 4.0)
            if partner is not None:
                paint_link(painter, scene, self._view, selected, partner)
        if self._mode is ViewMode.SPLIT:
            paint_divider(painter, self.rect(), split_x(self.width(), self._split))
        if self._mode in (ViewMode.SIDE_BY_SIDE, ViewMode.SPLIT, ViewMode.BLINK):
            for pane in scene.panes:
                paint_title(painter, pane, self._title_of(pane))

    def _title_of(self, pane: Pane) -> str:
        titles = [self._painters[kind].layer.title for kind in pane.kinds if kind in self._painters]
        # Beside predictions the ground truth goes without saying.
        return titles[-1] if titles else self.tr("Image alone")

    def _marks_of(self, ref: ObjectRef | None) -> QRect:
        one = self._told(ref)
        return place_of(self._scene(), self._view, one) if one is not None else QRect()

    # What ZoomWidget asks

    def image_size(self) -> tuple[int, int] | None:
        return (self._picture.width, self._picture.height) if self._picture is not None else None

    def pane_size(self) -> QSize:
        shown = self._panes()
        return self.size() if self._mode is ViewMode.SPLIT else shown[0].rect.size()

    def pane_origin(self, at: QPointF) -> QPointF:
        pane = next((one for one in self._panes() if one.rect.contains(at.toPoint())), None)
        return QPointF(pane.origin) if pane is not None else QPointF(0, 0)

    def is_grabbed_at(self, at: QPointF) -> bool:
        return ref_at(self._scene(), self._view, at) is not None

    def clicked_at(self, at: QPointF) -> None:
        self.select(ref_at(self._scene(), self._view, at))

    def hovered_at(self, at: QPointF | None) -> None:
        ref = ref_at(self._scene(), self._view, at) if at is not None else None
        if ref == self._hovered:
            return
        stale = self._marks_of(self._hovered)
        self._hovered = ref
        self.setToolTip("")
        self.update_cursor()
        # The marks alone are painted anew.
        self.update(stale.united(self._marks_of(ref)))

    def view_was_set(self) -> None:
        self.update()

    def is_over_object(self) -> bool:
        return self._hovered is not None

    def does_space_move(self) -> bool:
        return self._mode is not ViewMode.BLINK

    # Qt overrides

    def paintEvent(self, event: QPaintEvent) -> None:
        fitting, last = self.backings.fitting(), self.backings.shown
        painter = QPainter(self)
        if fitting is not None:
            painter.drawPixmap(0, 0, fitting.pixmap)
        elif last is not None:
            last.draw_moved(painter, self._view)
        self._paint_marks(painter, self._scene())
        if self._has_focus_frame:
            painter.setPen(QPen(QColor(current_theme().accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._scene_cache = None
        self.backings.restyle()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        # Where a split is to be moved, the arrow keys are its own and not the page's.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._mode is ViewMode.SPLIT
            and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        ):
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        is_near = abs(at.x() - split_x(self.width(), self._split)) <= SPLIT_GRAB_PX
        if self._mode is ViewMode.SPLIT and event.button() == Qt.MouseButton.LeftButton and is_near:
            self._is_splitting = True
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_splitting:
            self.set_split(event.position().x() / max(self.width(), 1))
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_splitting:
            self._is_splitting = False
            return
        super().mouseReleaseEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered_at(None)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -SPLIT_STEP, Qt.Key.Key_Right: SPLIT_STEP}.get(Qt.Key(event.key()))
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if self._mode is ViewMode.SPLIT and step is not None and not is_shifted:
            self.set_split(self._split + step)
        elif self._mode is ViewMode.BLINK and event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.blinker.hold(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._mode is ViewMode.BLINK and event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.blinker.hold(False)
        else:
            super().keyReleaseEvent(event)
