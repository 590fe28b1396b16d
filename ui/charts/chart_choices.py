"""What a person set on the charts, kept from run to run and from day to day. Light: it loads nothing that draws."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

AXES = ("steps", "epochs")


@dataclass(frozen=True, slots=True)
class ChartChoices:
    """`curves` by "name/split": is it shown; what is not named is as its style says."""

    axis: str = AXES[0]
    is_log: bool = False
    smoothing: float = 0.0
    curves: Mapping[str, bool] = field(default_factory=dict)

    def as_text(self) -> str:
        return json.dumps(
            {"axis": self.axis, "log": self.is_log, "smoothing": self.smoothing, "curves": dict(self.curves)}
        )


def choices_from(text: str) -> ChartChoices:
    """What can be understood of it; the rest is as it is at first."""
    try:
        told = json.loads(text or "{}")
    except ValueError:
        return ChartChoices()
    if not isinstance(told, dict):
        return ChartChoices()
    axis, smoothing, curves = told.get("axis"), told.get("smoothing"), told.get("curves")
    weight = float(smoothing) if isinstance(smoothing, int | float) and not isinstance(smoothing, bool) else 0.0
    return ChartChoices(
        axis=axis if axis in AXES else AXES[0],
        is_log=told.get("log") is True,
        smoothing=weight if 0 <= weight < 1 else 0.0,
        curves={name: shown for name, shown in curves.items() if isinstance(shown, bool)}
        if isinstance(curves, dict)
        else {},
    )
