"""All that the registry says of a project's data, so that two moments can be compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from window_desk import Window

Rows = dict[str, list[tuple[Any, ...]]]
_COLUMNS = {
    "annotation": "*", "overruled_import": "*", "folder_category": "*", "folder": "*", "category": "*",
    "image": "id, n_annotations, is_annotated", "image_tag": "*", "saved_filter": "*", "dataset": "*",
    "dataset_set": "*", "dataset_image": "*", "trashed_image": "*", "snapshot": "id, id",
}  # fmt: skip


def kept(window: Window) -> Rows:
    """Every row of what a person can edit, and what is counted of it."""
    with window.features.services.registry.read() as session:
        return {
            name: [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM {name} ORDER BY 1, 2"))]
            for name, columns in _COLUMNS.items()
        }
