"""Versions and runs beside each other: what they measured, what they were told to do, how they learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.evaluation import Measure
from core.domain.ids import RunId, SnapshotId, VersionId
from core.domain.runs import MetricBatch
from core.domain.snapshots import Split

FEWEST, MOST = 2, 6


@dataclass(frozen=True, slots=True)
class Compared:
    """One of those that are compared. `key` is what it was asked for as; `data` names its frozen dataset."""

    key: VersionId | RunId
    title: str
    subtitle: str
    version: VersionId | None = None
    worker: str = ""  # slug: whose form has words for the settings
    run: RunId | None = None
    snapshot: SnapshotId | None = None
    data: str = ""


@dataclass(frozen=True, slots=True)
class ComparedMeasure:
    """A row of numbers, one for each of those compared; None = not measured. The first is what others differ from."""

    measure: Measure
    values: tuple[float | None, ...]

    def difference(self, index: int) -> float | None:
        first, own = self.values[0], self.values[index]
        return None if first is None or own is None else own - first

    @property
    def best(self) -> frozenset[int]:
        """Who has the best value; nobody where fewer than two were measured, or all are equal."""
        known = [value for value in self.values if value is not None]
        if len(known) < FEWEST or min(known) == max(known):
            return frozenset()
        best = max(known) if self.measure.higher_is_better else min(known)
        return frozenset(index for index, value in enumerate(self.values) if value == best)


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """The numbers of one set of images."""

    split: Split
    rows: tuple[ComparedMeasure, ...]


@dataclass(frozen=True, slots=True)
class ComparedSetting:
    """A setting in which they differ, as text; "" where one has none of that name."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """`warnings` are sentences that stand above all: that the data differ, say. `curves` has an entry for each."""

    items: tuple[Compared, ...]
    sets: tuple[ComparedSet, ...]
    settings: tuple[ComparedSetting, ...]
    curves: tuple[tuple[MetricBatch, ...], ...]
    warnings: tuple[str, ...] = ()
    n_equal_settings: int = 0

    @property
    def splits(self) -> tuple[Split, ...]:
        return tuple(item.split for item in self.sets)


def numbered(titles: Sequence[str]) -> tuple[str, ...]:
    """Titles that can be told apart: equal ones get a number behind them."""
    seen: dict[str, int] = {}
    told = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        told.append(title if titles.count(title) == 1 else f"{title} · {seen[title]}")
    return tuple(told)


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """One of them against the first, on the images that both predicted: `sentences` say which is better and how sure
    that is. `problem` says why it could not be told."""

    first: Compared
    second: Compared
    split: Split
    sentences: tuple[str, ...] = ()
    problem: str = ""
