"""What became of the classes of the same files before, and what a person has called them since: an import again into a
project begins with that."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from core.domain.imports import KeptReport, Problem, Severity
from core.domain.names import shown
from core.registry.stores.import_reports import RENAMED

Mapping = tuple[tuple[str, str | None], ...]


def remembered_mapping(reports: Sequence[KeptReport], path: Path, format: str, names: Collection[str]) -> Mapping:
    """Of the newest import of the same place, else of the same format, what concerns these classes. `reports` are the
    newest first."""
    of_format = [report for report in reports if report.format == format]
    chosen = next((report for report in of_format if report.source == path), next(iter(of_format), None))
    content = chosen.content if chosen is not None else {}
    mapping: dict[str, str | None] = content.get("mapping", {}) | content.get(RENAMED, {})
    return tuple((name, mapping[name]) for name in names if name in mapping)


def told_mapping(mapping: Mapping, path: Path) -> Problem:
    words = ", ".join(
        f'"{shown(old)}" is left out' if new is None else f'"{shown(old)}" becomes "{shown(new)}"'
        for old, new in mapping
    )
    text = f"Classes are taken as in the import before: {words}. What they become can be changed."
    return Problem("mapping-remembered", text, str(path), severity=Severity.INFO)
