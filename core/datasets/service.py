"""Freezing data into snapshots, and reading them back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from core import clock
from core.datasets.checked_files import Checked, check_files, new_record, read_record, write_record
from core.datasets.manifest import FrozenImage
from core.datasets.manifest_file import ManifestFile, WrittenManifest, manifest_file, open_manifest, write_manifest
from core.domain.changes import Changed
from core.domain.dataset_uses import DatasetUse
from core.domain.ids import ProjectId, SnapshotId
from core.domain.imports import Problem, Severity
from core.domain.snapshots import SnapshotInfo
from core.errors import CalqueError
from core.files.faults import storage_error
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import snapshots as store

_RECORD = ".checked"  # beside the manifest


class DatasetService:
    """`snapshots` is the folder of the manifests, each file named by its id."""

    def __init__(self, registry: Registry, snapshots: Path) -> None:
        self._registry = registry
        self._snapshots = snapshots

    def freeze(
        self,
        project: ProjectId,
        images: Iterable[FrozenImage],
        categories: Sequence[str],
        of: DatasetUse | None = None,
    ) -> Changed[SnapshotInfo]:
        """Write the manifest, durably and for ever, then its row. The same data again gives the row that exists.
        What is used `of` a dataset that a person froze is called as that is.

        `images` come sorted by path and are written as they come. Raises RefusedError (E-152) when an image is in two
        sets, StorageError when it cannot be written.
        """
        written = write_manifest(self._snapshots, categories, images)
        with self._registry.write(durable=True) as session:
            snapshot = store.insert_snapshot(session, describe(written, project), of)
            return Changed(snapshot, noted(session))

    def list_snapshots(self, project: ProjectId) -> tuple[SnapshotInfo, ...]:
        """What was frozen of the project's images, for runs and as datasets."""
        with self._registry.read() as session:
            return store.list_snapshots(session, project)

    def file_of(self, snapshot: SnapshotId) -> Path:
        """Where the manifest is."""
        return manifest_file(self._snapshots, snapshot)

    def open(self, snapshot: SnapshotId) -> ManifestFile:
        """The manifest, its content checked against its name. Raises NotFoundError, FormatError, StorageError."""
        return open_manifest(self.file_of(snapshot), snapshot)

    def verify_manifests(self) -> tuple[Problem, ...]:
        """Every manifest that the registry knows and that is missing, changed or unreadable; for `calque verify`."""
        with self._registry.read() as session:
            known = store.list_snapshot_ids(session)
        problems = []
        for snapshot in known:
            try:
                self.open(snapshot)
            except CalqueError as error:
                file = str(self.file_of(snapshot))
                problems.append(Problem("snapshot-damaged", str(error), file, severity=Severity.ERROR))
        return tuple(problems)

    def verify(
        self,
        snapshot: SnapshotId,
        root: Path,
        *,
        full: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Checked:
        """Every image below `root` that is missing or no longer what was frozen (E-223).

        Files that look (size, time, place on the disk) as they did when they last had the right SHA-256 are not hashed
        again, unless `full`.
        """
        manifest = self.open(snapshot)
        file = manifest.file.with_suffix(_RECORD)
        record = None if full else read_record(file, root)
        if record is None:
            record = new_record(root, manifest.files())
        checked, seen = check_files(record, progress)
        if checked.n_hashed and not self._registry.is_read_only:
            try:
                write_record(file, seen)
            except OSError as error:
                raise storage_error(error, "What was checked", file) from error
        return checked


def describe(written: WrittenManifest, project: ProjectId) -> SnapshotInfo:
    """The row of a manifest; its label is given by the registry. Crowd regions are not counted as objects."""
    return SnapshotInfo(
        id=written.id,
        project=project,
        label="",
        created_at=clock.now(),
        categories=written.categories,
        n_images=tuple((counts.split, counts.n_images) for counts in written.splits),
        n_objects=tuple((counts.split, counts.n_objects) for counts in written.splits),
        category_counts=tuple((counts.split, counts.category_counts) for counts in written.splits),
    )
