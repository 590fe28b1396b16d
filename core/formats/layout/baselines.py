"""The line on which text rests, for lines of which only the outline is known."""

from __future__ import annotations

from core.formats.layout.outlines import Points, clipped, whole

_ABOVE_BOTTOM = 0.25
"""Share of a line's height below its baseline: an outline holds the descenders too."""

_MOST_POINTS = 8


def derived_baseline(points: Points, width: int, height: int) -> Points:
    """Along the lower part of an outline from left to right, in whole pixels: at places a line's height or more apart,
    a quarter of the height there above the bottom."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right = round(min(xs)), round(max(xs))
    if right <= left:
        right = left + 1 if left < width else left
        left = right - 1
    tall = max(max(ys) - min(ys), 1.0)
    n = max(2, min(_MOST_POINTS, int((right - left) / tall) + 1))
    places = [left + (right - left) * at / (n - 1) for at in range(n)]
    found = tuple((place, _height_at(points, place)) for place in places)
    line = clipped(whole(found), width, height)
    return line if len(set(line)) > 1 else ((line[0][0], line[0][1]), (max(line[0][0] - 1, 0), line[0][1]))[::-1]


def _height_at(points: Points, x: float) -> float:
    """Of the baseline, where the outline's lower and upper border lie at x."""
    ys: list[float] = []
    for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True):
        if min(x0, x1) <= x <= max(x0, x1):
            ys += [y0, y1] if x0 == x1 else [y0 + (y1 - y0) * (x - x0) / (x1 - x0)]
    if not ys:  # rounding put x beside the outline
        ys = [y for _, y in points]
    return max(ys) - _ABOVE_BOTTOM * (max(ys) - min(ys))
