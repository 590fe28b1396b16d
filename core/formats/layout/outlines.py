"""Outlines as other programs want them: inside the picture, with an area, and not crossing themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.domain.geometry import Box, Polygon, Ring, signed_area

Points = tuple[tuple[float, float], ...]
"""Corners in pixels, the last joins the first."""

_MOST_REPAIRS = 100
_MOST_COMPARED = 150_000_000  # pairs of edges in all repairs of an outline: seconds
_ROWS = 256  # edges compared at once
_COLUMNS = 8192  # with so many others, which bounds the memory


@dataclass(frozen=True, slots=True)
class Drawn:
    """`was_...` say what was changed."""

    points: Points
    was_clipped: bool = False
    was_rounded: bool = False
    was_uncrossed: bool = False
    touches_itself: bool = False


def drawn(shape: Box | Polygon, width: int, height: int, *, is_whole: bool) -> Drawn:
    """The corners of a shape (of the largest part) in a picture of that size, in whole pixels if asked for."""
    ring = max(shape.outline(), key=lambda part: abs(signed_area(part)))
    stated = pairs(ring)
    inside = clipped(stated, width, height)
    points = whole(inside) if is_whole else inside
    is_rounded = points != inside
    if is_rounded:
        points = without_repeats(points)
    uncrossed = points if isinstance(shape, Box) else without_crossings(points)
    is_crossed = uncrossed is not points
    if len(set(uncrossed)) < 3 or signed_area(flat(uncrossed)) == 0:
        solid = _solid(shape.bounds(), width, height, is_whole=is_whole)
        return Drawn(solid, inside != stated, was_rounded=True)
    touching = not isinstance(shape, Box) and not is_crossed and touches_itself(points)
    return Drawn(uncrossed, inside != stated, is_rounded, is_crossed, touching)


def pairs(ring: Ring) -> Points:
    return tuple(zip(ring[0::2], ring[1::2], strict=True))


def flat(points: Points) -> Ring:
    return tuple(value for point in points for value in point)


def clipped(points: Points, width: float, height: float) -> Points:
    return tuple((min(max(x, 0.0), width), min(max(y, 0.0), height)) for x, y in points)


def whole(points: Points) -> Points:
    return tuple((round(x), round(y)) for x, y in points)


def without_repeats(points: Points) -> Points:
    """Without points that are those before them."""
    return tuple(point for at, point in enumerate(points) if at == 0 or point != points[at - 1])


def without_crossings(points: Points) -> Points:
    """The same object where no two edges cross. Else the points in another order: of two crossing edges the stretch
    between them is turned round, which makes the outline shorter, until none cross; or, should that take too long,
    their convex hull."""
    current = points
    left = _MOST_COMPARED
    for _ in range(_MOST_REPAIRS):
        try:
            found, n_compared = _first_crossing(np.array(current, dtype=np.float64), left)
        except _TooLongError:
            break
        if found is None:
            return current
        left -= n_compared
        first, second = found
        current = (*current[: first + 1], *reversed(current[first + 1 : second + 1]), *current[second + 1 :])
    return _hull(points)


def touches_itself(points: Points) -> bool:
    """Whether a corner lies on an edge that is not its own; no, should that take too long."""
    corners = np.array(without_repeats(points), dtype=np.float64)
    if len(corners) > 1 and np.array_equal(corners[0], corners[-1]):
        corners = corners[:-1]
    n = len(corners)
    ends = np.roll(corners, -1, axis=0)
    by_x = np.argsort(corners[:, 0], kind="stable")
    try:
        for rows, columns in _near(corners, ends, by_x, corners[by_x, 0], _MOST_COMPARED):
            a, b = corners[rows, None], ends[rows, None]
            p = corners[None, columns]
            is_on = _turn(a, b, p) == 0
            is_on &= np.all((p >= np.minimum(a, b)) & (p <= np.maximum(a, b)), axis=2)
            is_on &= (columns[None] != rows[:, None]) & (columns[None] != (rows[:, None] + 1) % n)
            if is_on.any():
                return True
    except _TooLongError:
        return False
    return False


class _TooLongError(Exception):
    """Never leaves this module."""


def _first_crossing(corners: npt.NDArray[np.float64], most: int) -> tuple[tuple[int, int] | None, int]:
    """Two edges that cross in their insides, by the numbers of their first corners, and how many pairs were compared.
    Exact up to 2**26 pixels a side, for whole pixels."""
    ends = np.roll(corners, -1, axis=0)
    lefts = np.minimum(corners[:, 0], ends[:, 0])
    by_left = np.argsort(lefts, kind="stable")
    n_compared = 0
    for rows, columns in _near(corners, ends, by_left, lefts[by_left], most):
        n_compared += len(rows) * len(columns)
        a, b = corners[rows, None], ends[rows, None]
        c, d = corners[None, columns], ends[None, columns]
        crosses = _turn(a, b, c) * _turn(a, b, d) < 0
        crosses &= _turn(c, d, a) * _turn(c, d, b) < 0
        if crosses.any():
            row, column = np.argwhere(crosses)[0]
            first, second = sorted((int(rows[row]), int(columns[column])))
            return (first, second), n_compared
    return None, n_compared


def _near(
    corners: npt.NDArray[np.float64],
    ends: npt.NDArray[np.float64],
    others: npt.NDArray[np.intp],
    places: npt.NDArray[np.float64],
    most: int,
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Some edges at a time, and some of the `others` that begin where these are, from the left to the right: of an edge
    that begins further left it has been asked already. `places` are where the others begin, in order. Raises
    _TooLongError after so many pairs."""
    lefts, rights = np.minimum(corners[:, 0], ends[:, 0]), np.maximum(corners[:, 0], ends[:, 0])
    by_left = np.argsort(lefts, kind="stable")
    for start in range(0, len(by_left), _ROWS):
        rows = by_left[start : start + _ROWS]
        first = int(np.searchsorted(places, lefts[rows[0]], side="left"))
        last = int(np.searchsorted(places, rights[rows].max(), side="right"))
        for at in range(first, last, _COLUMNS):
            columns = others[at : min(at + _COLUMNS, last)]
            most -= len(rows) * len(columns)
            if most < 0:
                raise _TooLongError
            yield rows, columns


def _turn(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], c: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """On which side of the line from a to b the point c lies: -1, 0 or 1."""
    across = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1])
    down = (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    return np.sign(across - down)


def _hull(points: Points) -> Points:
    """The convex hull (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    halves = []
    for line in (ordered, ordered[::-1]):
        chain: list[tuple[float, float]] = []
        for point in line:
            while len(chain) > 1 and _is_left(chain[-2], chain[-1], point):
                chain.pop()
            chain.append(point)
        halves.append(chain[:-1])
    return tuple(halves[0] + halves[1])


def _is_left(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) <= (b[1] - a[1]) * (c[0] - a[0])


def _solid(box: Box, width: int, height: int, *, is_whole: bool) -> Points:
    """The corners of a box, a pixel wide and high at least."""
    inside = box.clipped(width, height)
    x0, y0, x1, y1 = inside.x0, inside.y0, inside.x1, inside.y1
    if is_whole:
        x0, y0, x1, y1 = round(x0), round(y0), round(x1), round(y1)
    if x1 - x0 <= 0:
        x0, x1 = max(0, min(int(x0), width - 1)), min(width, int(x0) + 1)
    if y1 - y0 <= 0:
        y0, y1 = max(0, min(int(y0), height - 1)), min(height, int(y0) + 1)
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
