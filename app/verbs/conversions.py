"""`calque export`: a version as it is, or in the format of another program; then in the foreground, as a run."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.services import Services
from app.verbs.output import Console, VerbResult
from app.verbs.training import Follower, exit_code, state_line, stop_on_interrupt
from core.domain.conversions import CONVERSION_TOPIC, ModelChoice
from core.domain.models import ModelVersion
from core.domain.names import shown, typed_path
from core.errors import NotFoundError, RefusedError

CALQUE = "calque"


def run(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    version = services.models.find_version(arguments.version)
    if version is None:
        raise NotFoundError(f'There is no model version "{arguments.version}".', hint="calque models lists all.")
    target = typed_path(arguments.target).absolute()
    if target.is_file():
        raise RefusedError(f'"{shown(target)}" exists already.', hint="Remove it, or give another name.")
    options = {"--precision": arguments.precision, "--form": arguments.form, "--fixed-size": arguments.fixed_size}
    if arguments.format == CALQUE:
        given = next((name for name, value in options.items() if value), None)
        if given is not None:
            raise RefusedError(f"{given} is for the formats of other programs.", hint="Name one with --as.")
        return _copy(services, version, target, console)
    choice = ModelChoice(
        arguments.format, arguments.precision or "", arguments.form or "", is_fixed_size=arguments.fixed_size
    )
    return _convert(services, version, choice, target, console)


def _copy(services: Services, version: ModelVersion, target: Path, console: Console) -> VerbResult:
    made = services.models.export_version(version.id, target, progress=console.progress)
    data = {"version": version.id, "label": version.label, "path": made, "weights_sha256": version.weights_sha256}
    return VerbResult(data, (f"{version.model_name} {version.label} was exported to {made}.",))


def _convert(
    services: Services, version: ModelVersion, choice: ModelChoice, target: Path, console: Console
) -> VerbResult:
    record = services.conversions.submit(version.id, choice, target)
    console.note(f'Run {record.id} "{record.name}".')
    follower = Follower(console)
    with stop_on_interrupt(services, record.id, console) as wishes:
        state = services.runs.carry_out(record.id, follower.take, wishes.wants_to_leave)
    record = services.runs.get_run(record.id)
    results = state.results if state is not None else ()
    result = next((item.content for item in results if item.topic == CONVERSION_TOPIC), None)
    data = {
        "run": record.id,
        "status": record.status,
        "reason": record.reason,
        "version": version.id,
        "label": version.label,
        "path": (result or {}).get("target") or None,
        "result": result,
        "duration_s": record.duration_s,
    }
    return VerbResult(data, (state_line(record),), code=exit_code(record))
