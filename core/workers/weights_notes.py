"""The note beside a weights file, `<name>.json`: what it was when it came, from where, and what the person says."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.domain.names import shown
from core.files.durable import write_json

NOTE_FORMAT = 1
_TEXTS = ("sha256", "source", "code_licence", "weights_licence", "note")


@dataclass(frozen=True, slots=True)
class WeightsNote:
    """Empty and None = not known. `problem` says why the note could not be read."""

    n_bytes: int | None = None
    sha256: str = ""
    source: str = ""  # an address, or the path that it was copied from
    added_at: datetime | None = None
    code_licence: str = ""
    weights_licence: str = ""
    note: str = ""
    problem: str = ""


def note_file(weights: Path) -> Path:
    return weights.with_name(f"{weights.name}.json")


def read_note(weights: Path) -> WeightsNote:
    """Empty where there is none. What an older Calque wrote has no format: name, url, n_bytes and sha256 alone."""
    file = note_file(weights)
    try:
        content = json.loads(file.read_bytes())
    except FileNotFoundError:
        return WeightsNote()
    except (OSError, ValueError, RecursionError) as error:
        return WeightsNote(problem=f'"{shown(file.name)}" cannot be read: {error}.')
    try:
        if content.get("format", NOTE_FORMAT) != NOTE_FORMAT:
            return WeightsNote(problem=f'"{shown(file.name)}" was written by a newer Calque.')
        return _from_json(content)
    except (AttributeError, TypeError, ValueError) as error:
        return WeightsNote(problem=f'"{shown(file.name)}" cannot be understood ({type(error).__name__}).')


def write_note(weights: Path, note: WeightsNote) -> None:
    """Raises OSError."""
    content = asdict(note)
    content.pop("problem")
    added_at = None if note.added_at is None else note.added_at.isoformat()
    write_json(note_file(weights), {"format": NOTE_FORMAT, "name": weights.name, **content, "added_at": added_at})


def _from_json(content: dict[str, Any]) -> WeightsNote:
    texts = {key: str(content.get(key) or "") for key in _TEXTS}
    texts["source"] = texts["source"] or str(content.get("url") or "")
    n_bytes, added_at = content.get("n_bytes"), content.get("added_at")
    return WeightsNote(
        n_bytes=int(n_bytes) if n_bytes is not None else None,
        added_at=datetime.fromisoformat(added_at) if added_at else None,
        **texts,
    )
