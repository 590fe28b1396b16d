"""What the reading of one page gathers, of whichever form the file is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from core.domain.details import AnnotationDetails, ImageDetails
from core.domain.geometry import Ring
from core.domain.imports import Problem, RawAnnotation, Severity
from core.domain.names import shown
from core.formats.layout.labels import DUMMY, LABEL, ROLE, TEXT_LINE, TYPE, Ids, without_number
from core.formats.layout.outlines import clipped, flat, pairs

_TOLERANCE = 1.0  # pixels beyond the border that rounding explains


@dataclass(slots=True)
class PageContent:
    """`line_types`, `numbered`, `n_from_strings` and `unkept` count what was merged or left off, for a remark on the
    whole import."""

    annotations: list[RawAnnotation] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    line_types: dict[str, int] = field(default_factory=dict)
    numbered: dict[str, int] = field(default_factory=dict)
    n_from_strings: int = 0  # lines whose place is that of their words
    n_stated: int = 0  # lines and zones that the file has, usable or not
    unkept: Counter[str] = field(default_factory=Counter)
    details: ImageDetails | None = None

    def report(self, file: Path, line: int | None, kind: str, text: str, *, is_info: bool = False) -> None:
        severity = Severity.INFO if is_info else Severity.WARNING
        self.problems.append(Problem(kind, text, str(file), line, severity))

    def zone_class(self, label: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The class of a zone by its label, numbers left off and counted; and what keeps the number."""
        plain = without_number(label)
        if plain == label:
            return label, ()
        self.numbered[label] = self.numbered.get(label, 0) + 1
        return plain, ((LABEL, label),) if plain else ()

    def line_class(self, label: str, *, by_type: bool) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The class of a line by its type, and what keeps the type."""
        if not label:
            return TEXT_LINE, ()
        if by_type:
            return label, () if label == TEXT_LINE else ((ROLE, "line"), (TYPE, label))
        self.line_types[label] = self.line_types.get(label, 0) + 1
        return TEXT_LINE, ((TYPE, label),)

    def put_in_order(self, ranks: Mapping[str, int]) -> None:
        """Say each annotation's place among the lines or the zones of its parent: by the reading order that the file
        states, where it has a rank there, and else as they follow each other in the file."""
        siblings: dict[tuple[str, bool], list[tuple[float, int]]] = {}
        for at, item in enumerate(self.annotations):
            if item.details is not None:
                key = (item.details.parent, is_line(item))
                siblings.setdefault(key, []).append((ranks.get(item.details.stated_id, float("inf")), at))
        for group in siblings.values():
            for order, (_, at) in enumerate(sorted(group)):
                item = self.annotations[at]
                assert item.details is not None
                self.annotations[at] = replace(item, details=replace(item.details, order=order))


class ParsedPage(Protocol):
    """A page's file that has been read."""

    @property
    def path(self) -> Path: ...

    @property
    def image_name(self) -> str:
        """As the file states it; "" when it does not."""

    @property
    def stated_size(self) -> tuple[int, int] | None:
        """Of the picture, in pixels."""

    def content(self, size: tuple[int, int] | None, *, lines_by_type: bool) -> PageContent:
        """The page's lines and zones in pixels of an image of `size` (None = unknown)."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """`kind` and `text` are those of the problem; "" = nothing to say."""

    points: Ring = ()
    kind: str = ""
    text: str = ""


def checked_baseline(stated: tuple[float, ...] | None, size: tuple[int, int] | None) -> Baseline:
    """A baseline that can be kept, of coordinates in pixels (None = what was stated is no pairs of numbers)."""
    if stated == ():
        return Baseline()
    if stated is None:
        return Baseline((), "baseline-invalid", "has a baseline that is not pairs of numbers")
    if not all(value == value and abs(value) != float("inf") for value in stated):
        return Baseline((), "baseline-invalid", "has a baseline with a coordinate that is not a finite number")
    points = pairs(stated)
    inside = clipped(points, float(size[0]), float(size[1])) if size is not None else points
    if len(set(inside)) < 2:
        reason = "of less than two points" if len(set(points)) < 2 else "outside the image"
        return Baseline((), "baseline-invalid", f"has a baseline {reason}")
    beyond = max(max(abs(x - a), abs(y - b)) for (x, y), (a, b) in zip(points, inside, strict=True))
    if beyond <= _TOLERANCE:
        return Baseline(flat(inside))
    return Baseline(flat(inside), "baseline-clipped", f"has a baseline that reaches {beyond:.0f} px beyond the image")


def is_line(item: RawAnnotation) -> bool:
    """Whether an annotation was read as a line, or has what only lines have."""
    details = item.details
    return item.category == TEXT_LINE or (details is not None and bool(details.baseline or details.get(ROLE) == "line"))


def line_details(
    stated_id: str, parent: str, text: str, baseline: Ring, attributes: tuple[tuple[str, str], ...], *, is_derived: bool
) -> AnnotationDetails:
    return AnnotationDetails(
        stated_id=stated_id,
        parent=parent,
        text=text or None,
        baseline=baseline,
        is_baseline_derived=is_derived and bool(baseline),
        attributes=attributes,
    )


class StatedIds:
    """The ids of a page's zones, each once, for lines refer to them: one that the file repeats gets a number."""

    def __init__(self, content: PageContent, stated: list[str]) -> None:
        """`stated` are all ids of the page, so that none of them is made anew."""
        self._content = content
        self._ids = Ids(frozenset(stated))
        self._seen: set[str] = set()

    def own(self, stated: str) -> str:
        if not stated or stated not in self._seen:
            self._seen.add(stated)
            return stated
        self._content.unkept["ids of zones that a page has twice, which got a number"] += 1
        return self._ids.make(stated)

    def make(self, stem: str) -> str:
        return self._ids.make(stem)


def is_dummy(stated_id: str) -> bool:
    """Whether a block only holds lines of no region."""
    return stated_id.startswith(DUMMY)


def called(name: str, stated_id: str) -> str:
    """An element in a sentence."""
    return f"{name} {shown(stated_id)}".strip()
