from __future__ import annotations

from core.domain.imports import Problem, Severity
from core.domain.problem_groups import MOST_SINGLY, grouped


def of_kind(kind: str, n: int, severity: Severity = Severity.WARNING, *, file: str = "in/{}.txt") -> list[Problem]:
    return [Problem(kind, f"{kind} number {i}.", file.format(i), i, severity) for i in range(n)]


def test_a_few_stand_for_themselves() -> None:
    problems = (*of_kind("a", MOST_SINGLY), *of_kind("b", 1))
    assert grouped(problems) == problems


def test_many_become_one_with_their_number_and_the_first() -> None:
    problems = [*of_kind("a", 1), *of_kind("many", 120), *of_kind("a", 2)]
    first, *others, many = (*grouped(problems)[:3], grouped(problems)[3])
    assert [problem.kind for problem in (first, *others)] == ["a", "a", "a"]
    assert many.text == "120 times. The first: many number 0. Also 1.txt:1, 2.txt:2, 3.txt:3 …"
    assert (many.file, many.line) == ("", None)


def test_many_of_one_file_keep_its_name() -> None:
    (many,) = grouped(of_kind("many", 4, file="a.json"))
    assert many.file == "a.json" and many.text.endswith("Also a.json:1, a.json:2, a.json:3")


def test_errors_and_other_severities_are_not_mixed_in() -> None:
    problems = [*of_kind("a", 4, Severity.ERROR), *of_kind("a", 4, Severity.INFO)]
    assert [problem.severity for problem in grouped(problems)] == [Severity.ERROR] * 4 + [Severity.INFO]
