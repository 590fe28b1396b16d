"""`calque evaluate`, `compare` and `report`: how good a version is, against another, and as one file."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.finding import find_snapshot
from app.verbs.judging import judge
from app.verbs.library import metrics_data
from app.verbs.output import Console, VerbResult
from app.verbs.training import Follower, exit_code, state_line, stop_on_interrupt
from core.domain.comparing import numbered
from core.domain.evaluating import EvaluationDraft
from core.domain.evaluation import COUNT, EvaluationTable, Measure
from core.domain.ids import ProjectId, VersionId
from core.domain.metrics import LABEL_HEADLINES
from core.domain.models import ModelVersion
from core.domain.names import shown, typed_path
from core.domain.predictions import PredictionSet
from core.domain.snapshots import Split
from core.errors import NotFoundError, RefusedError
from core.evaluations.pairing import sentences
from core.evaluations.results import table_of
from core.reports.html import is_report


def run_evaluate(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    version = services.models.find_version(arguments.source)
    if version is not None:
        return _evaluate_version(services, arguments, console, version.id)
    found = _find_set(services, arguments.source, arguments.project)
    if found is not None:
        return _measure_set(services, found)
    raise NotFoundError(
        f'There is neither a model version nor a set of predictions "{arguments.source}".',
        hint="calque models lists versions.",
    )


def run_compare(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """V2 against V1."""
    first, second = (_version(services, text) for text in (arguments.first, arguments.second))
    split = Split(arguments.set)
    found = services.comparing.difference(first.id, second.id, split)
    titles = numbered([f"{version.model_name} {version.label}" for version in (first, second)])
    names = [difference.measure for difference in found.differences]
    data = {
        "first": first.id,
        "second": second.id,
        "titles": list(titles),
        "set": split.value,
        "n_images": found.n_images,
        "n_left_out": found.n_left_out,
        "differences": {difference.measure: difference for difference in found.differences},
        "fixed": list(found.fixed),
        "broken": list(found.broken),
        "both_wrong": list(found.both_wrong),
        "sentences": list(sentences(found, titles[0], titles[1], names)),
    }
    return VerbResult(data, sentences(found, titles[0], titles[1], names))


def run_report(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    target = typed_path(arguments.out)
    if target.is_file() and not is_report(target):
        raise RefusedError(
            f'"{shown(target)}" exists already, and is no report of Calque\'s.', hint="Remove it, or give another name."
        )
    version = services.models.find_version(arguments.id)
    run = None if version is not None else services.runs.find_run(arguments.id)
    if version is not None:
        written = services.reports.write_version(version.id, target)
    elif run is not None:
        written = services.reports.write_run(run.id, target)
    else:
        raise NotFoundError(
            f'There is neither a run nor a model version "{arguments.id}".',
            hint="calque runs and calque models list all.",
        )
    data = {"report": str(written), "version": version and version.id, "run": run and run.id}
    return VerbResult(data, (f'The report is in "{shown(written)}".',))


def _version(services: Services, text: str) -> ModelVersion:
    version = services.models.find_version(text)
    if version is None:
        raise NotFoundError(f'There is no model version "{text}".', hint="calque models lists all.")
    return version


def _evaluate_version(
    services: Services, arguments: argparse.Namespace, console: Console, version: VersionId
) -> VerbResult:
    project = _project(services, arguments, version)
    snapshot = None if arguments.snapshot is None else find_snapshot(services, project, arguments.snapshot)
    dataset = None
    if arguments.dataset is not None:
        dataset = services.dataset_sets.find(arguments.dataset, services.projects.get_project(project))
    if arguments.set is not None and snapshot is None and dataset is None:
        raise RefusedError("A set is one of frozen data, or of a dataset.", hint="Say --snapshot V001, or --dataset.")
    draft = EvaluationDraft(
        version,
        project,
        folders=tuple(arguments.folder or ()),
        snapshot=snapshot,
        split=None if arguments.set is None or dataset is not None else _split(arguments.set),
        dataset=dataset,
        set_name=(arguments.set or "") if dataset is not None else "",
        name=arguments.name or "",
        device=arguments.device or "",
    )
    survey = services.evaluations.survey(draft)
    for warning in survey.warnings:
        console.note(warning)
    record = services.evaluations.submit(draft).value
    console.note(f'Run {record.id} "{record.name}".')
    follower = Follower(console)
    with stop_on_interrupt(services, record.id, console) as wishes:
        state = services.runs.carry_out(record.id, follower.take, wishes.wants_to_leave)
    record = services.runs.get_run(record.id)
    results = state.results if state is not None else ()
    tables = [table_of(result) for result in results]
    found = results[0].content["set"] if results else None
    judged, lines = judge(services, found) if found else ({}, [])
    sure = services.sureness.of_run(record.id, version) if found else ()
    how_sure = tuple(f"  {text}" for one in sure if (text := one.sentence()))
    data = {
        "run": record.id,
        "status": record.status,
        "reason": record.reason,
        "version": version,
        "label": survey.label,
        "where": survey.where,
        "warnings": list(survey.warnings),
        "set": found,
        "metrics": metrics_data(tuple(tables)),
        "intervals": {title: value for one in sure for title, value in one.values.items()},
        **judged,
    }
    return VerbResult(data, (state_line(record), *_rows(tables), *how_sure, *lines), code=exit_code(record))


def _split(text: str) -> Split:
    if text not in [split.value for split in Split]:
        raise RefusedError(f'"{text}" is not a set.', hint="There are: train, val, test.", code="E-526")
    return Split(text)


def _measure_set(services: Services, found: PredictionSet) -> VerbResult:
    evaluation = services.evaluations.measure_set(found.id).value
    judged, lines = judge(services, found.id, present_labels=True)
    data = {
        "evaluation": evaluation.id,
        "set": found.id,
        "label": found.name,
        "metrics": metrics_data((evaluation.table,)),
        "notes": list(evaluation.table.notes),
        **judged,
    }
    rows = (*_rows([evaluation.table]), *lines)
    return VerbResult(data, (f"{found.name}, measured against the present labels:", *rows))


def _number(value: float | None, measure: Measure) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if measure.kind == COUNT else f"{value:.3f}"


def _rows(tables: list[EvaluationTable]) -> tuple[str, ...]:
    """All classes, then each."""
    lines = []
    for table in tables:
        thing = "labels" if table.headline in LABEL_HEADLINES else "objects"
        for row in table.rows:
            values = [f"{measure.full_title} {_number(row.value(measure.name), measure)}" for measure in table.columns]
            lines.append(f"  {row.category or 'all classes'}: {row.n_instances} {thing}; {', '.join(values)}")
        lines += [f"  {note}" for note in table.notes]
    return tuple(lines)


def _project(services: Services, arguments: argparse.Namespace, version: VersionId) -> ProjectId:
    if arguments.project is None:
        own = services.models.get_version(version).project
        if own is None:
            raise RefusedError("It is not said on which images.", hint="Name the project with --project.", code="E-100")
        return own
    project = services.projects.find_project(arguments.project)
    if project is None:
        raise NotFoundError(f'There is no project "{arguments.project}".', hint="calque projects lists all.")
    return project.id


def _find_set(services: Services, name: str, project: str | None) -> PredictionSet | None:
    wanted = None if project is None else services.projects.find_project(project)
    found = services.evaluations.list_sets(None if wanted is None else wanted.id)
    exact = [item for item in found if name in (item.id, item.name)]
    begun = [item for item in found if len(name) >= 6 and item.id.startswith(name)]
    return next(iter((*exact, *begun)), None)
