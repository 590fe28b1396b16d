"""Looking through the store of published versions for damage, and for what is in it or in the registry alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from core.domain.ids import RunId
from core.domain.imports import Problem, Severity
from core.domain.models import VersionStatus
from core.domain.names import shown
from core.errors import NotFoundError, WeightsError
from core.models.weights_store import list_folders, load_model_json, verify
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import models, runs


def find_problems(registry: Registry, store: Path) -> tuple[Problem, ...]:
    """Reads every published file. What a run that is at work has published and not told yet is no problem."""
    folders = list_folders(store)  # first: what is published meanwhile has a row by then, or a run
    with registry.read() as session:
        versions = [item for item in models.list_versions(session) if item.status is VersionStatus.AVAILABLE]
        arriving = {folder for folder in folders if _is_arriving(session, folder)}
    problems: list[Problem] = []
    for version in versions:
        name, folder = f"{version.model_name} {version.label}", store / version.content_sha256
        if not folder.is_dir():
            text = f'The files of "{name}" are missing at "{shown(folder)}".'
            problems.append(Problem("version-missing", text, str(folder), severity=Severity.ERROR))
            continue
        problems += [replace(found, text=f"{name}: {found.text}") for found in verify(folder)]
    known = {version.content_sha256 for version in versions}
    return (*problems, *_unlisted(folder for folder in folders if folder.name not in known and folder not in arriving))


def _unlisted(folders: Iterator[Path]) -> Iterator[Problem]:
    for folder in folders:
        text = "This folder belongs to no version. `calque doctor --reindex` lists it again."
        yield Problem("version-unlisted", text, str(folder))


def _is_arriving(session: Session, folder: Path) -> bool:
    """Its run is still to say that it has published it."""
    try:
        run = RunId(str(load_model_json(folder).get("run") or ""))
        return not runs.get_run(session, run).status.is_terminal
    except (NotFoundError, WeightsError):
        return False
