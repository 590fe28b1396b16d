"""Reading a configuration that someone saved as JSON."""

from __future__ import annotations

from pathlib import Path

from core.domain.names import shown
from core.domain.workers import Configuration
from core.errors import FormatError
from ui.forms.json_text import JsonProblem, read_json

MAX_BYTES = 1_000_000  # far more than any configuration


def read_configuration(file: Path, worker: str) -> Configuration:
    """The file's values for `worker`, named after the file. Raises FormatError; nothing is checked but the JSON.

    Either the values themselves, or an object with them under "values" and perhaps "name" and "worker".
    """
    if file.stat().st_size > MAX_BYTES:
        raise FormatError(f'"{shown(file.name)}" is too big for a configuration.', file=file)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f'"{shown(file.name)}" is no text in UTF-8.', file=file, hint="Save it as UTF-8.") from error
    read = read_json(text)
    if isinstance(read, JsonProblem):
        raise FormatError(f"{shown(file.name)}: {read.text}", file=file, line=read.line or None)
    values = read.get("values")
    if not isinstance(values, dict):
        return Configuration(None, shown(file.stem), worker, "", read)
    made_for = read.get("worker")
    if isinstance(made_for, str) and made_for and made_for != worker:
        text = f'This file was made for "{made_for}" and cannot be used with "{worker}".'
        raise FormatError(text, file=file, hint="Choose that method first.")
    name = read.get("name")
    return Configuration(None, name if isinstance(name, str) and name else shown(file.stem), worker, "", values)
