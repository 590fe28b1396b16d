"""`calque export-data`."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.problems import problem_data, problem_lines
from core.domain.counting import counted
from core.domain.exports import ExportRequest
from core.domain.names import typed_path
from core.errors import NotFoundError


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = services.projects.find_project(arguments.project)
    if project is None:
        raise NotFoundError(f'There is no project "{arguments.project}".', hint="calque projects lists all.")
    request = ExportRequest(
        project=project.id,
        format=arguments.format,
        target=typed_path(arguments.target).absolute(),
        folders=tuple(arguments.folder or ()),
        copies_images=arguments.copy_images,
    )
    report = services.exports.export(request, progress=console.progress)
    data = {
        "project": project.id,
        "name": report.project_name,
        "format": report.format,
        "path": report.target,
        "images": report.n_images,
        "annotations": report.n_annotations,
        "copied_images": report.n_pictures,
        "problems": [problem_data(problem) for problem in report.problems],
    }
    copied = f", {counted(report.n_pictures, 'image')} copied" if request.copies_images else ""
    lines = (
        f'"{report.project_name}" as {report.format_title}: {counted(report.n_annotations, "annotation")} of '
        f"{counted(report.n_images, 'image')}{copied}, in {report.target}.",
        *problem_lines(report.problems),
    )
    return VerbResult(data, lines)
