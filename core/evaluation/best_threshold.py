"""The confidence from which predictions are best taken: where F1 is highest on images that were not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.outcomes import MATCHER, Thresholds
from core.metrics.curves import DEFAULT_IOU, threshold_curves
from core.metrics.outcomes import Matcher
from core.packs.choices import read_choices

FORMAT = 1


def best_threshold(pack: Path) -> tuple[float, Mapping[str, Any]] | None:
    """Over all objects together, and what model.json says about it; None where nothing is found, or nothing to find.

    Raises FormatError, StorageError when the predictions cannot be read.
    """
    with read_choices(pack) as opened:
        table, header = opened.table(), opened.header
    matcher = Matcher(table)
    curves = threshold_curves(matcher, DEFAULT_IOU)
    best = float(curves.best[0])
    if not np.isfinite(best):
        return None
    counts = matcher.at(Thresholds(best, DEFAULT_IOU)).counts
    by_class = {
        name: float(value) for name, value in zip(table.categories, curves.best[1:], strict=True) if np.isfinite(value)
    }
    about = {
        "format": FORMAT,
        "set": None if header.split is None else header.split.value,
        "iou": DEFAULT_IOU,
        "f1": counts.f1,
        "n_images": table.n_images,
        "n_objects": counts.tp + counts.fn,
        "by_class": by_class,
        "matcher": MATCHER,
    }
    return best, about
