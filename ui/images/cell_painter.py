"""Draws one cell of the grid: the thumbnail with its ground truth, the name, the number of annotations, a badge."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QStyle

from core.domain.ids import CategoryId, ImageId
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, Category, ImageState
from ui.grids.cell_grid import PADDING, CellState
from ui.icons import icon
from ui.images.image_grid_model import n_objects
from ui.images.seen_images import Cell
from ui.theme import current_theme, theme_notifier
from ui.viewer.layers import ground_truth_layer
from ui.viewer.looks import OverlayLook
from ui.viewer.painting import LayerPainter
from ui.viewer.view_transform import ViewTransform
from ui.widgets.formatting import count

TEXT_GAP = 5
MARK_SIDE = 28
MAX_COMPOSED_BYTES = 32 << 20
FRAME_BUDGET_S = 0.006  # spent on scaling and drawing shapes in one repaint; the rest follows in the next one
THUMBNAIL_LOOK = OverlayLook(line_width=1.6, fill=0.14)


class CellPainter(QObject):
    """Thumbnails with their shapes are kept as pixmaps: scrolling back draws nothing anew."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.side = 160
        self._categories: tuple[Category, ...] = ()
        self._hidden: frozenset[CategoryId] = frozenset()
        self._is_ground_truth_shown = True
        self._composed: OrderedDict[tuple[ImageId, int], _Composed] = OrderedDict()
        self._max_bytes = MAX_COMPOSED_BYTES
        self._marks: dict[tuple[bool, float], QPixmap] = {}
        self._n_bytes = 0
        self._generation = 0
        self._spent_s = 0.0
        self.pending: list[QRect] = []  # cells whose newest shapes wait for the next repaint
        theme_notifier().theme_changed.connect(self.forget_all)

    def set_categories(self, categories: Sequence[Category]) -> None:
        self._categories = tuple(categories)
        self._generation += 1

    def set_hidden_categories(self, hidden: frozenset[CategoryId]) -> None:
        self._hidden = hidden
        self._generation += 1

    def set_ground_truth_shown(self, is_shown: bool) -> None:
        self._is_ground_truth_shown = is_shown
        self._generation += 1

    def forget_all(self) -> None:
        self._composed.clear()
        self._marks.clear()
        self._n_bytes = 0

    def begin_frame(self, screen: QSize) -> None:
        """The view starts a repaint, in which fitting pictures may take `FRAME_BUDGET_S`; `screen` in pixels."""
        # What one screen shows is always kept: else a large one would be drawn anew without end.
        self._max_bytes = max(MAX_COMPOSED_BYTES, 2 * screen.width() * screen.height() * 4)
        self._spent_s = 0.0
        self.pending.clear()

    def cell_size(self, text_height: int) -> QSize:
        return QSize(self.side + 2 * PADDING, self.side + 2 * PADDING + TEXT_GAP + text_height)

    def _picture(self, annotated: AnnotatedImage, thumbnail: QImage, area: QRect, ratio: float) -> QPixmap | None:
        """The thumbnail fitted into `area` with its shapes; when time is up what it was before, None = nothing."""
        key = (annotated.image.id, thumbnail.cacheKey())
        known = self._composed.get(key)
        wanted = thumbnail.size().scaled(area.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        wanted = QSize(max(wanted.width(), 1), max(wanted.height(), 1))
        if known is not None and known.is_of(annotated, self._generation, wanted):
            self._composed.move_to_end(key)
            return known.pixmap
        if self._spent_s >= FRAME_BUDGET_S:
            self.pending.append(area)
            return known.pixmap if known is not None else None
        started = time.perf_counter()
        pixmap = self._compose(annotated, thumbnail, wanted, ratio)
        self._spent_s += time.perf_counter() - started
        self._keep(key, _Composed(pixmap, annotated, self._generation))
        return pixmap

    def _compose(self, annotated: AnnotatedImage, thumbnail: QImage, wanted: QSize, ratio: float) -> QPixmap:
        smooth = Qt.TransformationMode.SmoothTransformation
        pixmap = QPixmap.fromImage(thumbnail.scaled(wanted, Qt.AspectRatioMode.IgnoreAspectRatio, smooth))
        pixmap.setDevicePixelRatio(ratio)
        if self._is_ground_truth_shown and annotated.annotations:
            scale = wanted.width() / ratio / max(annotated.image.width, 1)
            size = QSize(round(wanted.width() / ratio), round(wanted.height() / ratio))
            painter = QPainter(pixmap)
            LayerPainter(ground_truth_layer(annotated, self._categories)).paint(
                painter, ViewTransform(scale), size, look=THUMBNAIL_LOOK, hidden=self._hidden
            )
            painter.end()
        return pixmap

    def _keep(self, key: tuple[ImageId, int], fresh: _Composed) -> None:
        old = self._composed.pop(key, None)
        self._n_bytes += _n_bytes(fresh.pixmap) - (_n_bytes(old.pixmap) if old else 0)
        self._composed[key] = fresh
        while self._n_bytes > self._max_bytes and len(self._composed) > 1:
            _, dropped = self._composed.popitem(last=False)
            self._n_bytes -= _n_bytes(dropped.pixmap)

    def _paint_thumbnail(self, painter: QPainter, area: QRect, cell: Cell) -> None:
        annotated, thumbnail = cell.annotated, cell.thumbnail
        theme = current_theme()
        if annotated is not None and thumbnail is not None:
            device = painter.device()
            ratio = device.devicePixelRatioF() if device is not None else 1.0
            pixmap = self._picture(annotated, thumbnail, area, ratio)
            if pixmap is None:
                self._paint_roughly(painter, area, thumbnail)
                return
            size = pixmap.deviceIndependentSize().toSize()
            place = QRect(area.topLeft(), size.scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
            place.moveCenter(area.center())
            painter.drawPixmap(place, pixmap)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.neutral_soft))
        painter.drawRoundedRect(area, 6, 6)
        is_failed = bool(cell.failure)
        mark = self._mark(is_failed, painter)
        size = mark.deviceIndependentSize().toSize()
        up = QPoint(0, area.height() // 6) if is_failed else QPoint()
        painter.drawPixmap(area.center() - up - QPoint(size.width() // 2 - 1, size.height() // 2 - 1), mark)
        if is_failed:
            painter.setPen(QColor(theme.text_muted))
            below = area.adjusted(8, area.height() // 2, -8, -6)
            painter.drawText(below, int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap), cell.failure)

    def _paint_roughly(self, painter: QPainter, area: QRect, thumbnail: QImage) -> None:
        """Until there is time for more: every so many pixels of it."""
        place = QRect(area.topLeft(), thumbnail.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(area.center())
        smooth = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        painter.setRenderHints(smooth, on=False)
        painter.drawImage(place, thumbnail)
        painter.setRenderHints(smooth)

    def _mark(self, is_failed: bool, painter: QPainter) -> QPixmap:
        """The sign of a cell without a thumbnail; drawn once, for a screen of them is painted at every jump."""
        device = painter.device()
        ratio = device.devicePixelRatioF() if device is not None else 1.0
        known = self._marks.get((is_failed, ratio))
        if known is None:
            known = QPixmap(QSize(MARK_SIDE, MARK_SIDE) * ratio)
            known.setDevicePixelRatio(ratio)
            known.fill(Qt.GlobalColor.transparent)
            own = QPainter(known)
            name, role = ("triangle-alert", "warning") if is_failed else ("image", "text_disabled")
            icon(name, role=role).paint(own, QRect(0, 0, MARK_SIDE, MARK_SIDE))
            own.end()
            self._marks[(is_failed, ratio)] = known
        return known

    def _paint_badges(self, painter: QPainter, area: QRect, cell: Cell) -> None:
        """What is the matter with the file, and below it the tags, one below the other as far as there is room."""
        annotated = cell.annotated
        if annotated is None:
            return
        theme, state = current_theme(), ImageState.MISSING if cell.is_gone else annotated.image.state
        if state != ImageState.OK:
            text = self.tr("Damaged") if state == ImageState.DAMAGED else self.tr("Missing")
            area = self._paint_badge(painter, area, text, theme.error_soft, theme.error)
        for tag in annotated.tags:
            if area.height() > painter.fontMetrics().height() + 14:
                area = self._paint_badge(painter, area, tag, theme.neutral_soft, theme.text)

    def _paint_badge(self, painter: QPainter, area: QRect, text: str, back: str, colour: str) -> QRect:
        """What is left of the area below it."""
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() - 26)
        place = QRect(area.left() + 5, area.top() + 5, metrics.horizontalAdvance(text) + 16, metrics.height() + 4)
        badge = QRectF(QStyle.visualRect(painter.layoutDirection(), area, place))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(back))
        painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        painter.setPen(QColor(colour))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)
        return area.adjusted(0, place.height() + 4, 0, 0)

    def _paint_text(self, painter: QPainter, area: QRect, annotated: AnnotatedImage | None) -> None:
        if annotated is None:
            return
        theme = current_theme()
        middle = Qt.AlignmentFlag.AlignVCenter
        number = count(n_objects(annotated)) if annotated.annotations else ""
        width = painter.fontMetrics().horizontalAdvance(number)
        painter.setPen(QColor(theme.text_muted))
        painter.drawText(area, int(middle | Qt.AlignmentFlag.AlignRight), number)
        room = area.adjusted(0, 0, -(width + 8) if number else 0, 0)
        room = QStyle.visualRect(painter.layoutDirection(), area, room)
        name = fitted_name(annotated.image.name, painter.fontMetrics(), room.width())
        painter.setPen(QColor(theme.text))
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), name)

    def paint(self, painter: QPainter, place: QRect, cell: Cell, state: CellState) -> None:
        """`painter` smooths; its font and its direction of reading are the view's."""
        theme = current_theme()
        inside = place.adjusted(2, 2, -2, -2)
        if state.is_selected or state.is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection if state.is_selected else theme.raised))
            painter.drawRoundedRect(inside, 8, 8)
        if state.has_focus:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(inside), 8, 8)
        text_height = painter.fontMetrics().height()
        content = place.adjusted(PADDING, PADDING, -PADDING, -PADDING)
        picture = content.adjusted(0, 0, 0, -(TEXT_GAP + text_height))
        text = QRect(content.left(), content.bottom() - text_height + 1, content.width(), text_height)
        self._paint_thumbnail(painter, picture, cell)
        self._paint_badges(painter, picture, cell)
        self._paint_text(painter, text, cell.annotated)


@dataclass(frozen=True, slots=True)
class _Composed:
    """A thumbnail with the shapes of `annotated`."""

    pixmap: QPixmap
    annotated: AnnotatedImage
    generation: int

    def is_of(self, annotated: AnnotatedImage, generation: int, size: QSize) -> bool:
        return self.annotated is annotated and self.generation == generation and self.pixmap.size() == size


def fitted_name(name: str, metrics: QFontMetrics, width: int) -> str:
    """The name, with an ellipsis in its middle where there is no room for all of it: its end tells pages apart."""
    return metrics.elidedText(shown(name), Qt.TextElideMode.ElideMiddle, width)


def _n_bytes(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4
