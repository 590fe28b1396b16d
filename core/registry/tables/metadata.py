"""The metadata with every table in it, as migrations compare it."""

from __future__ import annotations

from sqlalchemy import MetaData

from core.registry.tables import (
    configurations,
    datasets,
    evaluations,
    filters,
    image_changes,
    images,
    imports,
    judgements,
    models,
    overruled,
    predictions,
    projects,
    runs,
    selections,
    snapshots,
    trash,
)
from core.registry.tables.row import METADATA

TABLES = (
    configurations,
    datasets,
    evaluations,
    filters,
    image_changes,
    images,
    imports,
    judgements,
    models,
    overruled,
    predictions,
    projects,
    runs,
    selections,
    snapshots,
    trash,
)


def full_metadata() -> MetaData:
    """Importing the table modules is what fills it."""
    return METADATA
