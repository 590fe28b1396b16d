"""`calque retry`, `kill`, `remove` and `rename`: what the pages of runs and models do, in a terminal."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.library import get_run
from app.verbs.output import Console, VerbResult
from app.verbs.training import Follower, result_of, stop_on_interrupt
from core.domain.ids import ModelId, RunId, VersionId
from core.domain.names import shown
from core.domain.runs import RunRecord
from core.errors import NotFoundError, RefusedError
from core.runs.merging import WAITING


def run_retry(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """One more attempt, in the foreground; of a run that waits, and that nobody starts, the first."""
    record = get_run(services, arguments.run)
    if record.status not in WAITING:
        record = services.runs.retry(record.id)
        console.note(record.reason)
    follower = Follower(console)
    with stop_on_interrupt(services, record.id, console) as wishes:
        services.runs.carry_out(record.id, follower.take, wishes.wants_to_leave)
    return result_of(services, services.runs.get_run(record.id))


def run_kill(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    record = services.runs.kill(get_run(services, arguments.run).id)
    if not record.status.is_terminal:
        raise RefusedError(f'"{shown(record.name)}" could not be killed: its process does not end.')
    return VerbResult(_facts(record), (f"{record.status}: {record.reason}",))


def run_remove(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    record = get_run(services, arguments.run)
    services.runs.remove(record.id, with_files=arguments.files)
    kept = "with its files" if arguments.files else f'its files are kept in "{shown(record.folder)}"'
    text = f'"{shown(record.name)}" was removed from the list, {kept}. Versions that it published stay.'
    data = {"run": record.id, "name": record.name, "are_files_removed": arguments.files, "folder": record.folder}
    return VerbResult(data, (text,))


def run_rename(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """The id says what it is: a run's, a version's or a model's; a model may be named by its name too."""
    wanted, name = arguments.id, arguments.name
    record = services.runs.find_run(wanted)
    version = services.models.find_version(wanted)
    model = next((item for item in services.models.list_models() if wanted in (item.id, item.name)), None)
    found = [item for item in (record, version, model) if item is not None]
    if not found:
        text = f'There is no run, model or version "{shown(wanted)}".'
        raise NotFoundError(text, hint="calque runs and calque models list all.")
    if len(found) > 1:
        raise RefusedError(f'"{shown(wanted)}" means more than one thing.', hint="Give the whole id.")
    if record is not None:
        services.runs.rename(RunId(record.id), name)
    elif version is not None:
        services.models.rename_version(VersionId(version.id), name)
    elif model is not None:
        services.models.rename_model(ModelId(model.id), name)
    what = "run" if record is not None else "version" if version is not None else "model"
    return VerbResult(
        {what: found[0].id, "name": name.strip()}, (f'The {what} is called "{shown(name.strip())}" now.',)
    )


def _facts(record: RunRecord) -> dict[str, object]:
    return {"run": record.id, "status": record.status, "reason": record.reason}
