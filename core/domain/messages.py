"""Sentences for people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.domain.imports import Severity


@dataclass(frozen=True, slots=True)
class UserMessage:
    """What happened, and what to do. `details` is for the disclosure (a traceback, a list of files)."""

    text: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    details: str = ""
    code: str = ""  # catalogue code such as E-150
    folder: Path | None = None  # where what was made lies, offered to be opened

    @property
    def in_words(self) -> str:
        """What happened and what to do, behind the code that it can be looked up by."""
        code = f"{self.code}: " if self.code else ""
        return f"{code}{self.text} {self.hint}".rstrip()
