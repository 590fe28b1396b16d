"""`calque recheck`: does a version still predict what it predicted? In the foreground, as a training is."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.training import EXIT_CODES, Follower, stop_on_interrupt
from core.errors import NotFoundError
from core.rechecks.kind import TOPIC


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    version = services.models.find_version(arguments.version)
    if version is None:
        raise NotFoundError(f'There is no model version "{arguments.version}".', hint="calque models lists all.")
    record = services.rechecks.submit(version.id, arguments.device or "")
    console.note(f'Run {record.id} "{record.name}".')
    follower = Follower(console)
    with stop_on_interrupt(services, record.id, console) as wishes:
        state = services.runs.carry_out(record.id, follower.take, lambda: wishes.n_interrupts > 1)
    record = services.runs.get_run(record.id)
    results = state.results if state is not None else ()
    data = {
        "run": record.id,
        "status": record.status,
        "reason": record.reason,
        "version": version.id,
        "version_label": version.label,
        "model": version.model_name,
        "result": next((result.content for result in results if result.topic == TOPIC), None),
        "duration_s": record.duration_s,
    }
    code = EXIT_CODES.get(record.status, 1 if record.status.is_terminal else 0)
    return VerbResult(data, (f"{record.status}: {record.reason}",), code=code)
