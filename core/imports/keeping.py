"""The report of an import as it is kept with its project: plain data with a format number."""

from __future__ import annotations

from typing import Any

from core.domain.imports import Difference, Problem
from core.domain.problem_groups import grouped
from core.imports.plan import ImportPlan
from core.imports.writing import Written
from core.registry.stores.import_reports import NewReport

FORMAT = 1
MOST_PROBLEMS = 200


def report_of(plan: ImportPlan, written: Written, *, is_replacing: bool, into_known: bool) -> NewReport:
    """`into_known`: the project was there before, so that differences say something."""
    problems = (*plan.problems, *written.problems)
    together = grouped(problems)
    source = plan.source
    content: dict[str, Any] = {
        "format": FORMAT,
        "format_title": plan.format_title,
        "images_root": _text(str(plan.root)),
        "categories": dict(plan.category_counts()),
        "sets": dict(plan.stated_sets()),
        "n_rotated": plan.n_rotated,
        "makers": dict(plan.makers),
        "mapping": dict(source.mapping),
        "options": dict(source.options),
        "takes_model_made": source.takes_model_made,
        "is_replacing": is_replacing,
        "differences": difference_data(written.difference) if into_known else None,
        "problems": [_problem(problem) for problem in together[:MOST_PROBLEMS]],
        "n_more_problems": max(0, len(together) - MOST_PROBLEMS),
    }
    return NewReport(
        source=source.path,
        format=plan.format,
        n_images=len(plan.images),
        n_new_images=written.n_new_images,
        n_annotations=plan.n_annotations,
        n_new_annotations=written.n_new_annotations,
        n_problems=len(problems),
        content=content,
    )


def difference_data(difference: Difference) -> dict[str, int]:
    return {
        "same": difference.same,
        "new": difference.new,
        "changed": difference.changed,
        "gone": difference.gone,
        "only_details": difference.only_details,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "kind": problem.kind,
        "text": _text(problem.text),
        "file": _text(problem.file),
        "line": problem.line,
        "severity": str(problem.severity),
    }


def _text(text: str) -> str:
    """Names of files need not be text, and JSON is."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
