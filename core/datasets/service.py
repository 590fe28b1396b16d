"""Freezing data into snapshots, and reading them back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from core import clock
from core.datasets.manifest import Manifest, encode, id_of, make_manifest
from core.datasets.manifest_file import manifest_file, read_manifest, write_manifest
from core.datasets.tree import check_source
from core.domain.changes import Changed
from core.domain.ids import ProjectId, SnapshotId
from core.domain.imports import Problem, Severity
from core.domain.snapshots import SnapshotImage, SnapshotInfo, Split
from core.errors import CalqueError
from core.registry.changes import noted
from core.registry.database import Registry
from core.registry.stores import snapshots as store


class DatasetService:
    """`snapshots` is the folder of the manifests, each file named by its id."""

    def __init__(self, registry: Registry, snapshots: Path) -> None:
        self._registry = registry
        self._snapshots = snapshots

    def freeze(
        self, project: ProjectId, images: Sequence[SnapshotImage], categories: Sequence[str]
    ) -> Changed[SnapshotInfo]:
        """Write the manifest, durably and for ever, then its row. The same data again gives the row that exists.

        Raises RefusedError (E-152) when an image is in two sets, StorageError when it cannot be written.
        """
        manifest = make_manifest(categories, images)
        content = encode(manifest)
        write_manifest(self._snapshots, content)
        with self._registry.write(durable=True) as session:
            snapshot = store.insert_snapshot(session, describe(manifest, id_of(content), project))
            return Changed(snapshot, noted(session))

    def list_snapshots(self, project: ProjectId) -> tuple[SnapshotInfo, ...]:
        with self._registry.read() as session:
            return store.list_snapshots(session, project)

    def file_of(self, snapshot: SnapshotId) -> Path:
        """Where the manifest is."""
        return manifest_file(self._snapshots, snapshot)

    def read(self, snapshot: SnapshotId) -> Manifest:
        """The manifest, its content checked against its name. Raises NotFoundError, FormatError, StorageError."""
        return read_manifest(self.file_of(snapshot), snapshot)

    def verify_manifests(self) -> tuple[Problem, ...]:
        """Every manifest that the registry knows and that is missing, changed or unreadable; for `calque verify`."""
        with self._registry.read() as session:
            known = store.list_snapshot_ids(session)
        problems = []
        for snapshot in known:
            try:
                self.read(snapshot)
            except CalqueError as error:
                file = str(self.file_of(snapshot))
                problems.append(Problem("snapshot-damaged", str(error), file, severity=Severity.ERROR))
        return tuple(problems)

    def verify(
        self, snapshot: SnapshotId, root: Path, *, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> tuple[Problem, ...]:
        """Every image below `root` that is missing or no longer what was frozen (E-223), by its SHA-256."""
        images = self.read(snapshot).images
        problems = []
        for done, image in enumerate(images):
            progress(done, len(images))
            problem = check_source(image, root)
            if problem is not None:
                problems.append(problem)
        return tuple(problems)


def describe(manifest: Manifest, snapshot: SnapshotId, project: ProjectId) -> SnapshotInfo:
    """The row of a manifest; its label is given by the registry. Crowd regions are not counted as objects."""
    counts = []
    for split in Split:
        per_category = [0] * len(manifest.categories)
        for image in manifest.of_split(split):
            for item in image.objects:
                per_category[item.category] += not item.is_crowd
        counts.append((split, tuple(per_category)))
    return SnapshotInfo(
        id=snapshot,
        project=project,
        label="",
        created_at=clock.now(),
        categories=manifest.categories,
        n_images=tuple((split, len(manifest.of_split(split))) for split in Split),
        n_objects=tuple((split, sum(per_category)) for split, per_category in counts),
        category_counts=tuple(counts),
    )
