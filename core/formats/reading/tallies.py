"""Counts what is told once for a whole import, with its number and the place of the first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.domain.counting import counted
from core.domain.imports import Problem, Severity


@dataclass(frozen=True, slots=True)
class Remark:
    """`one` and `many` follow the number ("circle is read", "circles are read"); `rest` ends the sentence."""

    one: str
    many: str
    rest: str = ""
    severity: Severity = Severity.INFO


class Tally:
    """The remarks by kind, told in this order."""

    def __init__(self, remarks: dict[str, Remark]) -> None:
        self._remarks = remarks
        self._counts: Counter[str] = Counter()
        self._first: dict[str, tuple[str, int | None, str]] = {}

    def add(self, kind: str, file: Path | str, line: int | None = None, *, n: int = 1, example: str = "") -> None:
        """`example` is told after the sentence; that of the first counts."""
        if n:
            self._counts[kind] += n
            if kind not in self._first:
                self._first[kind] = (str(file), line, example)

    def count(self, kind: str) -> int:
        return self._counts[kind]

    def problems(self) -> Iterator[Problem]:
        for kind, remark in self._remarks.items():
            if self._counts[kind]:
                file, line, example = self._first[kind]
                text = f"{counted(self._counts[kind], remark.one, remark.many)}{remark.rest}"
                text += f", e.g. {example}." if example else "."
                yield Problem(kind, text, file, line, remark.severity)
