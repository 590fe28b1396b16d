"""`calque import`."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.output import Console, VerbResult
from core.domain.counting import counted
from core.domain.imports import ImportSource, Problem
from core.domain.names import typed_path
from core.errors import NotFoundError

MAX_LISTED = 20


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    path = typed_path(arguments.path).absolute()
    if not path.exists():
        raise NotFoundError(f"There is no {path}.", hint="Check the path.")
    images = typed_path(arguments.images).absolute() if arguments.images else None
    existing = services.projects.find_project(arguments.project)
    report = services.imports.commit(
        ImportSource(path=path, images_root=images, format=arguments.format),
        project_name=arguments.project,
        into=existing.id if existing else None,
        progress=console.progress,
    )
    data = {
        "project": report.project,
        "name": report.project_name,
        "format": report.format,
        "images": report.n_images,
        "new_images": report.n_new_images,
        "annotations": report.n_annotations,
        "categories": dict(report.categories),
        "sets": dict(report.stated_sets),
        "problems": [problem_data(problem) for problem in report.problems],
    }
    lines = [
        f'Project "{report.project_name}": {report.n_images} images, {report.n_annotations} annotations.',
        f"Format: {report.format}.",
        *(f"  {name}: {number}" for name, number in report.categories),
        *(f'Set "{name}": {counted(number, "image")}.' for name, number in report.stated_sets),
        *problem_lines(report.problems),
    ]
    return VerbResult(data, tuple(lines))


def problem_data(problem: Problem) -> dict[str, object]:
    return {
        "kind": problem.kind,
        "file": problem.file,
        "line": problem.line,
        "text": problem.text,
        "severity": problem.severity,
    }


def problem_lines(problems: tuple[Problem, ...]) -> list[str]:
    if not problems:
        return []
    lines = [f"{len(problems)} problems:"]
    for problem in problems[:MAX_LISTED]:
        where = f"{problem.file}:{problem.line}" if problem.line is not None else problem.file
        lines.append(f"  {where + ': ' if where else ''}{problem.text}")
    if len(problems) > MAX_LISTED:
        lines.append(f"  and {len(problems) - MAX_LISTED} more; --json lists all.")
    return lines
