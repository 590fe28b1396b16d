"""Collecting points of curves on their way to whoever draws them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from core.domain.runs import MetricBatch
from core.runs.story.events import Metrics
from core.runs.story.packed_curves import PackedTable

_Part = tuple[Sequence[int] | npt.NDArray[np.int64], MetricBatch]
"""The numbers by which points are ordered, and the points."""


@dataclass(slots=True)
class _Table:
    """Events that measured the same things: columns are made of them all at once, when they are taken."""

    order: list[int] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    rows: list[tuple[float | str | None, ...]] = field(default_factory=list)


class CurveCollector:
    """Points wait here until they are taken. `kept` drops what a later attempt measured anew (`epochs_kept`)."""

    def __init__(self, kept: Mapping[int, float]) -> None:
        self._kept = kept
        self._tables: dict[tuple[str, tuple[str, ...]], _Table] = {}
        self._packed: dict[tuple[str, str], list[_Part]] = {}
        self._count = 0

    def add(self, attempt: int, metrics: Metrics) -> None:
        split, step, epoch, values = metrics
        limit = self._kept.get(attempt)
        if limit is not None and not epoch <= limit:
            return
        key = (split, tuple(values))
        table = self._tables.get(key)
        if table is None:
            table = self._tables[key] = _Table()
        self._count += 1
        table.order.append(self._count)
        table.steps.append(step)
        table.epochs.append(epoch)
        table.rows.append(tuple(values.values()))

    def add_table(self, attempt: int, table: PackedTable) -> None:
        """Values of single batches, many at once."""
        limit = self._kept.get(attempt)
        chosen = slice(None) if limit is None else table.epochs <= limit
        order, steps, epochs = table.order[chosen], table.steps[chosen], table.epochs[chosen]
        values = table.values[chosen]
        for index, name in enumerate(table.names if len(steps) else ()):
            part = MetricBatch(name, "batch", steps, epochs, values[:, index])
            self._packed.setdefault(("batch", name), []).append((order, part))

    def take(self) -> tuple[MetricBatch, ...]:
        """Everything since the last call, curve by curve, each in the order of its events."""
        parts, self._packed = self._packed, {}
        for (split, names), table in self._tables.items():
            for part in _columns(split, names, table):
                parts.setdefault((split, part.name), []).append((table.order, part))
        self._tables = {}
        return tuple(found[0][1] if len(found) == 1 else _merged(found) for found in parts.values())


def _columns(split: str, names: tuple[str, ...], table: _Table) -> Iterator[MetricBatch]:
    """numpy reads None as not a number, and "inf" and "-inf" as what they say."""
    steps = np.array(table.steps, dtype=np.int64)
    epochs = np.array(table.epochs, dtype=np.float64)
    try:
        values = np.array(table.rows, dtype=np.float64)
    except (TypeError, ValueError):  # a damaged line that is still JSON
        values = np.array([[_sane(value) for value in row] for row in table.rows])
    for index, name in enumerate(names):
        yield MetricBatch(name, split, steps, epochs, np.ascontiguousarray(values[:, index]))


def _sane(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _merged(parts: list[_Part]) -> MetricBatch:
    """A curve that was measured now with these companions, now with those."""
    order = np.argsort(np.concatenate([np.asarray(indexes) for indexes, _part in parts]), kind="stable")
    first = parts[0][1]
    return MetricBatch(
        name=first.name,
        split=first.split,
        steps=np.concatenate([part.steps for _order, part in parts])[order],
        epochs=np.concatenate([part.epochs for _order, part in parts])[order],
        values=np.concatenate([part.values for _order, part in parts])[order],
    )
