"""`calque import`."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.problems import problem_counts, problem_data, problem_lines
from core.domain.counting import counted
from core.domain.imports import ImportSource
from core.domain.names import typed_path
from core.errors import NotFoundError


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    path = typed_path(arguments.path).absolute()
    if not path.exists():
        raise NotFoundError(f"There is no {path}.", hint="Check the path.")
    images = typed_path(arguments.images).absolute() if arguments.images else None
    existing = services.projects.find_project(arguments.project)
    report = services.imports.commit(
        ImportSource(
            path,
            images,
            arguments.format,
            is_drawn_as_stored=arguments.drawn_as_stored,
            names_encoding=arguments.names_encoding,
            left_out=tuple(_left_out(path, typed_path(file)) for file in arguments.without),
        ),
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
        "n_rotated": report.n_rotated,
        "problem_counts": problem_counts(report.problems),
        "problems": [problem_data(problem) for problem in report.problems],
    }
    lines = [
        f'Project "{report.project_name}": {counted(report.n_images, "image")}, '
        f"{counted(report.n_annotations, 'annotation')}.",
        f"Format: {report.format}.",
        *(f"  {name}: {number}" for name, number in report.categories),
        *(f'Set "{name}": {counted(number, "image")}.' for name, number in report.stated_sets),
        *_rotated_line(report.n_rotated),
        *problem_lines(report.problems),
    ]
    return VerbResult(data, tuple(lines))


def _left_out(folder: Path, file: Path) -> Path:
    """As it was typed from where the person is, or from the folder that is imported: the one that lies in there."""
    there = [place for place in (file.absolute(), folder / file) if place.exists()]
    if not there:
        raise NotFoundError(f"There is no {file}.", hint="Check the path after --without.")
    return next((place for place in there if place.resolve().is_relative_to(folder.resolve())), there[0])


def _rotated_line(n_rotated: int) -> list[str]:
    if not n_rotated:
        return []
    return [f"{counted(n_rotated, 'image is', 'images are')} stored turned (EXIF) and taken upright."]
