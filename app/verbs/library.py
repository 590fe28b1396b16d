"""`calque runs`, `models`, `projects`, `stop`, `export` and `verify`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.problems import problem_data, problem_lines
from core.datasets.checked_files import Checked
from core.domain.counting import counted
from core.domain.datasets import DatasetState
from core.domain.evaluation import EvaluationTable
from core.domain.ids import DatasetId, SnapshotId
from core.domain.imports import Problem, Severity
from core.domain.locating import match_text
from core.domain.models import ModelVersion
from core.domain.names import shown, typed_path
from core.domain.projects import Project
from core.domain.runs import RunFilter, RunRecord
from core.errors import CalqueError, NotFoundError, RefusedError


def run_runs(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    if arguments.id:
        record = get_run(services, arguments.id)
        state = services.runs.read_state(record.id)
        data = {**run_data(record), "state": state}
        return VerbResult(data, (run_line(record), *((f"  {record.reason}",) if record.reason else ())))
    records = services.runs.list_runs(RunFilter())
    lines = tuple(run_line(record) for record in records) or ("No run yet.",)
    return VerbResult({"runs": [run_data(record) for record in records]}, lines)


def run_models(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    if arguments.id:
        version = services.models.find_version(arguments.id)
        if version is not None:
            details = services.models.get_details(version.id)
            data = {**version_data(version), "metrics": metrics_data(details.tables), "details": details}
            return VerbResult(data, (version_line(version), "", details.card))
        model = next((m for m in services.models.list_models() if arguments.id in (m.id, m.name)), None)
        if model is None:
            raise NotFoundError(f'There is no model or version "{arguments.id}".', hint="calque models lists all.")
        versions = services.models.list_versions(model.id)
        data = {"model": model, "versions": [version_data(item) for item in versions]}
        return VerbResult(data, (model.name, *(f"  {version_line(item)}" for item in versions)))
    models = services.models.list_models()
    lines: list[str] = []
    listed = []
    for model in models:
        versions = services.models.list_versions(model.id)
        listed.append({"model": model, "versions": [version_data(item) for item in versions]})
        lines += [
            f"{model.id}  {model.name} ({model.project_name or 'no project'})",
            *(f"  {version_line(v)}" for v in versions),
        ]
    return VerbResult({"models": listed}, tuple(lines) or ("No model yet.",))


def run_projects(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    if arguments.id:
        project = services.projects.find_project(arguments.id)
        if project is None:
            raise NotFoundError(f'There is no project "{arguments.id}".', hint="calque projects lists all.")
        categories = services.projects.list_categories(project.id)
        folders = services.projects.list_folders(project.id)
        data = {"project": project, "categories": categories, "folders": folders}
        lines = (
            f"{project.name}: {counted(project.n_images, 'image')}, {counted(project.n_annotations, 'annotation')} "
            f"in {project.root}",
            *(f"  {category.name}: {category.n_annotations}" for category in categories),
            *(f"  {folder.path or '.'}/: {counted(folder.n_images, 'image')}" for folder in folders),
        )
        return VerbResult(data, lines)
    projects = services.projects.list_projects()
    lines = tuple(f"{p.id}  {p.name}  {counted(p.n_images, 'image')}  {p.root}" for p in projects) or (
        "No project yet.",
    )
    return VerbResult({"projects": projects}, lines)


def run_locate(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = services.projects.find_project(arguments.project)
    if project is None:
        raise NotFoundError(f'There is no project "{arguments.project}".', hint="calque projects lists all.")
    if arguments.images:
        return _locate_images(services, project, console)
    if arguments.folder is None:
        raise RefusedError("Say where the folder is now.", hint="Or find moved images in it with --images.")
    match = services.projects.match_folder(
        project.id,
        typed_path(arguments.folder).absolute(),
        told=lambda done, total: console.progress(done, total, "looking for images"),
    )
    if not match.is_whole and not match.refusal and not arguments.allow_missing:
        raise RefusedError(match_text(match), hint="Take another folder, or this one with --allow-missing.")
    services.projects.move_root(match, project.id)
    text = f'"{shown(project.name)}" is in {shown(match.folder)} now. {match_text(match)}'
    return VerbResult({"project": project.id, "match": match}, (text,))


def _locate_images(services: Services, project: Project, console: Console) -> VerbResult:
    found = services.projects.find_moved_images(
        project.id, told=lambda done, total: console.progress(done, total, "reading files of the same size")
    )
    services.projects.move_images(found, project.id)
    data = {"project": project.id, "moved": dict(found.moved), "n_missing": found.n_missing}
    lines = (found.text, *(f"  {shown(old)} -> {shown(new)}" for old, new in found.moved))
    return VerbResult(data, lines, 1 if found.n_missing else 0)


def run_stop(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    record = get_run(services, arguments.run)
    services.runs.request_stop(record.id)
    record = services.runs.get_run(record.id)
    text = f'"{record.name}" was asked to stop; it keeps the best so far.'
    return VerbResult({"run": record.id, "status": record.status}, (text,))


def run_import_version(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    project = services.projects.find_project(arguments.project) if arguments.project else None
    if project is None and arguments.project:
        raise NotFoundError(f'There is no project "{arguments.project}".', hint="calque projects lists all.")
    path, owner = typed_path(arguments.path).absolute(), project.id if project else None
    version = services.models.import_version(path, owner, new_model_name=arguments.model or "").value
    return VerbResult(version_data(version), (f"{version.model_name} {version.label}, id {version.id}, was taken in.",))


def run_verify(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    if arguments.recount:
        services.projects.recount()
    problems = [
        *services.registry.check(),
        *services.models.verify(),
        *services.datasets.verify_manifests(),
        *services.dataset_freezing.verify_files(),
        *services.runs.verify(),
        *services.predictions.verify(),
    ]
    data: dict[str, Any] = {}
    looked_at: tuple[str, ...] = ()
    if arguments.images or arguments.full:
        found, n_images, n_hashed = verify_images(services, console, full=arguments.full)
        problems += found
        data["images"] = {"looked_at": n_images, "hashed": n_hashed}
        looked_at = (f"{counted(n_images, 'image')} of frozen datasets looked at, {n_hashed} hashed.",)
    is_ok = all(problem.severity == Severity.INFO for problem in problems)
    data |= {"ok": is_ok, "problems": [problem_data(problem) for problem in problems]}
    lines = tuple(problem_lines(tuple(problems))) or ("Registry, frozen datasets and models are as they were written.",)
    return VerbResult(data, (*lines, *looked_at), code=0 if is_ok else 1)


def verify_images(services: Services, console: Console, *, full: bool) -> tuple[list[Problem], int, int]:
    """Of everything frozen that can be read; how many images there are, and how many were hashed."""
    problems: list[Problem] = []
    n_images = n_hashed = 0
    for what, verify in _frozen(services, full=full):

        def told(done: int, total: int, what: str = what) -> None:
            console.progress(done, total, f"Images of {what}")

        try:
            checked = verify(told)
        except CalqueError as error:  # the check of the manifests tells of it too
            problems.append(Problem("images-not-checked", str(error), what, severity=Severity.ERROR))
            continue
        problems += checked.problems
        n_images += checked.n_images
        n_hashed += checked.n_hashed
    return problems, n_images, n_hashed


def _frozen(services: Services, *, full: bool) -> Iterator[tuple[str, Callable[[Callable[[int, int], None]], Checked]]]:
    """What datasets and runs have frozen, by what it is called; each with what checks its images."""
    for project in services.projects.list_projects():
        for snapshot in services.datasets.list_snapshots(project.id):
            yield (
                f"{project.name} {snapshot.label}",
                partial(_verify_snapshot, services, snapshot.id, project.root, full),
            )
        for dataset in services.dataset_editing.list_datasets(project.id):
            if dataset.state is DatasetState.COMPLETE:
                yield f"{project.name} {dataset.label}", partial(_verify_dataset, services, dataset.id, full)


def _verify_snapshot(
    services: Services, id: SnapshotId, root: Path, full: bool, told: Callable[[int, int], None]
) -> Checked:
    return services.datasets.verify(id, root, full=full, progress=told)


def _verify_dataset(services: Services, id: DatasetId, full: bool, told: Callable[[int, int], None]) -> Checked:
    return services.dataset_freezing.verify(id, full=full, progress=told)


# --- parts -----------------------------------------------------------------------------------------------------


def get_run(services: Services, id_or_prefix: str) -> RunRecord:
    record = services.runs.find_run(id_or_prefix)
    if record is None:
        raise NotFoundError(f'There is no run "{id_or_prefix}".', hint="calque runs lists all.")
    return record


def run_data(record: RunRecord) -> dict[str, Any]:
    return {
        "run": record.id,
        "kind": record.kind,
        "name": record.name,
        "project": record.project_name,
        "model": record.model_name,
        "version": record.version,
        "version_label": record.version_label,
        "status": record.status,
        "reason": record.reason,
        "stage": record.stage,
        "progress": record.progress,
        "epochs_done": record.epochs_done,
        "epochs_planned": record.epochs_planned,
        "headline": record.headline,
        "map50": record.map50,
        "device": record.device,
        "attempt": record.attempt,
        "created_at": record.created_at,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "duration_s": record.duration_s,
        "folder": record.folder,
    }


def run_line(record: RunRecord) -> str:
    done = (record.epochs_text if record.status.is_terminal else "") or f"{record.progress:.0%}"
    return f"{record.id}  {record.status:<11}  {done:>15}  {record.name}  ({record.model_name})"


def version_data(version: ModelVersion) -> dict[str, Any]:
    headline = version.headline
    return {
        "version": version.id,
        "label": version.label,
        "model": version.model_name,
        "status": version.status,
        "architecture": version.architecture,
        "headline": headline,
        "map50": version.map50,
        "is_partial": version.is_partial,
        "is_current": version.is_current,
        "parent": version.parent,
        "run": version.run,
        "snapshot": version.snapshot,
        "weights_sha256": version.weights_sha256,
        "content_sha256": version.content_sha256,
        "created_at": version.created_at,
        "folder": version.folder,
    }


def version_line(version: ModelVersion) -> str:
    headline = version.headline
    number = f"{headline.metric} {headline.value:.3f} on {headline.split}" if headline else "not measured"
    notes = [", current"] * version.is_current + [", partial"] * version.is_partial
    return f"{version.id}  {version.label}  {version.status}{''.join(notes)}  {number}"


def metrics_data(tables: tuple[EvaluationTable, ...]) -> dict[str, Mapping[str, Any]]:
    """Per split the measures of all classes together, and of each class under `classes`."""
    result: dict[str, Mapping[str, Any]] = {}
    for table in tables:
        names = [measure.name for measure in table.columns]
        rows = {row.category: {name: row.value(name) for name in names} for row in table.rows}
        overall = table.overall
        result[str(table.split)] = {
            **rows[None],
            "images": overall.n_images,
            "instances": overall.n_instances,
            "classes": {category: values for category, values in rows.items() if category is not None},
        }
    return result
