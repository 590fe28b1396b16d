"""A decoded image at several sizes, so that drawing it small costs little and shows no moiré."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from core.domain.geometry import Box
from ui.viewer.view_transform import ViewTransform

# Qt's raster engine steps through a source image with 16 bit whole pixels: larger ones are cut before drawing.
MAX_SOURCE_SIDE = 16_000
PIXELS_SHOWN_FROM = 3.0  # above this scale single pixels are shown as squares


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """`levels` go from the largest to the smallest, each about half the one before.

    `width` and `height` are the image's own; the largest level may be smaller (a preview, or an enormous image, which
    `is_reduced`). Of an enormous one, `detail` is a part with all its pixels, where one has been looked at closely.
    """

    width: int
    height: int
    levels: tuple[QImage, ...]
    is_reduced: bool = False
    detail: tuple[Box, QImage] | None = None

    @property
    def is_full(self) -> bool:
        """Whether no better one of all of it is to come."""
        return self.is_reduced or self.levels[0].size() == QSize(self.width, self.height)

    def with_detail(self, region: Box, pixels: QImage) -> Picture:
        return replace(self, detail=(region, pixels))

    def lacks_detail(self, view: ViewTransform, shown: Box, *, pixel_ratio: float) -> bool:
        """Whether there are pixels of `shown` that the screen has room for and that are not here."""
        if not self.is_reduced or view.scale * pixel_ratio * self.width <= 1.05 * self.levels[0].width():
            return False
        if self.detail is None:
            return True
        has = self.detail[0]
        return not (has.x0 <= shown.x0 and has.y0 <= shown.y0 and has.x1 >= shown.x1 and has.y1 >= shown.y1)

    @property
    def n_bytes(self) -> int:
        return sum(level.sizeInBytes() for level in self.levels)

    def level_for(self, scale: float) -> QImage:
        """The smallest level that still has a pixel for each pixel of the screen."""
        for level in reversed(self.levels):
            if level.width() >= self.width * scale:
                return level
        return self.levels[0]

    def paint(self, painter: QPainter, view: ViewTransform, size: QSize, *, pixel_ratio: float = 1.0) -> None:
        """Draw the part that a window of `size` shows."""
        shown = view.visible(size.width(), size.height()).clipped(self.width, self.height)
        if shown.area <= 0:
            return
        level = self.level_for(view.scale * pixel_ratio)
        per_x, per_y = level.width() / self.width, level.height() / self.height
        # Whole source pixels around what is shown, so that the smoothing has its neighbours.
        left, top = max(int(shown.x0 * per_x) - 1, 0), max(int(shown.y0 * per_y) - 1, 0)
        right = min(int(shown.x1 * per_x) + 2, level.width())
        bottom = min(int(shown.y1 * per_y) + 2, level.height())
        x, y = view.to_view(left / per_x, top / per_y)
        target = QRectF(x, y, (right - left) / per_x * view.scale, (bottom - top) / per_y * view.scale)
        source = QRect(left, top, right - left, bottom - top)
        if max(level.width(), level.height()) > MAX_SOURCE_SIDE:
            level, source = level.copy(source), QRect(0, 0, source.width(), source.height())
        is_smooth = view.scale / per_x < PIXELS_SHOWN_FROM
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smooth)
        painter.drawImage(target, level, QRectF(source))
        if self.detail is not None and view.scale * pixel_ratio * self.width > self.levels[0].width():
            region, pixels = self.detail
            x, y = view.to_view(region.x0, region.y0)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.scale < PIXELS_SHOWN_FROM)
            painter.drawImage(QRectF(x, y, region.width * view.scale, region.height * view.scale), pixels)
