"""One pinned image in a grid of them: its picture with predictions over the ground truth, and what became of them."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from core.domain.looks import SeenEpoch, SeenImage
from ui.runs.look_layers import counts_text, layers_of
from ui.theme import current_theme
from ui.viewer.colouring import ColourBy
from ui.viewer.looks import OverlayLook
from ui.viewer.painting import LayerPainter, PaintStyle
from ui.viewer.picture import Picture
from ui.viewer.view_transform import ViewTransform

LEAST = QSize(84, 84)
_RADIUS = 6
_TRUTH = OverlayLook(fill=0.0, line_width=1.6)
_PREDICTIONS = OverlayLook(fill=0.10, mask_fill=0.35, line_width=1.6)


class LookPicture(QAbstractButton):
    """A click opens it large."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Picture | None = None
        self._layers: list[tuple[LayerPainter, OverlayLook]] = []
        self._caption = ""
        self._short = ""  # the caption where there is little room
        self._size = QSize(1, 1)  # of the image
        self._is_missing = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST)

    def show_image(self, seen: SeenEpoch, image: SeenImage, picture: Picture | None) -> None:
        """`picture` None = it cannot be shown; the shapes are drawn all the same."""
        self._picture, self._is_missing = picture, picture is None
        truth, predictions = (LayerPainter(layer) for layer in layers_of(seen, image))
        self._layers = [(truth, _TRUTH), (predictions, _PREDICTIONS)]
        facts = image.record.image
        self._size = QSize(max(facts.width, 1), max(facts.height, 1))
        self._caption, self._short = counts_text(image, labels=seen.labels), counts_text(image, is_short=True)
        name = facts.key.rpartition("/")[2]
        missing = self.tr("The run's copy of this picture is gone.") if self._is_missing else ""
        told = [facts.key, self._caption, missing, self.tr("Click to look at it large.")]
        self.setToolTip("\n".join(part for part in told if part))
        self.setAccessibleName(self.tr("{0}, epoch {1}").format(name, seen.epoch))
        self.setAccessibleDescription(self._caption)
        self.update()

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(150, 150)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = current_theme()
        frame = self.rect().adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(frame, _RADIUS, _RADIUS)
        painter.fillPath(shape, QColor(theme.canvas))
        if self._layers:
            caption = QRect(frame.left(), frame.bottom() - self._caption_height() + 1, frame.width(), 0)
            caption.setBottom(frame.bottom())
            area = frame.adjusted(0, 0, 0, -caption.height() if self._caption else 0)
            painter.save()
            painter.setClipPath(shape)
            self._paint_image(painter, area)
            painter.restore()
            if self._caption:
                painter.setPen(QColor(theme.text_muted))
                has_room = painter.fontMetrics().horizontalAdvance(self._caption) <= caption.width() - 8
                painter.drawText(caption, Qt.AlignmentFlag.AlignCenter, self._caption if has_room else self._short)
        is_marked = self.hasFocus() or self.underMouse()
        pen = QPen(QColor(theme.accent if is_marked else theme.border), 2 if self.hasFocus() else 1)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)
        painter.end()

    def _caption_height(self) -> int:
        return self.fontMetrics().height() + 4

    def _paint_image(self, painter: QPainter, area: QRect) -> None:
        inner = area.adjusted(3, 3, -3, -3)
        painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
        painter.translate(inner.topLeft())
        view = _fitted(self._size, inner.size())
        if self._picture is not None:
            self._picture.paint(painter, view, inner.size(), pixel_ratio=self.devicePixelRatioF())
        for layer, look in self._layers:
            layer.paint(painter, view, inner.size(), look=look, style=PaintStyle(ColourBy.OUTCOME))


def _fitted(image: QSize, room: QSize) -> ViewTransform:
    width, height = image.width(), image.height()
    scale = min(room.width() / width, room.height() / height)
    return ViewTransform(scale, (room.width() - width * scale) / 2, (room.height() - height * scale) / 2)
