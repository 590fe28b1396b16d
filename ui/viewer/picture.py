"""A decoded image at several sizes, so that drawing it small costs little and shows no moiré."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from ui.viewer.view_transform import ViewTransform

# Qt's raster engine steps through a source image with 16 bit whole pixels: larger ones are cut before drawing.
MAX_SOURCE_SIDE = 16_000
PIXELS_SHOWN_FROM = 3.0  # above this scale single pixels are shown as squares


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """`levels` go from the largest to the smallest, each about half the one before.

    `width` and `height` are the image's own; the largest level may be smaller (a preview, or a very large image).
    """

    width: int
    height: int
    levels: tuple[QImage, ...]

    @property
    def is_full(self) -> bool:
        return self.levels[0].size() == QSize(self.width, self.height)

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
