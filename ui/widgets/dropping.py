"""What of what is dragged onto the window can be imported."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent

SUFFIXES = frozenset(
    {
        *(".json", ".xml", ".yaml", ".yml", ".data", ".txt", ".csv", ".zip"),
        *(".manifest", ".jsonl", ".sqlite", ".sqlite3", ".db", ".tsv"),
    }
)
"""Lower-case endings of files; the content has the last word."""


def dropped_path(event: QDropEvent) -> Path | None:
    """The one folder, annotation file or archive that is dragged; None for anything else."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.suffix.lower() in SUFFIXES or path.is_dir() else None
