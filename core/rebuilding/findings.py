"""What a rebuild has listed again, and what it could not."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.domain.imports import Problem, Severity


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """`projects` are the names of those that were made again, without their images. `aside` is the former file."""

    projects: tuple[str, ...]
    n_runs: int
    n_versions: int
    n_datasets: int
    problems: tuple[Problem, ...]
    aside: Path | None = None


@dataclass(slots=True)
class Tally:
    """The same while it is being counted."""

    projects: list[str] = field(default_factory=list)
    n_runs: int = 0
    n_versions: int = 0
    n_datasets: int = 0
    problems: list[Problem] = field(default_factory=list)

    def add(self, kind: str, text: str, file: Path, severity: Severity = Severity.WARNING) -> None:
        self.problems.append(Problem(kind, text, str(file), severity=severity))

    def result(self) -> Rebuilt:
        return Rebuilt(tuple(self.projects), self.n_runs, self.n_versions, self.n_datasets, tuple(self.problems))
