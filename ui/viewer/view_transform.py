"""Where an image lies in a window: a scale and an offset, and how zooming and panning change them. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.domain.geometry import Box

MAX_SCALE = 40.0
MARGIN = 16.0  # pixels left free around a fitted image


@dataclass(frozen=True, slots=True)
class ViewTransform:
    """A point (x, y) of the image is shown at (x * scale + dx, y * scale + dy) of the window."""

    scale: float = 1.0
    dx: float = 0.0
    dy: float = 0.0

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.dx) / self.scale, (y - self.dy) / self.scale

    def to_view(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale + self.dx, y * self.scale + self.dy

    def visible(self, view_width: float, view_height: float) -> Box:
        """The part of the image's plane that the window shows, in image pixels."""
        x0, y0 = self.to_image(0, 0)
        x1, y1 = self.to_image(view_width, view_height)
        return Box(x0, y0, x1, y1)

    def panned(self, dx: float, dy: float) -> ViewTransform:
        return replace(self, dx=self.dx + dx, dy=self.dy + dy)

    def zoomed(self, factor: float, x: float, y: float, *, minimum: float) -> ViewTransform:
        """Scaled by `factor` so that the image's point under (x, y) of the window stays there."""
        scale = min(max(self.scale * factor, minimum), MAX_SCALE)
        ratio = scale / self.scale
        return ViewTransform(scale, x - (x - self.dx) * ratio, y - (y - self.dy) * ratio)

    def kept_in_view(self, size: tuple[float, float], view: tuple[float, float]) -> ViewTransform:
        """Moved as little as needed for at least a quarter of the window, or of the image, to show image."""
        dx = _kept(self.dx, size[0] * self.scale, view[0])
        dy = _kept(self.dy, size[1] * self.scale, view[1])
        return replace(self, dx=dx, dy=dy)


def fitted(size: tuple[float, float], view: tuple[float, float], *, may_enlarge: bool = True) -> ViewTransform:
    """The whole image in the middle of the window; small images grow to four times their size at most."""
    room = (max(view[0] - 2 * MARGIN, 1.0), max(view[1] - 2 * MARGIN, 1.0))
    scale = min(room[0] / max(size[0], 1.0), room[1] / max(size[1], 1.0), 4.0 if may_enlarge else 1.0)
    return ViewTransform(scale, (view[0] - size[0] * scale) / 2, (view[1] - size[1] * scale) / 2)


def _kept(offset: float, length: float, view: float) -> float:
    needed = min(view, length) / 4
    return min(max(offset, needed - length), view - needed)
