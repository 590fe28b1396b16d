"""An image with what the project has of it, dashed, and what the files say, solid."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.domain.imports import ImageDifference
from core.domain.names import shown
from ui.icons import icon
from ui.theme import current_theme
from ui.viewer.layers import raw_layer
from ui.viewer.looks import OverlayLook
from ui.viewer.overlays import OverlayKind
from ui.viewer.painting import LayerPainter
from ui.viewer.view_transform import ViewTransform

BEFORE = OverlayLook(fill=0.0, line_width=2.2)
AFTER = OverlayLook(fill=0.12, mask_fill=0.12, line_width=1.8)


class DifferencePicture(QWidget):
    def __init__(self, classes: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = {name: number for number, name in enumerate(classes)}
        self._difference: ImageDifference | None = None
        self._image: QImage | None = None
        self._size = (0, 0)
        self._failure = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)

    def set_difference(self, difference: ImageDifference) -> None:
        """The picture follows."""
        self._difference, self._image, self._failure = difference, None, ""
        self.setAccessibleName(self.tr("{path} with the annotations before and after").format(path=difference.path))
        self.update()

    def set_picture(self, path: str, image: QImage, width: int, height: int) -> None:
        if self._difference is not None and self._difference.path == path:
            self._image, self._size = image, (width, height)
            self.update()

    def set_failure(self, path: str, text: str) -> None:
        if self._difference is not None and self._difference.path == path:
            self._failure = text
            self.update()

    # Qt overrides

    def sizeHint(self) -> QSize:
        return QSize(560, 420)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.canvas))
        painter.drawRoundedRect(self.rect(), 6, 6)
        if self._image is None or self._difference is None:
            self._paint_waiting(painter)
        else:
            self._paint_both(painter, self._image, self._difference)
        painter.end()

    def _paint_waiting(self, painter: QPainter) -> None:
        mark = QRect(0, 0, 24, 24)
        mark.moveCenter(self.rect().center())
        name, role = ("triangle-alert", "warning") if self._failure else ("image", "text_disabled")
        icon(name, role=role).paint(painter, mark)
        if self._failure:
            painter.setPen(QColor(current_theme().text_muted))
            below = self.rect().adjusted(20, self.height() // 2 + 20, -20, 0)
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(below, int(flags), shown(self._failure))

    def _paint_both(self, painter: QPainter, image: QImage, difference: ImageDifference) -> None:
        fitted = image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(0, 0), fitted)
        place.moveCenter(self.rect().center())
        painter.drawImage(QRectF(place), image, QRectF(image.rect()))
        painter.setClipRect(place)
        painter.translate(place.topLeft())
        view = ViewTransform(place.width() / max(self._size[0], 1))
        for drawn, kind, look in (
            (difference.after, OverlayKind.PREDICTIONS_A, AFTER),
            (difference.before, OverlayKind.GROUND_TRUTH, BEFORE),
        ):
            layer = raw_layer(drawn, self._colours, *self._size, kind=kind)
            LayerPainter(layer).paint(painter, view, place.size(), look=look)
