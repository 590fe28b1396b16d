"""Which measures there are: those of Calque and those that others bring, through entry points."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

from core.domain.evaluation import Measure
from core.errors import CalqueError, WorkerError

GROUP = "calque.measures"

_FIRST = "coco"  # the entry whose measures begin every table


@dataclass(frozen=True, slots=True)
class ComputedMeasure:
    """A measure and where its number comes from. An entry point yields one, or a sequence of them.

    `material` is the class of findings that it reads, such as `core.metrics.coco.Scored`; tables of other tasks, whose
    scorers find other things, go without it. `value` gives the number of the class at an index, of all classes for
    None; None when it cannot be stated. `applies` may narrow it down: to findings with masks, say.
    """

    description: Measure
    material: type
    value: Callable[[Any, int | None], float | None]
    applies: Callable[[Any], bool] = lambda _scored: True

    def reads(self, scored: object) -> bool:
        return isinstance(scored, self.material) and self.applies(scored)


class MeasureCatalog:
    """The installed measures. `entry_points` replaces the installed ones in tests."""

    def __init__(self, entry_points: Iterable[EntryPoint] | None = None) -> None:
        found = importlib.metadata.entry_points(group=GROUP) if entry_points is None else entry_points
        self.problems: tuple[str, ...] = ()
        """A sentence for each entry that could not be loaded."""
        self._measures: dict[str, ComputedMeasure] = {}
        for entry in sorted(found, key=lambda entry: (entry.name != _FIRST, entry.name)):
            self._take(entry)

    def list_measures(self) -> tuple[ComputedMeasure, ...]:
        """In the order of a table's columns."""
        return tuple(self._measures.values())

    def _take(self, entry: EntryPoint) -> None:
        try:
            measures = _measures_of(entry)
            _require_new(measures, self._measures.keys())
        except BaseException as error:  # noqa: BLE001 - a plug-in's module can raise anything when imported
            reason = str(error) if isinstance(error, CalqueError) else f"{type(error).__name__}: {error}"
            self.problems += (f'The measures of "{entry.name}" cannot be used: {reason}',)
            return
        self._measures |= {measure.description.name: measure for measure in measures}


def _require_new(measures: Iterable[ComputedMeasure], taken: Collection[str]) -> None:
    for measure in measures:
        if measure.description.name in taken:
            raise WorkerError(f'There is a measure "{measure.description.name}" already.')


def _measures_of(entry: EntryPoint) -> tuple[ComputedMeasure, ...]:
    value = entry.load()
    measures = tuple(value) if isinstance(value, Sequence) else (value,)
    if not all(isinstance(measure, ComputedMeasure) for measure in measures):
        raise WorkerError(f"{entry.value} is not a ComputedMeasure, and no sequence of them.")
    return measures
