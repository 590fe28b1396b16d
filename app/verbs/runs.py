"""`calque retry`, `kill` and `remove`: what the pages of runs do, in a terminal."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.library import get_run
from app.verbs.output import Console, VerbResult
from app.verbs.training import Follower, result_of, stop_on_interrupt
from core.domain.names import shown
from core.domain.runs import RunRecord
from core.errors import RefusedError
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


def _facts(record: RunRecord) -> dict[str, object]:
    return {"run": record.id, "status": record.status, "reason": record.reason}
