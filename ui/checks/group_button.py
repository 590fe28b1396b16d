"""Images that belong together, side by side: copies of one picture, the pages of a source, or one image alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from core.domain.ids import ImageId
from core.domain.image_ids import ImageIds
from core.domain.names import shown
from core.domain.projects import AnnotatedImage, Category
from ui.icons import icon
from ui.theme import current_theme, theme_notifier
from ui.viewer.layers import ground_truth_layer
from ui.viewer.looks import OverlayLook
from ui.viewer.painting import LayerPainter
from ui.viewer.view_transform import ViewTransform

MOST_SHOWN = 3
SIDE = 132  # of a picture
_GAP = 6
_LOOK = OverlayLook(line_width=1.6, fill=0.14)


class GroupButton(QAbstractButton):
    """Opens its images by a click, Space or Enter. `has_shapes`: the pictures are drawn with their ground truth."""

    def __init__(self, images: ImageIds, *, has_shapes: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = images
        self._first = tuple(images[:MOST_SHOWN])
        self._has_shapes = has_shapes
        self._known: dict[ImageId, AnnotatedImage] = {}
        self._thumbnails: dict[ImageId, QImage] = {}
        self._categories: tuple[Category, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._name()
        theme_notifier().theme_changed.connect(self.update)

    @property
    def wanted(self) -> tuple[ImageId, ...]:
        """The images whose pictures it shows."""
        return self._first

    def set_known(self, known: Mapping[ImageId, AnnotatedImage], categories: Sequence[Category]) -> None:
        self._known = {id: known[id] for id in self._first if id in known}
        self._categories = tuple(categories)
        self._name()
        self.update()

    def set_thumbnail(self, image: ImageId, thumbnail: QImage) -> None:
        if image in self._first:
            self._thumbnails[image] = thumbnail
            self.update()

    def take_over(self, other: GroupButton) -> None:
        """What another one knew of the same images."""
        for id in self._first:
            if id in other._known:
                self._known[id] = other._known[id]
            if id in other._thumbnails:
                self._thumbnails[id] = other._thumbnails[id]
        self._categories = other._categories or self._categories
        self._name()
        self.update()

    def _name(self) -> None:
        paths = [shown(self._known[id].image.path) for id in self._first if id in self._known]
        more = len(self.images) - len(self._first)
        text = "\n".join([*paths, *([self.tr("and {n} more").format(n=more)] if more else [])])
        self.setToolTip(text)
        self.setAccessibleName(self.tr("Show these images: {paths}").format(paths=text.replace("\n", ", ")))

    def _paint_picture(self, painter: QPainter, area: QRect, image: ImageId) -> None:
        theme, thumbnail, known = current_theme(), self._thumbnails.get(image), self._known.get(image)
        if thumbnail is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.neutral_soft))
            painter.drawRoundedRect(area, 6, 6)
            icon("image", role="text_disabled").paint(painter, QRect(area.center() - QPoint(14, 14), QSize(28, 28)))
            return
        size = thumbnail.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(0, 0), size)
        place.moveCenter(area.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(place, thumbnail)
        if self._has_shapes and known is not None:
            painter.save()
            painter.translate(place.topLeft())
            scale = place.width() / max(known.image.width, 1)
            LayerPainter(ground_truth_layer(known, self._categories)).paint(
                painter, ViewTransform(scale), place.size(), look=_LOOK, hidden=frozenset()
            )
            painter.restore()

    def _paint_text(self, painter: QPainter, area: QRect, image: ImageId) -> None:
        """The file's name, and above it the folder, which is what differs of copies."""
        known = self._known.get(image)
        if known is None:
            return
        theme, metrics = current_theme(), painter.fontMetrics()
        upper, lower = area.adjusted(0, 0, 0, -metrics.height()), area.adjusted(0, metrics.height(), 0, 0)
        for place, text, colour in (
            (upper, shown(known.image.folder) or "/", theme.text_muted),
            (lower, shown(known.image.name), theme.text),
        ):
            painter.setPen(QColor(colour))
            elided = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, elided)

    # Qt overrides

    def sizeHint(self) -> QSize:
        n, more = len(self._first), len(self.images) > len(self._first)
        width = n * SIDE + (n - 1) * _GAP + 2 * _GAP + (44 if more else 0)
        return QSize(width, SIDE + 2 * self.fontMetrics().height() + 3 * _GAP)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, height = current_theme(), self.fontMetrics().height()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.accent if self.hasFocus() else theme.border))
        painter.setBrush(QColor(theme.raised if self.underMouse() or self.isDown() else theme.surface))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)
        for number, image in enumerate(self._first):
            left = _GAP + number * (SIDE + _GAP)
            self._paint_picture(painter, QRect(left, _GAP, SIDE, SIDE), image)
            self._paint_text(painter, QRect(left, SIDE + 2 * _GAP, SIDE, 2 * height), image)
        more = len(self.images) - len(self._first)
        if more:
            painter.setPen(QColor(theme.text_muted))
            area = QRect(self.width() - 44 - _GAP // 2, _GAP, 44, SIDE)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"+{more}")
        painter.end()
