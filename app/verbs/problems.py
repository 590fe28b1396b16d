"""Problems on the command line: the gravest first, a few of each kind; all of them as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from core.domain.counting import counted
from core.domain.imports import Problem, Severity

MAX_OF_A_KIND = 5
_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def problem_data(problem: Problem) -> dict[str, object]:
    return {
        "kind": problem.kind,
        "code": problem.code,
        "file": problem.file,
        "line": problem.line,
        "text": problem.text,
        "severity": problem.severity,
        "choices": list(problem.choices),
        "offers": dict(problem.offers),
    }


def problem_counts(problems: Sequence[Problem]) -> dict[str, int]:
    """How many there are of each kind, most frequent first."""
    return dict(Counter(problem.kind for problem in problems).most_common())


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Warnings and errors, then remarks."""
    by_kind: dict[tuple[int, str], list[Problem]] = {}
    for problem in sorted(problems, key=lambda problem: _ORDER[problem.severity]):
        by_kind.setdefault((_ORDER[problem.severity], problem.kind), []).append(problem)
    grave = [found for (order, _), found in by_kind.items() if order < _ORDER[Severity.INFO]]
    light = [found for (order, _), found in by_kind.items() if order == _ORDER[Severity.INFO]]
    return [*_titled("problem", grave), *_titled("remark", light)]


def _titled(noun: str, kinds: list[list[Problem]]) -> list[str]:
    if not kinds:
        return []
    lines = [f"{counted(sum(map(len, kinds)), noun)}:"]
    for found in kinds:
        lines += [_line(problem) for problem in found[:MAX_OF_A_KIND]]
        if len(found) > MAX_OF_A_KIND:
            lines.append(f'  and {len(found) - MAX_OF_A_KIND} more of "{found[0].kind}"; --json lists all.')
    return lines


def _line(problem: Problem) -> str:
    where = f"{problem.file}:{problem.line}" if problem.line is not None else problem.file
    code = f"{problem.code}: " if problem.code else ""
    return f"  {where + ': ' if where else ''}{code}{problem.text}"
