"""The engine's names of measurements, and ours.

`metrics/mAP50(B)` -> map50, `metrics/mAP50-95(B)` -> map50_95, `metrics/precision(B)` -> precision,
`metrics/recall(B)` -> recall; the same with `(M)` -> mask_...; losses keep their names (box_loss, cls_loss, dfl_loss,
seg_loss, ...) without the set in front, and their sum is `loss`.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.domain import metrics as names

# YOLO26 has no distribution focal loss: its third component is an L1 distance.
RENAMED_LOSSES = {"l1_loss": "dfl_loss (L1)"}

_SHARED = {
    "metrics/mAP50(B)": names.MAP50,
    "metrics/mAP50-95(B)": names.MAP50_95,
    "metrics/precision(B)": names.PRECISION,
    "metrics/recall(B)": names.RECALL,
    "metrics/mAP50(M)": names.MASK_MAP50,
    "metrics/mAP50-95(M)": names.MASK_MAP50_95,
    "metrics/precision(M)": names.MASK_PRECISION,
    "metrics/recall(M)": names.MASK_RECALL,
}


def loss_values(items: Mapping[str, float]) -> dict[str, float]:
    """The components under the names shown, and their sum."""
    parts = {RENAMED_LOSSES.get(name, name): float(value) for name, value in items.items()}
    return {names.LOSS_TOTAL: sum(parts.values()), **parts}


def measured_values(metrics: Mapping[str, float]) -> dict[str, float]:
    """An evaluation by the engine (`metrics/...` and `val/..._loss`) under our names."""
    losses = {name.removeprefix("val/"): value for name, value in metrics.items() if name.startswith("val/")}
    shared = {_SHARED[name]: float(value) for name, value in metrics.items() if name in _SHARED}
    return {**(loss_values(losses) if losses else {}), **shared}
