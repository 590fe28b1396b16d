"""Which module carries out a verb. Each is imported here, when it is wanted, and brings what it needs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.verbs.output import Console, VerbResult
from core.errors import CalqueError
from core.home import Home

if TYPE_CHECKING:
    from app.services import Services

CHANGING = (
    *("import", "train", "recheck", "export", "predict", "import-predictions", "evaluate"),
    *("sample", "retry", "remove", "accept", "tag", "filter", "dataset", "check", "trash"),
    *("locate", "rename", "describe", "current", "delete", "import-version"),
)
"""Before these, which write to the registry, the daily copy of it is made."""


def dispatch(arguments: argparse.Namespace, home: Home, console: Console) -> VerbResult:
    """Carry out the verb; raises what its service raises."""
    match arguments.verb:
        case "restore":
            from app.verbs.restoring import run_restore

            return run_restore(home, arguments.backup)
        case "doctor" if arguments.reindex:
            from app.verbs.restoring import run_reindex

            return run_reindex(home)
        case "doctor":
            from app.verbs import doctor

            return doctor.run(home)
        case "formats":
            from app.verbs import formats

            return formats.run(arguments)
    from app.services import open_services

    with open_services(home) as services:
        if arguments.verb in CHANGING and not getattr(arguments, "dry_run", False):
            _back_up(services, console)
        _take_in_runs(services, console)
        return function_of(arguments.verb)(services, arguments, console)


def function_of(verb: str) -> Callable[[Services, argparse.Namespace, Console], VerbResult]:
    match verb:
        case "import":
            from app.verbs.importing import run
        case "imports":
            from app.verbs.importing import run_imports as run
        case "train":
            from app.verbs.training import run_train as run
        case "runs":
            from app.verbs.library import run_runs as run
        case "models":
            from app.verbs.library import run_models as run
        case "projects":
            from app.verbs.library import run_projects as run
        case "locate":
            from app.verbs.library import run_locate as run
        case "stop":
            from app.verbs.library import run_stop as run
        case "retry":
            from app.verbs.runs import run_retry as run
        case "kill":
            from app.verbs.runs import run_kill as run
        case "remove":
            from app.verbs.runs import run_remove as run
        case "rename":
            from app.verbs.naming import run_rename as run
        case "describe":
            from app.verbs.naming import run_describe as run
        case "current":
            from app.verbs.naming import run_current as run
        case "delete":
            from app.verbs.naming import run_delete as run
        case "recheck":
            from app.verbs.rechecks import run
        case "predict":
            from app.verbs.predictions import run_predict as run
        case "try":
            from app.verbs.trying import run
        case "accept":
            from app.verbs.judgements import run_accept as run
        case "label-errors":
            from app.verbs.judgements import run_label_errors as run
        case "check":
            from app.verbs.checking import run
        case "tag":
            from app.verbs.tags import run
        case "dataset":
            from app.verbs.dataset_verbs import run
        case "filter":
            from app.verbs.filters import run
        case "trash":
            from app.verbs.trash import run
        case "evaluate":
            from app.verbs.evaluations import run_evaluate as run
        case "import-predictions":
            from app.verbs.predictions import run_import_predictions as run
        case "compare":
            from app.verbs.evaluations import run_compare as run
        case "error-report":
            from app.verbs.error_reports import run
        case "report":
            from app.verbs.evaluations import run_report as run
        case "export":
            from app.verbs.conversions import run
        case "export-data":
            from app.verbs.exporting import run
        case "import-version":
            from app.verbs.library import run_import_version as run
        case "weights":
            from app.verbs.weights import run
        case "verify":
            from app.verbs.library import run_verify as run
        case "sample":
            from app.verbs.training import run_sample as run
        case _:
            raise AssertionError(f'The verb "{verb}" has no module.')
    return run


def _back_up(services: Services, console: Console) -> None:
    """The daily copy of the registry; a verb goes on without it."""
    try:
        services.registry.back_up_if_due()
    except CalqueError as error:
        console.note(str(error))


def _take_in_runs(services: Services, console: Console) -> None:
    """What runs did since, that nobody was there to record, and what the killed left; a verb goes on without it."""
    try:
        problems = services.runs.take_in()
        services.sweep()
    except CalqueError as error:
        problems = (error,)
    for problem in problems:
        console.note(str(problem))
