"""One sentence for many problems of a kind, with their number and the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from core.domain.counting import counted
from core.domain.imports import Problem, Severity
from core.domain.names import shown

MOST_SINGLY = 3
_MOST_NAMED = 3


def grouped(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """In the order in which their kinds come first; up to three of a kind, and errors, stand for themselves."""
    by_kind: dict[tuple[str, Severity], list[Problem]] = {}
    for problem in problems:
        by_kind.setdefault((problem.kind, problem.severity), []).append(problem)
    return tuple(
        problem
        for (_, severity), found in by_kind.items()
        for problem in (found if len(found) <= MOST_SINGLY or severity is Severity.ERROR else [_together(found)])
    )


def _together(found: Sequence[Problem]) -> Problem:
    first, others = found[0], found[1:]
    places = list(dict.fromkeys(place for problem in others if (place := _place(problem))))
    named = ", ".join(places[:_MOST_NAMED])
    also = f" Also {named}{' …' if len(others) > _MOST_NAMED else ''}" if named else ""
    text = f"{counted(len(found), 'time')}. The first: {first.text}{also}"
    is_one_file = len({problem.file for problem in found}) == 1
    return replace(first, text=text, file=first.file if is_one_file else "", line=None)


def _place(problem: Problem) -> str:
    name = shown(PurePath(problem.file).name)
    return f"{name}:{problem.line}" if name and problem.line is not None else name
