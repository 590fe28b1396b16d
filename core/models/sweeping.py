"""Clearing away what killed processes left in the store of versions, and only that."""

from __future__ import annotations

import os
from pathlib import Path

from core import clock
from core.domain.ids import RunId
from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.errors import NotFoundError, WeightsError
from core.files.faults import told_as_storage_error
from core.models.publish import sweep_staging
from core.models.weights_store import list_folders, load_model_json
from core.registry.database import Registry
from core.registry.session import Session
from core.registry.stores import models, runs
from core.runs.folder.attempts import latest_attempt
from core.runs.folder.layout import RunLayout
from core.runs.sweeping import left_alone

TRASH_PREFIX = ".trash-"


def sweep_store(registry: Registry, store: Path) -> None:
    """What a run stored, and was killed before it could tell, goes to the trash: its retry stores it again.

    Raises RegistryError, StorageError.
    """
    sweep_staging(store)
    for folder in list_folders(store):
        with registry.read() as session:
            run = _untold_by(session, folder)
        if run is None:
            continue
        with left_alone(RunLayout(run.folder)) as is_alone, registry.read() as session:
            if is_alone and _untold_by(session, folder) is not None:
                with told_as_storage_error("A version that no run tells of", store):
                    throw_away(folder)


def throw_away(folder: Path) -> None:
    """Into the trash; its days count from now."""
    trash = folder.with_name(f"{TRASH_PREFIX}{folder.name}-{clock.new_id()}")
    folder.rename(trash)
    os.utime(trash)


def _untold_by(session: Session, folder: Path) -> RunRecord | None:
    """The run that is over, stored this and never said so; None for every other folder."""
    if models.count_users_of_content(session, folder.name):
        return None
    try:
        run = runs.get_run(session, RunId(str(load_model_json(folder).get("run") or "")))
        version = models.get_version(session, run.version) if run.version is not None else None
    except (NotFoundError, WeightsError):
        return None
    is_untold = version is not None and version.status is not VersionStatus.AVAILABLE and not version.is_deleted
    return run if is_untold and _can_store_again(run) else None


def _can_store_again(run: RunRecord) -> bool:
    """By a retry. Not where the run's folder is lost, or tells of an attempt that an older registry does not know."""
    layout = RunLayout(run.folder)
    is_over = run.status.is_terminal and run.status is not RunStatus.SUCCESS
    return is_over and layout.request_file.is_file() and latest_attempt(layout).number == run.attempt
