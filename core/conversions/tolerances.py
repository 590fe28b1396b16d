"""How far a converted model may be from the published one before it is refused (docs/adr/0027)."""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.conversions import FP16, INT8, LossTolerance, Tolerance

EXACT = Tolerance(box=0.1, confidence=0.001, overlap=0.97)
"""The same numbers, added up in another order."""

_COARSER: Mapping[str, Tolerance] = {FP16: Tolerance(box=2.0, confidence=0.02, overlap=0.90, share=0.05)}
_ANY = Tolerance(box=10.0, confidence=0.5, overlap=0.0, share=1.0)  # which objects belong together, nothing more
_LOSSES: Mapping[str, LossTolerance] = {INT8: LossTolerance(0.05)}


def tolerance_of(precision: str) -> Tolerance:
    return _ANY if precision in _LOSSES else _COARSER.get(precision, EXACT)


def loss_tolerance_of(precision: str) -> LossTolerance | None:
    """Of a precision whose objects are other ones anyhow: what counts is how good they are."""
    return _LOSSES.get(precision)
