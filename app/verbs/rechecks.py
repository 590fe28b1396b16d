"""`calque recheck`: does a version still predict what it predicted? In the foreground, as a training is."""

from __future__ import annotations

import argparse

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.training import Follower, exit_code, state_line, stop_on_interrupt
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
        state = services.runs.carry_out(record.id, follower.take, wishes.wants_to_leave)
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
    return VerbResult(data, (state_line(record),), code=exit_code(record))
