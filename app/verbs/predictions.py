"""`calque predict`: what a version finds in images. In the foreground, as a training is."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.problems import problem_data, problem_lines
from app.verbs.training import Follower, exit_code, folder_or_class, state_line, stop_on_interrupt
from core.domain.counting import counted
from core.domain.ids import ImageId, PredictionSetId
from core.domain.names import listed_names, shown, typed_path
from core.domain.predicting import PredictionDraft, Tiling
from core.domain.prediction_exports import FORMS, PredictionExport, PredictionExportReport
from core.domain.projects import Project
from core.errors import CalqueError, NotFoundError, RefusedError
from core.files.whole_folder import require_free
from core.predictions.kind import TOPIC

REFUSED = 1


def run_predict(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    draft = draft_from(services, arguments)
    form = _form_of(arguments)
    record = services.predictions.submit(draft)
    console.note(f'Run {record.id} "{record.name}".')
    follower = Follower(console)
    with stop_on_interrupt(services, record.id, console) as wishes:
        state = services.runs.carry_out(record.id, follower.take, wishes.wants_to_leave)
    record = services.runs.get_run(record.id)
    results = state.results if state is not None else ()
    result = next((result.content for result in results if result.topic == TOPIC), None)
    data: dict[str, Any] = {
        "run": record.id,
        "status": record.status,
        "reason": record.reason,
        "version": record.version,
        "model": record.model_name,
        "result": result,
        "duration_s": record.duration_s,
    }
    lines = [state_line(record)]
    if result is not None:
        data["set"] = result["set"]
        lines.append(f"Predictions {result['set']}.")
        if form is not None:
            try:
                report = _export(services, result, form, typed_path(arguments.out), console)
            except CalqueError as error:  # the predictions are there all the same
                console.note(f"{error} The predictions are kept.")
                data["export"] = {"folder": None, "form": form, "problem": str(error)}
                return VerbResult(data, tuple(lines), code=exit_code(record) or REFUSED)
            data["export"] = {"folder": str(report.target), "form": form, "n_objects": report.n_objects}
            lines.append(
                f"{counted(report.n_objects, 'object')} written as {report.form_title}: {shown(report.target)}"
            )
    return VerbResult(data, tuple(lines), code=exit_code(record))


def run_import_predictions(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = find_project(services, arguments.project)
    found = services.prediction_imports.import_results(
        typed_path(arguments.file),
        project.id,
        arguments.name,
        format=arguments.format,
        ground_truth=typed_path(arguments.ground_truth) if arguments.ground_truth is not None else None,
        only_listed=arguments.only_listed,
        progress=console.progress,
    ).value
    data = {
        "set": found.set.id,
        "name": found.set.name,
        "project": project.name,
        "n_images": found.set.n_images,
        "n_read": found.n_read,
        "n_kept": found.n_kept,
        "problems": [problem_data(problem) for problem in found.problems],
    }
    kept = f"{found.n_kept} of {counted(found.n_read, 'prediction')}"
    first = f'"{shown(found.set.name)}": {kept} on {counted(found.set.n_images, "image")}.'
    return VerbResult(data, (first, *problem_lines(found.problems)))


def _form_of(arguments: argparse.Namespace) -> str | None:
    """Before anything runs: an hour of work must not end in a name that was mistyped."""
    if arguments.out is None:
        if arguments.format is not None:
            raise RefusedError("--format says how to write.", hint="Say where to with --out.")
        return None
    form = arguments.format or FORMS[0].slug
    if form not in {known.slug for known in FORMS}:
        text = f'There is no form "{form}" for predictions.'
        raise RefusedError(text, hint=f"Choose one of {', '.join(known.slug for known in FORMS)}.")
    require_free(typed_path(arguments.out))
    return form


def _export(
    services: Services, result: Mapping[str, Any], form: str, target: Path, console: Console
) -> PredictionExportReport:
    settings = result["settings"]
    wish = PredictionExport(
        PredictionSetId(result["set"]), form, target, settings["threshold"], dict(settings["thresholds"])
    )
    return services.predictions.export(wish, progress=console.progress)


def draft_from(services: Services, arguments: argparse.Namespace) -> PredictionDraft:
    """Raises NotFoundError, RefusedError for options that do not go together."""
    version = services.models.find_version(arguments.version)
    if version is None:
        raise NotFoundError(f'There is no model version "{arguments.version}".', hint="calque models lists all.")
    if bool(arguments.paths) == (arguments.project is not None):
        text = "Name either images or folders, or a project with --project."
        raise RefusedError(text, hint='calque predict VERSION scans/ or calque predict VERSION --project "Letters"')
    if arguments.folder and arguments.project is None:
        raise RefusedError("--folder names a folder of a project.", hint="Name the project with --project.")
    if arguments.dataset is not None and (arguments.project is None or arguments.folder):
        text = "--dataset names a dataset of a project, instead of folders."
        raise RefusedError(text, hint="Say --project and no --folder.")
    if arguments.set is not None and arguments.dataset is None:
        raise RefusedError("A set is one of a dataset.", hint="Name it with --dataset.")
    if arguments.tile is None and (arguments.overlap is not None or arguments.whole_too):
        raise RefusedError("--overlap and --whole-too speak of tiles.", hint="Give their size with --tile.")
    tiling = None
    if arguments.tile is not None:
        overlap = arguments.tile // 8 if arguments.overlap is None else arguments.overlap
        tiling = Tiling(arguments.tile, overlap, with_whole=arguments.whole_too)
    project = find_project(services, arguments.project) if arguments.project is not None else None
    draft = PredictionDraft(
        version=version.id,
        project=project.id if project is not None else None,
        images=_images_of(services, project, arguments) if project is not None and arguments.dataset else (),
        folders=tuple(folder_or_class(folder) for folder in arguments.folder or ()),
        paths=tuple(typed_path(path) for path in arguments.paths),
        device=arguments.device or "",
        confidence=arguments.confidence,
        tiling=tiling,
    )
    if arguments.iou is not None:
        draft = replace(draft, iou=arguments.iou)
    if arguments.most is not None:
        draft = replace(draft, max_detections=arguments.most)
    return draft


def _images_of(services: Services, project: Project, arguments: argparse.Namespace) -> tuple[ImageId, ...]:
    """Of a dataset, or of one of its sets. Raises NotFoundError (E-527), RefusedError (E-523)."""
    dataset = services.dataset_editing.get_dataset(services.dataset_sets.find(arguments.dataset, project))
    sets = [item.id for item in dataset.sets if arguments.set in (None, item.name)]
    if not sets:
        there = listed_names([item.name for item in dataset.sets])
        text = f'The dataset "{shown(dataset.name)}" has no set "{shown(arguments.set)}".'
        raise NotFoundError(text, hint=f"There are: {there}.", code="E-527")
    images = tuple(services.dataset_editing.list_images(dataset.id, sets))
    if not images:
        raise RefusedError(f'There is no image in "{shown(dataset.name)}".', hint="Fill its sets first.", code="E-523")
    return images


def find_project(services: Services, name: str) -> Project:
    project = services.projects.find_project(name)
    if project is None:
        raise NotFoundError(f'There is no project "{name}".', hint="calque projects lists all.")
    return project
