"""The confidence from which predictions are best taken: where F1 is highest on images that were not trained on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.domain.outcomes import MATCHER, Thresholds
from core.domain.predictions import ObjectTable
from core.metrics.classification import DEFAULT_THRESHOLD
from core.metrics.curves import DEFAULT_IOU, threshold_curves
from core.metrics.outcomes import Matcher
from core.packs.choices import read_choices
from core.packs.layout import PackHeader

FORMAT = 1
_ONE, _MANY = "one", "many"
"""Of a model that labels: classes that a region gets. Names in model.json, which never change."""


def best_threshold(pack: Path) -> tuple[float, Mapping[str, Any]] | None:
    """Over all objects together, and what model.json says about it; None where nothing is found, or nothing to find.

    Raises FormatError, StorageError when the predictions cannot be read.
    """
    with read_choices(pack) as opened:
        table, header = opened.table(), opened.header
    if header.labels:
        return _of_labels(table, header)
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


def unmeasured_threshold(*, is_exclusive: bool) -> tuple[float, Mapping[str, Any]]:
    """Of a model that labels, where no validation image says a better one."""
    confidence = 0.0 if is_exclusive else DEFAULT_THRESHOLD
    return confidence, {"format": FORMAT, "labels": _ONE if is_exclusive else _MANY, "set": None, "by_class": {}}


def _of_labels(table: ObjectTable, header: PackHeader) -> tuple[float, Mapping[str, Any]]:
    """The surest class of a region counts however sure it is; tags from where their own F1 is highest."""
    confidence, about = unmeasured_threshold(is_exclusive=header.is_exclusive)
    about = {
        **about,
        "set": None if header.split is None else header.split.value,
        "n_images": table.n_images,
        "n_objects": table.n_truths,
        "matcher": MATCHER,
    }
    if header.is_exclusive:
        return confidence, about
    best = threshold_curves(Matcher(table), DEFAULT_IOU).best[1:]
    known = {name: float(v) for name, v in zip(table.categories, best, strict=True) if np.isfinite(v)}
    return confidence, {**about, "by_class": known}
