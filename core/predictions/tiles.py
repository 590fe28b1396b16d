"""Where the tiles of a large image lie. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.predicting import LEAST_TILE, MOST_TILE, Tiling
from core.errors import RefusedError


@dataclass(frozen=True, slots=True)
class Tile:
    """A rectangle of the image, in whole pixels; `is_whole` when it is all of it."""

    x0: int
    y0: int
    x1: int
    y1: int
    is_whole: bool = False

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0


def check_tiling(tiling: Tiling) -> None:
    """Raises RefusedError for what no image could be cut into."""
    if not LEAST_TILE <= tiling.size <= MOST_TILE:
        text = f"Tiles of {tiling.size} pixels cannot be made; {LEAST_TILE} to {MOST_TILE} can."
        raise RefusedError(text, hint="1024 suits most pages.", code="E-132")
    if not 0 <= tiling.overlap <= tiling.size // 2:
        text = (
            f"Tiles of {tiling.size} pixels cannot overlap by {tiling.overlap}; 0 to {tiling.size // 2} can be chosen."
        )
        raise RefusedError(text, hint="An eighth of the tile suits most pages.", code="E-132")


def lay_tiles(width: int, height: int, tiling: Tiling | None) -> tuple[Tile, ...]:
    """All of one size where the image allows it, evenly spread so that neighbours overlap at least as asked.

    An image that fits into one tile is looked at as a whole, and so is every image without `tiling`.
    """
    whole = Tile(0, 0, width, height, is_whole=True)
    if tiling is None or (width <= tiling.size and height <= tiling.size):
        return (whole,)
    cut = tuple(
        Tile(x, y, min(x + tiling.size, width), min(y + tiling.size, height))
        for y in _starts(height, tiling)
        for x in _starts(width, tiling)
    )
    return (*cut, whole) if tiling.with_whole else cut


def _starts(length: int, tiling: Tiling) -> list[int]:
    if length <= tiling.size:
        return [0]
    n_tiles = 1 + -(-(length - tiling.size) // (tiling.size - tiling.overlap))
    return [round(number * (length - tiling.size) / (n_tiles - 1)) for number in range(n_tiles)]
