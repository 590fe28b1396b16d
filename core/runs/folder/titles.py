"""What a person called a run since it was made, and wrote about it: a copy in its folder of what the registry says."""

from __future__ import annotations

from core.files.durable import read_json, write_json
from core.runs.folder.layout import RunLayout

FORMAT = 1


def write_title(layout: RunLayout, name: str, description: str) -> None:
    """Raises OSError."""
    write_json(layout.title_file, {"format": FORMAT, "name": name, "description": description})


def read_title(layout: RunLayout) -> tuple[str, str] | None:
    """Name and description; None when nobody changed them, or the file is damaged or a newer Calque's."""
    value = read_json(layout.title_file)
    if value is None or value.get("format") != FORMAT:
        return None
    name, description = value.get("name"), value.get("description")
    return (name, description) if isinstance(name, str) and name and isinstance(description, str) else None
