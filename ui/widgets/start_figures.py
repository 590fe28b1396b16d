"""What was measured of a start, in lines for people."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import stdev

from core.domain.starts import MeasuredStart, beside

UNKNOWN_FIGURES = "How good trainings from these weights become has not been measured."
_SCRATCH = "scratch"


def figures_of(start: str, measured: Sequence[MeasuredStart], tasks: Sequence[str] = ()) -> tuple[str, ...]:
    """A line for each data set on which `start` was measured (as a plan writes it), beside scratch where
    that was measured too; none where nobody measured. `tasks` narrow it, none = all."""
    rows = [row for row in measured if row.start == start and (not tasks or row.task in tasks)]
    return tuple(_line(row, beside(row, measured) if start != _SCRATCH else None) for row in rows)


def _line(row: MeasuredStart, scratch: MeasuredStart | None) -> str:
    compared = f", from scratch {_value(scratch)} after {scratch.cpu_s:.0f} s" if scratch is not None else ""
    return f"{row.data}: {row.measure} {_value(row)} after {row.cpu_s:.0f} s of CPU{compared}"


def _value(row: MeasuredStart) -> str:
    """Mean, and how far seeds lie apart."""
    spread = f" ± {stdev(row.values):.3f}" if len(row.values) > 1 else ""
    return f"{row.mean:.3f}{spread}"
