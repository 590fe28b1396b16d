"""`calque check`: can the data of a project, or of one of its datasets, be trusted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.services import Services
from app.verbs.finding import find_project
from app.verbs.output import Console, VerbResult
from core.checks.service import CheckService, summary
from core.domain.checks import CheckId, CheckReport, CheckWish, Finding, RepairOffer
from core.domain.counting import counted
from core.domain.ids import DatasetId, ProjectId
from core.domain.names import listed_names, shown
from core.errors import NotFoundError, RefusedError

CLEAN, PROBLEMS = 0, 1
_MOST_IMAGES = 1000  # of a finding in JSON
_FEW_IMAGES = 5


@dataclass(frozen=True, slots=True)
class Repair:
    """One that was asked for, and what became of it."""

    check: CheckId
    text: str
    is_done: bool


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """The exit status is 1 where a problem is left; remarks are none."""
    project, dataset = _subject(services, arguments.subject, arguments.dataset)
    wish = CheckWish(not arguments.no_pictures, not arguments.no_files)
    checks = services.checks
    report = checks.run(project, dataset, wish, progress=console.progress)
    repaired: list[Repair] = []
    if arguments.repair:
        repaired = _repair_all(checks, report, [CheckId(name) for name in dict.fromkeys(arguments.repair)])
        report = checks.run(project, dataset, wish, progress=console.progress)
    lines = [one.text for one in repaired]
    lines += [line for finding in report.findings for line in _lines(services, finding)]
    lines += [f"Fine: {text}" for text in report.fine]
    lines += [f"Not checked: {text}" for text in report.notes]
    lines.append(summary(report))
    data = {
        "project": report.project,
        "dataset": report.dataset,
        "images": report.n_images,
        "sets": dict(report.sets),
        "findings": [_as_json(services, finding) for finding in report.findings],
        "fine": report.fine,
        "not_checked": report.notes,
        "repaired": [one.check for one in repaired if one.is_done],
        "problems": report.n_problems,
    }
    return VerbResult(data, tuple(lines), PROBLEMS if report.n_problems else CLEAN)


def _subject(services: Services, name: str, dataset: str | None) -> tuple[ProjectId, DatasetId | None]:
    """A project and one of its datasets, or None; `name` alone may be a dataset's where no project is called so.

    Raises NotFoundError, and RefusedError where several projects have a dataset of that name.
    """
    projects = services.projects.list_projects()
    if dataset is None and services.projects.find_project(name) is None:
        found = [one for project in projects if (one := services.dataset_editing.find_dataset(name, project.id))]
        if not found:
            text = f'There is no project and no dataset "{shown(name)}".'
            raise NotFoundError(text, hint="calque projects and calque dataset list name all.")
        if len(found) > 1:
            of = listed_names(
                sorted(project.name for project in projects if project.id in {one.project for one in found})
            )
            text = f'More than one project has a dataset "{shown(name)}": {of}.'
            raise RefusedError(text, hint=f'Name one of them: calque check PROJECT --dataset "{shown(name)}".')
        return found[0].project, found[0].id
    project = find_project(services, name)
    if dataset is None:
        return project.id, None
    chosen = services.dataset_editing.find_dataset(dataset, project.id)
    if chosen is None:
        text = f'The project has no dataset "{shown(dataset)}".'
        raise NotFoundError(text, hint="calque dataset list shows all.", code="E-527")
    return project.id, chosen.id


def _repair_all(checks: CheckService, report: CheckReport, wanted: Sequence[CheckId]) -> list[Repair]:
    """Nothing is repaired where one of them cannot be. What an earlier one of them did away with is passed over."""
    chosen = [_repairable(report, check) for check in wanted]
    done: list[Repair] = []
    for finding, offer in chosen:
        try:
            checks.repair(report, finding)
        except RefusedError as error:
            if not done:
                raise
            text = f"Not repaired ({finding.check}), after the others: {error.text}"
            done.append(Repair(finding.check, text, is_done=False))
        else:
            done.append(Repair(finding.check, f"Repaired ({finding.check}): {offer.text}", is_done=True))
    return done


def _repairable(report: CheckReport, check: CheckId) -> tuple[Finding, RepairOffer]:
    finding = report.find(check)
    if finding is None:
        raise RefusedError(f'There is no finding "{check}" to repair.')
    if finding.repair is None:
        raise RefusedError(f'Nothing can be done about "{finding.title}" without a person.', hint=finding.text)
    return finding, finding.repair


def _lines(services: Services, finding: Finding) -> list[str]:
    code = f" {finding.code}" if finding.code else ""
    lines = [f"{finding.severity.value}{code} [{finding.check}] {finding.text}"]
    lines += [f"    {text}" for text in finding.details[:_FEW_IMAGES]]
    if finding.details:
        lines += [f"    {counted(len(finding.images), 'image')}: --json names them"] if len(finding.images) else []
    else:
        lines += [f"    {shown(path)}" for path in _paths(services, finding, _FEW_IMAGES)]
        more = len(finding.images) - _FEW_IMAGES
        lines += [f"    and {counted(more, 'more image', 'more images')}"] if more > 0 else []
    if finding.repair is not None:
        lines.append(f"    --repair {finding.check}: {finding.repair.text}")
    return lines


def _as_json(services: Services, finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.check,
        "severity": finding.severity,
        "code": finding.code,
        "text": finding.text,
        "count": finding.n,
        "details": finding.details,
        "n_images": len(finding.images),
        "images": _paths(services, finding, _MOST_IMAGES),
        "groups": [int(start) for start in finding.starts],
        "repair": finding.repair.text if finding.repair is not None else None,
    }


def _paths(services: Services, finding: Finding, most: int) -> list[str]:
    return [image.path for image in services.projects.get_images(tuple(finding.images[:most]))]
