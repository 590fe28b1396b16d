"""Predictions for exports: where they lie, who made them, and from which confidence on they count."""

from __future__ import annotations

import contextlib

from core.domain.studies import StudySource
from core.domain.thresholds import USUAL_CONFIDENCE
from core.errors import CalqueError
from core.evaluations.sources import Sources
from core.exports.predicted import Predicted
from core.models.service import ModelService
from core.registry.database import Registry


def found_predictions(registry: Registry, models: ModelService, source: StudySource) -> Predicted:
    """The version's own threshold where a version made them that is still known; else the usual one.

    Raises NotFoundError, FormatError, StorageError.
    """
    located = Sources(registry, models).locate(source)
    info = located.info
    if info.version is not None:
        with contextlib.suppress(CalqueError):  # deleted, or without its files
            threshold = models.threshold_of(info.version)
            return Predicted(info.title, located.path, threshold.confidence, threshold.by_category)
    return Predicted(info.title, located.path, USUAL_CONFIDENCE)
