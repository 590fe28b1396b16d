"""`calque export-data`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from app.services import Services
from app.verbs.export_arguments import GROUND_TRUTH
from app.verbs.finding import find_frozen, find_project, find_study
from app.verbs.output import Console, VerbResult
from app.verbs.problems import problem_data, problem_lines
from core.domain.counting import counted
from core.domain.datasets import Dataset
from core.domain.exports import ExportReport, ExportRequest
from core.domain.names import typed_path
from core.domain.snapshots import Split
from core.errors import RefusedError


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    request = _request(services, arguments)
    report = services.exports.export(request, progress=console.progress)
    data = {
        "project": request.project,
        "name": report.project_name,
        "what": report.what,
        "format": report.format,
        "path": report.target,
        "images": report.n_images,
        "annotations": report.n_annotations,
        "copied_images": report.n_pictures,
        "linked_images": report.n_linked,
        "problems": [problem_data(problem) for problem in report.problems],
    }
    return VerbResult(data, (_sentence(request, report), *problem_lines(report.problems)))


def _request(services: Services, arguments: argparse.Namespace) -> ExportRequest:
    project = find_project(services, arguments.project)
    split = None if arguments.set is None else Split(arguments.set)
    chosen = None if arguments.dataset is None else find_frozen(services, project.id, arguments.dataset)
    frozen = chosen.id if isinstance(chosen, Dataset) else None
    dataset = chosen if isinstance(chosen, str) else None
    is_predicted = arguments.source != GROUND_TRUTH
    if arguments.confidence is not None and not is_predicted:
        raise RefusedError("Ground truth has no confidence.", hint="Name whose predictions with --source.")
    if split is not None and chosen is None and not is_predicted:
        raise RefusedError("A set is one of a frozen dataset or of a version.", hint="Name it with --dataset V001.")
    return ExportRequest(
        project=project.id,
        format=arguments.format,
        target=typed_path(arguments.out or arguments.target).absolute(),
        folders=tuple(arguments.folder or ()),
        copies_images=arguments.copy_images,
        links_images=arguments.link_images,
        options=answers(arguments.options or ()),
        dataset=dataset,
        split=split if chosen is not None else None,
        source=find_study(services, project, arguments.source, split).source if is_predicted else None,
        confidence=arguments.confidence,
        safe_names=arguments.safe_names,
        frozen=frozen,
    )


def answers(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """`name=value` each. Raises RefusedError."""
    pairs = [text.partition("=") for text in texts]
    for text, (name, sign, _) in zip(texts, pairs, strict=True):
        if not name or not sign:
            raise RefusedError(f'"{text}" is no answer.', hint="Write --option name=value.")
    return tuple((name, value) for name, _, value in pairs)


def _sentence(request: ExportRequest, report: ExportReport) -> str:
    images = counted(report.n_images, "image")
    pictures = f", {counted(report.n_pictures, 'image')} copied" if request.copies_images else ""
    pictures += f", {counted(report.n_linked, 'image')} linked" if request.links_images else ""
    what = f" ({report.what})" if report.what else ""
    found = counted(report.n_annotations, "annotation")
    return f'"{report.project_name}"{what} as {report.format_title}: {found} of {images}{pictures}, in {report.target}.'
