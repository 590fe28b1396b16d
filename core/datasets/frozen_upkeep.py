"""What is tidied at a start beside the manifests of frozen datasets: what each is called, and what nobody needs."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from core.datasets.frozen_about import about_file, about_of, list_about_files, write_about
from core.datasets.frozen_file import frozen_file
from core.domain.datasets import Dataset, DatasetState
from core.domain.ids import SnapshotId
from core.errors import NotFoundError
from core.registry.database import Registry
from core.registry.stores import datasets as store
from core.registry.stores import projects

RECORD_SUFFIX = ".dataset.checked"


def record_file(folder: Path, snapshot: SnapshotId) -> Path:
    """Of the files that were found to be what was frozen."""
    return folder / f"{snapshot}{RECORD_SUFFIX}"


def keep_abouts(registry: Registry, folder: Path) -> None:
    """Each complete dataset has its note beside its manifest, and one that was deleted or never became complete none.
    Of those that the registry does not know nothing is touched: a lost one may have known them. Raises StorageError."""
    with registry.read() as session:
        complete = store.list_in_state(session, DatasetState.COMPLETE)
        wanted = {about_file(folder, _snapshot_of(one), one.id): one for one in complete if not one.is_deleted}
        there = {file: dataset for file, _, dataset in list_about_files(folder)}
        known = store.which_are_known(session, set(there.values()))
        present = {one.id: one for one in projects.list_projects(session)}  # a removed one's wait for its return
        missing = [one for file, one in wanted.items() if file not in there and one.project in present]
        found = [about_of(one, present[one.project]) for one in missing]
    for about in found:
        if frozen_file(folder, about.snapshot).is_file():
            write_about(folder, about)
    for file, dataset in there.items():
        if dataset in known and file not in wanted:
            with suppress(OSError):  # the next start tries again
                file.unlink(missing_ok=True)


def purge_deleted(registry: Registry, folder: Path, before: datetime) -> None:
    """Of frozen datasets that a person deleted before a moment: their manifests, and which images were in their sets.
    (Those of a project that was forgotten stay, as its runs and models do.)

    A row stays of each, for its number is not given again, and for what was trained from it, which names it: runs and
    versions hold what they used of it themselves. Raises StorageError.
    """
    with registry.read() as session:
        complete = store.list_in_state(session, DatasetState.COMPLETE)
        gone = {one.id: one for one in complete if one.is_deleted and store.was_deleted_before(session, one.id, before)}
    kept = {_snapshot_of(one) for one in complete if one.id not in gone}
    left = [one for one in gone.values() if one.sets or frozen_file(folder, _snapshot_of(one)).exists()]
    if not left:
        return
    with registry.write(durable=True) as session:
        emptied = [one for one in left if store.empty_deleted(session, one.id)]
    kept |= {_snapshot_of(one) for one in left if one not in emptied}  # taken back in this moment
    for one in emptied:
        snapshot = _snapshot_of(one)
        if snapshot not in kept:
            for file in (frozen_file(folder, snapshot), record_file(folder, snapshot)):
                with suppress(OSError):  # the next start tries again
                    file.unlink(missing_ok=True)


def _snapshot_of(dataset: Dataset) -> SnapshotId:
    if dataset.snapshot is None:
        raise NotFoundError(f'The dataset "{dataset.name}" is complete, and nothing says what it was frozen into.')
    return dataset.snapshot
