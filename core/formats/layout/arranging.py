"""An image's annotations as a page of zones and lines that other programs accept, whichever form it is written in."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.counting import counted
from core.domain.details import AnnotationDetails
from core.domain.formats import FormatOption
from core.domain.geometry import Box, Polygon
from core.domain.imports import Problem, RawAnnotation, RawImage, Severity
from core.domain.names import shown
from core.formats.layout.baselines import derived_baseline
from core.formats.layout.content import is_line
from core.formats.layout.labels import LABEL, TEXT_LINE, TYPE, Ids, is_usable_id, without_number
from core.formats.layout.outlines import Points, clipped, drawn, pairs, whole, without_repeats

MADE_CONTAINER = "calque_lines"
"""The id of the container of lines that name no region; it never comes back."""

LINE_CLASSES_OPTION = FormatOption(
    "line-classes",
    "Classes that are lines",
    "Their objects are written as lines, all others as zones. Names of classes, with commas between them.",
    default=TEXT_LINE,
)

_NOTHING = AnnotationDetails()
_LARGEST = 2**24
"""Of coordinates in a picture of unknown size."""


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """`type` is "" for a line of no type."""

    id: str
    type: str
    points: Points
    is_box: bool
    baseline: Points
    is_baseline_derived: bool
    text: str
    confidence: float | None
    details: AnnotationDetails


@dataclass(frozen=True, slots=True)
class PlacedZone:
    """`parent` is the id of the zone that it lies in. A container was made for lines of which no zone is known."""

    id: str
    type: str
    points: Points
    is_box: bool
    is_container: bool
    parent: str
    text: str
    confidence: float | None
    details: AnnotationDetails
    lines: tuple[PlacedLine, ...]


@dataclass(frozen=True, slots=True)
class ArrangedPage:
    """Zones in reading order, each with its lines in reading order; ids are unique."""

    id: str
    width: int
    height: int
    zones: tuple[PlacedZone, ...]
    n_annotations: int


class Arranger:
    """Arranges the images of one export, and counts what it had to change.

    `is_whole`: coordinates are whole pixels. `reserved` are ids that the form needs itself.
    """

    def __init__(
        self, *, is_whole: bool, reserved: frozenset[str] = frozenset(), line_classes: Iterable[str] = (TEXT_LINE,)
    ) -> None:
        self._is_whole = is_whole
        self._reserved = reserved | {MADE_CONTAINER}
        self._line_classes = frozenset(line_classes)
        self._changes: Counter[str] = Counter()

    def arrange(self, image: RawImage) -> ArrangedPage:
        """Annotations without a class or a shape are left out."""
        items = [item for item in image.annotations if item.category is not None and item.geometry is not None]
        width, height = _size(image, items)
        page = _Page(self._changes, self._reserved, width, height, is_whole=self._is_whole)
        stated = image.details.stated_id if image.details is not None else ""
        page_id = page.page_id(stated)
        lines = [item for item in items if item.category in self._line_classes or is_line(item)]
        marked = {id(item) for item in lines}
        zones = page.zones([item for item in items if id(item) not in marked], lines)
        return ArrangedPage(page_id, width, height, zones, len(items))

    def problems(self, title: str) -> Iterator[Problem]:
        """What was changed in all pages, for a form of that title."""
        for kind, severity, text in _SENTENCES:
            n = self._changes[kind]
            if n:
                yield Problem(kind, text.replace("{n}", _WORDS[kind](n)).replace("{form}", title), severity=severity)


_WORDS = {
    "outline-uncrossed": lambda n: counted(n, "outline"),
    "outline-touches-itself": lambda n: counted(n, "outline"),
    "shape-clipped": lambda n: counted(n, "shape"),
    "shape-rounded": lambda n: counted(n, "shape"),
    "id-made-anew": lambda n: counted(n, "id"),
    "baseline-derived": lambda n: counted(n, "line"),
}
_SENTENCES = (
    (
        "outline-uncrossed",
        Severity.WARNING,
        "{n} crossed itself, which other programs refuse: the corners were put in another order. Look at the result.",
    ),
    ("shape-clipped", Severity.WARNING, "{n} reached beyond the image: the part inside is written."),
    ("outline-touches-itself", Severity.INFO, "{n} touches itself without crossing and is written as it is."),
    ("shape-rounded", Severity.INFO, "{n} had fractions of pixels: {form} is written in whole pixels."),
    (
        "id-made-anew",
        Severity.INFO,
        "{n} could not be kept, for a page has it twice or {form} cannot hold it: another was made.",
    ),
    (
        "baseline-derived",
        Severity.INFO,
        "{n} without a baseline: one was derived from the outline, and is marked as derived in the file.",
    ),
)


class _Page:
    """One page in the making."""

    def __init__(
        self, changes: Counter[str], reserved: frozenset[str], width: int, height: int, *, is_whole: bool
    ) -> None:
        self._changes = changes
        self._ids = Ids(reserved)
        self._width = width
        self._height = height
        self._is_whole = is_whole

    def page_id(self, stated: str) -> str:
        return stated if is_usable_id(stated) and self._ids.take(stated) else self._ids.make("page")

    def zones(self, zones: Sequence[RawAnnotation], lines: Sequence[RawAnnotation]) -> tuple[PlacedZone, ...]:
        """Ids that the data states come first, so that none that is made takes one of them."""
        zone_ids = [self._stated(item) for item in zones]
        line_ids = [self._stated(item) for item in lines]
        named = {zone_id: zone_id for zone_id in zone_ids if zone_id}
        for at, item in enumerate(zones):
            zone_ids[at] = zone_ids[at] or self._ids.make("zone")
            named.setdefault(_details(item).stated_id or zone_ids[at], zone_ids[at])
        by_zone: dict[str, list[tuple[RawAnnotation, str]]] = {zone_id: [] for zone_id in zone_ids}
        homeless: dict[str, list[tuple[RawAnnotation, str]]] = {}
        for item, line_id in zip(lines, line_ids, strict=True):
            parent = _details(item).parent
            home = by_zone.get(named.get(parent, ""))
            (homeless.setdefault(parent, []) if home is None else home).append((item, line_id))
        placed = {
            zone_id: self._zone(item, zone_id, named.get(_details(item).parent, ""), by_zone[zone_id])
            for item, zone_id in zip(zones, zone_ids, strict=True)
        }
        ordered = _nested([(placed[zone_id], item) for item, zone_id in zip(zones, zone_ids, strict=True)])
        containers = [self._container(parent, found) for parent, found in homeless.items()]
        return (*ordered, *containers)

    def _stated(self, item: RawAnnotation) -> str:
        stated = _details(item).stated_id
        if not stated:
            return ""
        if is_usable_id(stated) and self._ids.take(stated):
            return stated
        self._changes["id-made-anew"] += 1
        return ""

    def _zone(
        self, item: RawAnnotation, zone_id: str, parent: str, lines: Sequence[tuple[RawAnnotation, str]]
    ) -> PlacedZone:
        details = _details(item)
        category = item.category or ""
        label = details.get(LABEL) or ""
        return PlacedZone(
            zone_id,
            label if label and without_number(label) == category else category,
            self._outline(item),
            isinstance(item.geometry, Box),
            False,
            "" if parent == zone_id else parent,
            details.text or "",
            item.confidence,
            details,
            self._lines(lines),
        )

    def _container(self, parent: str, lines: Sequence[tuple[RawAnnotation, str]]) -> PlacedZone:
        """It bears the id of the region that the lines name, so that they come back together."""
        placed = self._lines(lines)
        if not parent:
            own = MADE_CONTAINER
        else:
            own = parent if is_usable_id(parent) and self._ids.take(parent) else self._ids.make("lines")
        return PlacedZone(own, "", _around(placed), True, True, "", "", None, _NOTHING, placed)

    def _lines(self, lines: Sequence[tuple[RawAnnotation, str]]) -> tuple[PlacedLine, ...]:
        return tuple(
            self._line(item, line_id or self._ids.make("line"))
            for item, line_id in sorted(lines, key=lambda pair: _place(pair[0]))
        )

    def _line(self, item: RawAnnotation, line_id: str) -> PlacedLine:
        details = _details(item)
        points = self._outline(item)
        baseline = self._baseline(details)
        is_derived = details.is_baseline_derived and bool(baseline)
        if not baseline:
            baseline, is_derived = derived_baseline(points, self._width, self._height), True
            self._changes["baseline-derived"] += 1
        kind = details.get(TYPE) or ("" if item.category == TEXT_LINE else item.category or "")
        is_box = isinstance(item.geometry, Box)
        text = details.text or ""
        return PlacedLine(line_id, kind, points, is_box, baseline, is_derived, text, item.confidence, details)

    def _outline(self, item: RawAnnotation) -> Points:
        assert item.geometry is not None
        found = drawn(item.geometry, self._width, self._height, is_whole=self._is_whole)
        self._changes["shape-clipped"] += found.was_clipped
        self._changes["shape-rounded"] += found.was_rounded
        self._changes["outline-uncrossed"] += found.was_uncrossed
        self._changes["outline-touches-itself"] += found.touches_itself
        return found.points

    def _baseline(self, details: AnnotationDetails) -> Points:
        points = clipped(pairs(details.baseline), self._width, self._height)
        rounded = without_repeats(whole(points)) if self._is_whole and whole(points) != points else points
        return rounded if len(set(rounded)) > 1 else ()


def _details(item: RawAnnotation) -> AnnotationDetails:
    return item.details or _NOTHING


def _place(item: RawAnnotation) -> tuple[float, float, float]:
    """Of a line among its like: by stated order, then from the top to the bottom and from left to right."""
    assert item.geometry is not None
    order = _details(item).order
    bounds = item.geometry.bounds()
    return (math.inf if order is None else order, bounds.y0 + bounds.y1, bounds.x0)


def _nested(zones: Sequence[tuple[PlacedZone, RawAnnotation]]) -> tuple[PlacedZone, ...]:
    """In reading order: each zone before those that lie in it. Where no order is stated, as they were given."""
    inner: dict[str, list[tuple[float, int]]] = {}
    for at, (zone, item) in enumerate(zones):
        order = _details(item).order
        inner.setdefault(zone.parent, []).append((math.inf if order is None else order, at))
    result: list[PlacedZone] = []
    waiting = sorted(inner.pop("", []), reverse=True)
    while waiting or inner:
        if not waiting:  # zones that lie in each other in a circle
            waiting = sorted(inner.pop(next(iter(inner))), reverse=True)
        zone = zones[waiting.pop()[1]][0]
        result.append(zone)
        waiting += sorted(inner.pop(zone.id, []), reverse=True)
    return tuple(result)


def _around(lines: Sequence[PlacedLine]) -> Points:
    xs = [x for line in lines for x, _ in line.points]
    ys = [y for line in lines for _, y in line.points]
    x0, y0, x1, y1 = math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def _size(image: RawImage, items: Sequence[RawAnnotation]) -> tuple[int, int]:
    """Of the picture; where nobody knows it, what holds all shapes."""
    if image.width and image.height:
        return image.width, image.height
    boxes = [item.geometry.bounds() for item in items if isinstance(item.geometry, (Box, Polygon))]
    right = max((box.x1 for box in boxes), default=1.0)
    bottom = max((box.y1 for box in boxes), default=1.0)
    return math.ceil(min(max(right, 1.0), _LARGEST)), math.ceil(min(max(bottom, 1.0), _LARGEST))


def line_classes(answer: str) -> tuple[str, ...]:
    """Those that the option names."""
    return tuple(name.strip() for name in answer.split(",") if name.strip())


def changed_names(categories: Sequence[str], title: str) -> Iterator[Problem]:
    """Of classes whose name a reader would shorten."""
    for name in categories:
        if without_number(name) != name:
            text = (
                f'The class "{shown(name)}" is "{shown(without_number(name))}" for a reader of {title}, without number.'
            )
            yield Problem("category-name-changed", text)


def labels_of(page: ArrangedPage) -> Mapping[str, tuple[str, ...]]:
    """The types of zones and of lines that a page has, each once, in their order."""
    zones = dict.fromkeys(zone.type for zone in page.zones if zone.type)
    lines = dict.fromkeys(line.type for zone in page.zones for line in zone.lines if line.type)
    return {"zones": tuple(zones), "lines": tuple(lines)}
