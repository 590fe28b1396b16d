"""Collecting points of curves on their way to whoever draws them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.domain.runs import MetricBatch
from core.runs.events import Metrics

_Points = tuple[list[int], list[float], list[float | str | None]]


class CurveCollector:
    """Points wait here, by curve, until they are taken. `kept` drops what a later attempt measured anew."""

    def __init__(self, kept: Mapping[int, float]) -> None:
        self._kept = kept
        self._points: dict[tuple[str, str], _Points] = {}

    def add(self, attempt: int, metrics: Metrics) -> None:
        limit = self._kept.get(attempt)
        if limit is not None and not metrics.epoch <= limit:
            return
        points = self._points
        split, step, epoch = metrics.split, metrics.step, metrics.epoch
        for name, value in metrics.values.items():
            key = (split, name)
            curve = points.get(key)
            if curve is None:
                curve = points[key] = ([], [], [])
            curve[0].append(step)
            curve[1].append(epoch)
            curve[2].append(value)

    def take(self) -> tuple[MetricBatch, ...]:
        """Everything since the last call. Null becomes NaN, "inf" infinity: numpy reads both."""
        taken = tuple(
            MetricBatch(
                name=name,
                split=split,
                steps=np.array(steps, dtype=np.int64),
                epochs=np.array(epochs, dtype=np.float64),
                values=np.array(values, dtype=np.float64),
            )
            for (split, name), (steps, epochs, values) in self._points.items()
        )
        self._points = {}
        return taken
