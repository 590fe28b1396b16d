"""What a verb hands back, and how it reaches the terminal."""

from __future__ import annotations

import dataclasses
import io
import json
import math
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from core.domain.changes import Changed
from core.errors import CalqueError, FormatError

PROGRESS_PAUSE_S = 1.0
SPREADSHEET = "utf-8-sig"  # with it, spreadsheets take a CSV file for what it is


@dataclass(frozen=True, slots=True)
class VerbResult:
    """`data` is the JSON object, `lines` the same for people."""

    data: Mapping[str, Any]
    lines: tuple[str, ...] = ()
    code: int = 0


def with_code(error: Exception) -> str:
    """In words, behind the code that it can be looked up by."""
    code = error.code if isinstance(error, CalqueError) else ""
    return f"{code}: {error}" if code else str(error)


def with_what_stopped_it(result: VerbResult, changed: Changed[Any]) -> VerbResult:
    """Of a verb on many images: what kept it from the rest of them is told too."""
    if changed.cut_by is None:
        return result
    words = with_code(changed.cut_by)
    return VerbResult({**result.data, "stopped_by": words}, (*result.lines, words), code=1)


@dataclass
class Console:
    """Standard output for the result, standard error for progress and refusals."""

    is_json: bool = False
    _last_progress: float = field(default=-math.inf, init=False)
    _last_line: str = field(default="", init=False)

    def show(self, result: VerbResult) -> None:
        if self.is_json:
            self._print(json.dumps(plain(result.data), ensure_ascii=False, indent=2))
        else:
            self._print("\n".join(escaped(line) for line in result.lines))

    def refuse(self, error: CalqueError) -> None:
        if self.is_json:
            data: dict[str, Any] = {"text": error.text, "hint": error.hint, "code": error.code}
            if isinstance(error, FormatError):
                data |= {"file": error.file, "line": error.line}
            self._print(json.dumps({"error": plain(data)}, ensure_ascii=False, indent=2))
        self.note(with_code(error))

    def note(self, text: str) -> None:
        print(escaped(text), file=sys.stderr, flush=True)

    def _print(self, text: str) -> None:
        """JSON is UTF-8 whatever the terminal speaks; other text shows what the terminal cannot say as escapes.

        Raises OSError when nobody takes the text; what is left of it is then dropped.
        """
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8" if self.is_json else None, errors="backslashreplace")
        try:
            print(text, flush=True)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more
            raise

    def progress(self, done: float, total: float, text: str = "") -> None:
        """A line a second at most, none twice, and always the last one."""
        share = f"{100 * done / total:3.0f} %" if total else ""
        line = f"{share} {text}".strip()
        now = time.monotonic()
        is_early = now - self._last_progress < PROGRESS_PAUSE_S and done < total
        if is_early or line == self._last_line:
            return
        self._last_progress, self._last_line = now, line
        self.note(line)


def escaped(text: str) -> str:
    """Bytes of a file name that are no UTF-8 are shown as \\xNN instead of breaking the terminal."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def plain(value: Any) -> Any:
    """JSON's own types for domain values: dataclasses become objects, times ISO texts, NaN null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return escaped(str(value))
    if isinstance(value, float) and value != value:
        return None
    if isinstance(value, str):
        return escaped(value)
    return value
