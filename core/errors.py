"""The errors that Calque raises on purpose. Each carries a sentence for people and a hint.

CalqueError
├── RefusedError            the request cannot be done; nothing was changed (carries a catalogue code)
├── NotFoundError           no such project, run, model, file ...
├── FormatError             a file is not what it should be (carries file and line)
├── RegistryError           the database cannot be used
│   ├── RegistryTooNewError     made by a newer Calque
│   ├── RegistryLockedError     another program holds it
│   ├── RegistryCorruptError    its content is damaged
│   └── RegistryLostError       it is gone, though runs, models or copies of it are there
├── StorageError            disk full, read-only, no permission
├── WeightsError            a weights file is missing, refused or does not fit
├── WorkerError             a worker plug-in failed or is not available
└── RunError                a run cannot be started, stopped or read
"""

from __future__ import annotations

from pathlib import Path

_MOST_SIGNS = 1500


class CalqueError(Exception):
    """`text` is one sentence on what happened; `hint` says what to do; `code` names a catalogue entry."""

    def __init__(self, text: str, *, hint: str = "", code: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint
        self.code = code

    def __str__(self) -> str:
        return f"{self.text} {self.hint}".strip()


class RefusedError(CalqueError):
    """The request cannot be carried out as it stands; nothing was changed."""


class NotFoundError(CalqueError):
    """Something named by id, name or path does not exist."""


class FormatError(CalqueError):
    """A file is not what it should be. What such a file says can be a million signs long: the text is kept short."""

    def __init__(
        self, text: str, *, file: Path | str = "", line: int | None = None, hint: str = "", code: str = ""
    ) -> None:
        if len(text) > _MOST_SIGNS:
            text = f"{text[: _MOST_SIGNS - 300]} … {text[-200:]}"
        super().__init__(text, hint=hint, code=code)
        self.file = str(file)
        self.line = line


class RegistryError(CalqueError):
    """The registry's database cannot be used."""


class RegistryTooNewError(RegistryError):
    """The database was made by a newer Calque; it has not been touched."""


class RegistryLockedError(RegistryError):
    """Another program holds the database."""


class RegistryCorruptError(RegistryError):
    """The database's content is damaged; it has not been overwritten."""


class RegistryLostError(RegistryError):
    """The database is gone or empty beside runs, models or copies of it; none was made in its place."""


class StorageError(CalqueError):
    """The disk is full, read-only, or refuses permission."""


class WeightsError(CalqueError):
    """A weights file is missing, refused, or does not fit."""


class WorkerError(CalqueError):
    """A worker plug-in failed or is not available."""


class RunError(CalqueError):
    """A run cannot be started, stopped, or read."""
