"""Masks as run lengths (COCO's RLE, as numbers or as text) made into outlines that cover exactly the same pixels.

A mask is read column by column: runs of background and object in turn. Its outline goes along the borders of the
pixels with the object on its right hand. A hole is joined to the outline around it by a cut of no width, for the rings
of a polygon are never holes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from core.domain.geometry import Polygon

_MOST_PIXELS = 2**28
_MOST_RUNS = 500_000
_BITS, _MORE, _SIGN = 0x1F, 0x20, 0x10

Point = tuple[int, int]
Span = tuple[int, int]  # of rows, the second one not included


@dataclass(frozen=True, slots=True)
class MaskOutline:
    """`polygon` None: `fault` says why, as the end of a sentence on the mask."""

    polygon: Polygon | None
    fault: str = ""


def outline_of_mask(record: Mapping[str, Any], sizes: Iterable[tuple[int, int]]) -> MaskOutline:
    """`record` has `size` (height, width) and `counts`; the width and height must be one of `sizes`, if there are."""
    size, counts = record.get("size"), record.get("counts")
    if not isinstance(size, list) or len(size) != 2 or not all(type(side) is int and side > 0 for side in size):
        return MaskOutline(None, "has no size")
    height, width = size
    known = set(sizes)
    if known and (width, height) not in known:
        return MaskOutline(None, f"is made for {width} x {height} pixels, not for this image")
    if width * height > _MOST_PIXELS:
        return MaskOutline(None, "is larger than masks that are read")
    runs = _read_text(counts) if isinstance(counts, str) else _read_numbers(counts)
    if runs is None:
        return MaskOutline(None, "has runs that cannot be read")
    if sum(runs) != width * height:
        return MaskOutline(None, f"covers {sum(runs)} pixels instead of {width * height}")
    rings = _Outlines(_columns(runs, height)).rings()
    if not rings:
        return MaskOutline(None, "is empty")
    return MaskOutline(Polygon(tuple(tuple(float(value) for point in ring for value in point) for ring in rings)))


def outline_of_rows(runs: Sequence[int], width: int, height: int, left: int = 0, top: int = 0) -> MaskOutline:
    """The same for runs of background and object in turn that go row by row, of a mask with its corner at `left`,
    `top`."""
    if width <= 0 or height <= 0 or width * height > _MOST_PIXELS or len(runs) > _MOST_RUNS:
        return MaskOutline(None, "is larger than masks that are read")
    if sum(runs) != width * height:
        return MaskOutline(None, f"covers {sum(runs)} pixels instead of {width * height}")
    turned = _Outlines(_columns(runs, width)).rings()  # of the mask mirrored on its diagonal
    if not turned:
        return MaskOutline(None, "is empty")
    rings = ([(left + x, top + y) for y, x in reversed(ring)] for ring in turned)
    return MaskOutline(Polygon(tuple(tuple(float(value) for point in ring for value in point) for ring in rings)))


def _read_numbers(counts: Any) -> list[int] | None:
    if not isinstance(counts, list) or len(counts) > _MOST_RUNS:
        return None
    runs = [int(run) if isinstance(run, float) and run.is_integer() else run for run in counts]
    return runs if all(type(run) is int and 0 <= run <= _MOST_PIXELS for run in runs) else None


def _read_text(text: str) -> list[int] | None:
    """Numbers of five bits a sign, the lowest first, each from the third on as the difference to the last but one."""
    runs: list[int] = []
    value = shift = 0
    if len(text) > 4 * _MOST_RUNS:
        return None
    for sign in text:
        code = ord(sign) - 48
        if not 0 <= code < 64 or shift > 30:
            return None
        value |= (code & _BITS) << shift
        shift += 5
        if code & _MORE:
            continue
        if code & _SIGN:
            value -= 1 << shift
        run = value + (runs[-2] if len(runs) > 2 else 0)
        if not 0 <= run <= _MOST_PIXELS:
            return None
        runs.append(run)
        value = shift = 0
    return runs if shift == 0 else None


def _columns(runs: Sequence[int], height: int) -> dict[int, list[Span]]:
    """The spans of the object by column, those of a column in order and apart from each other."""
    columns: dict[int, list[Span]] = {}
    at = 0
    for index, run in enumerate(runs):
        end = at + run
        if index % 2:
            while at < end:
                column, row = divmod(at, height)
                stop = min(end - at + row, height)
                spans = columns.setdefault(column, [])
                if spans and spans[-1][1] == row:  # a background run of no length lies between
                    spans[-1] = (spans[-1][0], stop)
                else:
                    spans.append((row, stop))
                at += stop - row
        at = end
    return columns


class _Outlines:
    """Nodes are numbers: where each lies, and which comes next."""

    def __init__(self, columns: Mapping[int, list[Span]]) -> None:
        self._columns = columns
        self._at: list[Point] = []
        self._next: list[int] = []
        self._walls: dict[int, list[tuple[int, int, int]]] = {}  # by column: first row, end, node where they begin
        self._starts: dict[Point, list[tuple[Point, bool]]] = {}  # ends of the borders from there; are they level

    def rings(self) -> list[list[Point]]:
        self._collect_borders()
        outer: list[int] = []
        holes: list[int] = []
        for point in sorted(self._starts):
            while self._starts[point]:
                first = self._walk(point)
                (holes if self._is_hole(first) else outer).append(first)
        for walls in self._walls.values():
            walls.sort()
        for first in sorted(holes, key=lambda node: self._at[self._leftmost(node)]):
            self._join(self._leftmost(first))
        return [_straightened([self._at[node] for node in self._nodes(first)]) for first in outer]

    def _collect_borders(self) -> None:
        for x, spans in self._columns.items():
            for top, end in spans:
                self._starts.setdefault((x, top), []).append(((x + 1, top), True))
                self._starts.setdefault((x + 1, end), []).append(((x, end), True))
            for column in (x, x + 1):
                if column == x + 1 and column in self._columns:
                    continue  # it is done when that column's turn comes
                for top, end, lies_right in _walls(self._columns.get(column - 1, ()), self._columns.get(column, ())):
                    start, stop = ((column, end), (column, top)) if lies_right else ((column, top), (column, end))
                    self._starts.setdefault(start, []).append((stop, False))

    def _walk(self, start: Point) -> int:
        """One closed walk along borders not walked before. Where four meet it turns right: pixels that touch at a
        corner stay apart."""
        first = len(self._at)
        point, came_from = start, start
        while True:
            ends = self._starts[point]
            chosen = 0
            if len(ends) > 1 and point != came_from:
                chosen = next((i for i, (end, _) in enumerate(ends) if _turns_right(came_from, point, end)), 0)
            end, is_level = ends.pop(chosen)
            node = self._add(point)
            if not is_level:
                self._walls.setdefault(point[0], []).append((min(point[1], end[1]), max(point[1], end[1]), node))
            point, came_from = end, point
            if point == start and not any(_turns_right(came_from, point, end) for end, _ in self._starts[point]):
                break
        self._next[-1] = first
        return first

    def _add(self, point: Point) -> int:
        self._at.append(point)
        self._next.append(len(self._at))
        return len(self._at) - 1

    def _nodes(self, first: int) -> list[int]:
        nodes = [first]
        while (node := self._next[nodes[-1]]) != first:
            nodes.append(node)
        return nodes

    def _is_hole(self, first: int) -> bool:
        """Walked against the clock; objects are walked with it."""
        nodes = self._nodes(first)
        points = [self._at[node] for node in nodes]
        return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, [*points[1:], points[0]], strict=True)) < 0

    def _leftmost(self, first: int) -> int:
        return min(self._nodes(first), key=lambda node: self._at[node])

    def _join(self, node: int) -> None:
        """A hole, from its leftmost and there topmost corner, with what ends the object to the left of it."""
        x, row = self._at[node]
        while _is_in(row, self._columns.get(x - 1, ())):
            x -= 1
        walls = self._walls[x]
        place = bisect_right(walls, row, key=itemgetter(0)) - 1  # they are apart from each other
        top, end, wall = walls[place]
        after = self._next[wall]
        # The wall is walked upwards: its part below the cut first, then the hole, then the part above.
        here = self._add((x, row))
        back = self._add(self._at[node])
        there = self._add((x, row))
        last = next(other for other in self._nodes(node) if self._next[other] == node)
        self._next[wall], self._next[here] = here, node
        self._next[last], self._next[back], self._next[there] = back, there, after
        walls[place : place + 1] = [(top, row, there), (row, end, wall)]


def _walls(left: Sequence[Span], right: Sequence[Span]) -> Iterator[tuple[int, int, bool]]:
    """Where one of two neighbouring columns has the object and the other has not: rows, and whether it lies right."""
    left_ends = {row for span in left for row in span}
    right_ends = {row for span in right for row in span}
    is_left = is_right = False
    top = 0
    for row in sorted(left_ends | right_ends):
        if is_left != is_right:
            yield top, row, is_right
        is_left ^= row in left_ends
        is_right ^= row in right_ends
        top = row


def _is_in(row: int, spans: Sequence[Span]) -> bool:
    """Whether one of some spans has that row."""
    place = bisect_right(spans, row, key=itemgetter(0)) - 1
    return place >= 0 and row < spans[place][1]


def _turns_right(before: Point, at: Point, after: Point) -> bool:
    return (at[0] - before[0]) * (after[1] - at[1]) - (at[1] - before[1]) * (after[0] - at[0]) > 0


def _straightened(points: list[Point]) -> list[Point]:
    """Without points in the middle of a straight line."""
    kept: list[Point] = []
    n = len(points)
    for index, point in enumerate(points):
        before, after = points[index - 1], points[(index + 1) % n]
        a, b = (point[0] - before[0], point[1] - before[1]), (after[0] - point[0], after[1] - point[1])
        is_straight = a[0] * b[1] == a[1] * b[0] and a[0] * b[0] + a[1] * b[1] > 0
        if a != (0, 0) and not is_straight:
            kept.append(point)
    return kept
