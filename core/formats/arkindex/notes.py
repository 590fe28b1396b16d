"""What is told once for all images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown


@dataclass(slots=True)
class Notes:
    """What is told once for all images, with its number and a name."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, name: str, n: int = 1) -> None:
        self.counts[kind] += n
        self.first.setdefault(kind, name)

    def problem(self, kind: str, one: str, many: str, rest: str, file: str, severity: Severity) -> Iterator[Problem]:
        if self.counts[kind]:
            example = f', e.g. "{shown(self.first[kind])}"' if self.first[kind] else ""
            text = f"{counted(self.counts[kind], one, many)}{rest}{example}."
            yield Problem(kind, text, file, severity=severity)
