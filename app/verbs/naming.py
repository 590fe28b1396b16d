"""`calque rename`, `describe`, `current` and `delete`: of runs, models and versions."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from app.services import Services
from app.verbs.output import Console, VerbResult
from core.domain.ids import ModelId, RunId, VersionId
from core.domain.names import shown
from core.errors import NotFoundError, RefusedError


@dataclass(frozen=True, slots=True)
class _Named:
    """One of the three."""

    run: RunId | None = None
    version: VersionId | None = None
    model: ModelId | None = None
    name: str = ""

    @property
    def what(self) -> str:
        return "run" if self.run else "version" if self.version else "model"

    @property
    def id(self) -> str:
        return self.run or self.version or self.model or ""


def run_rename(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    found, name = _find(services, arguments.id), arguments.name
    if found.run is not None:
        services.runs.rename(found.run, name)
    elif found.version is not None:
        services.models.rename_version(found.version, name)
    elif found.model is not None:
        services.models.rename_model(found.model, name)
    text = f'The {found.what} is called "{shown(name.strip())}" now.'
    return VerbResult({found.what: found.id, "name": name.strip()}, (text,))


def run_describe(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    found, text = _find(services, arguments.id), arguments.text
    if found.run is not None:
        services.runs.describe(found.run, text)
    elif found.version is not None:
        services.models.describe_version(found.version, text)
    elif found.model is not None:
        services.models.describe_model(found.model, text)
    said = f'The {found.what} "{shown(found.name)}" has this description now.'
    return VerbResult({found.what: found.id, "description": text.strip()}, (said,))


def run_current(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """Of versions."""
    version = services.models.find_version(arguments.version)
    if version is None:
        text = f'There is no model version "{shown(arguments.version)}".'
        raise NotFoundError(text, hint="calque models lists all.")
    services.models.mark_current(version.id, is_current=not arguments.off)
    said = "is no longer the current version" if arguments.off else "is the current version now"
    text = f'{version.label} of "{shown(version.model_name)}" {said}.'
    return VerbResult({"version": version.id, "is_current": not arguments.off}, (text,))


def run_delete(services: Services, arguments: argparse.Namespace, console: Console) -> VerbResult:
    """Of models and versions: a run is removed."""
    found = _find(services, arguments.id)
    if found.version is not None:
        services.models.delete_version(found.version)
        told = "Its number is not given again."
    elif found.model is not None:
        services.models.delete_model(found.model)
        told = "Its versions went with it."
    else:
        raise RefusedError(f'"{shown(found.name)}" is a run.', hint="`calque remove` takes a run off the list.")
    text = f'"{shown(found.name)}" was deleted. {told} The files stay in Calque\'s trash for 30 days.'
    return VerbResult({found.what: found.id, "name": found.name}, (text,))


def _find(services: Services, wanted: str) -> _Named:
    """The id says what it is: a run's, a version's or a model's; a model may be named by its name too."""
    found: list[_Named] = []
    record = services.runs.find_run(wanted)
    if record is not None:
        found.append(_Named(run=record.id, name=record.name))
    version = services.models.find_version(wanted)
    if version is not None:
        found.append(_Named(version=version.id, name=f"{version.model_name} {version.label}"))
    models = [model for model in services.models.list_models() if wanted in (model.id, model.name)]
    found += [_Named(model=model.id, name=model.name) for model in models]
    if not found:
        text = f'There is no run, model or version "{shown(wanted)}".'
        raise NotFoundError(text, hint="calque runs and calque models list all.")
    if len(found) > 1:
        raise RefusedError(f'"{shown(wanted)}" means more than one thing.', hint="Give the whole id.")
    return found[0]
