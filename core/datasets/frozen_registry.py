"""Registries of frozen datasets: what was frozen, as rows, so that all that counts and freezes images works on it.

Each lies in a folder of the cache, named by its snapshot and project, and is made when it is first asked for. It says
nothing that the manifest does not: one that is gone or damaged is made again.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core import clock
from core.datasets.freezing import DatasetFreezing
from core.datasets.frozen_file import FrozenDataset
from core.domain.datasets import Dataset, DatasetSet
from core.domain.frozen_datasets import FrozenPicture
from core.domain.projects import Project
from core.errors import CalqueError
from core.files.faults import storage_error
from core.registry.blocks import make_blocks
from core.registry.database import Registry
from core.registry.schema import SCHEMA
from core.registry.stores import frozen as store
from core.registry.stores import projects as project_store

Check = Callable[[], None]
Progress = Callable[[int, int], None]

_FILE, _BACKUPS = "registry.db", "backups"
_KEPT_OPEN, _KEPT_ON_DISK = 4, 12
_TOLD_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class FrozenRegistry:
    """Opened; `sets` are those of the dataset, with the keys that this registry gave them."""

    registry: Registry
    sets: tuple[DatasetSet, ...]


class FrozenRegistries:
    """May be used on any thread. `folder` is where they lie."""

    def __init__(self, folder: Path, freezing: DatasetFreezing) -> None:
        self._folder = folder
        self._freezing = freezing
        self._lock = threading.Lock()
        self._opened: dict[str, FrozenRegistry] = {}

    def open(
        self,
        project: Project,
        dataset: Dataset,
        *,
        check: Check = lambda: None,
        progress: Progress = lambda done, total: None,
    ) -> FrozenRegistry:
        """Of a complete dataset; made first where it is not there. `check` and `progress` may raise to give that up.

        Raises NotFoundError and FormatError for a manifest that is gone or damaged, StorageError.
        """
        name = f"{dataset.snapshot}-{project.id}-{SCHEMA.head}"
        with self._lock:
            known = self._opened.pop(name, None)
            if known is None:
                place = self._folder / name
                known = _opened_as_frozen(place, dataset)
                if known is None:
                    self._make(place, project, dataset, check, progress)
                    known = _opened(place)
            self._opened[name] = known
            while len(self._opened) > _KEPT_OPEN:
                self._opened.pop(next(iter(self._opened))).registry.close()
            return known

    def close(self) -> None:
        """Let go of those that are open."""
        with self._lock:
            for opened in self._opened.values():
                opened.registry.close()
            self._opened.clear()

    def _make(self, place: Path, project: Project, dataset: Dataset, check: Check, progress: Progress) -> None:
        """Under another name first, so that half of one is never taken for one."""
        frozen = self._freezing.open_frozen(dataset.id)
        making = place.with_name(f"new-{os.getpid()}-{threading.get_ident()}")
        shutil.rmtree(making, ignore_errors=True)
        try:
            making.mkdir(mode=0o700, parents=True)
            with Registry(making / _FILE, making / _BACKUPS) as registry:
                _write(registry, project, frozen, check, progress)
                make_blocks(registry, project.id)
            making.rename(place)
        except OSError as error:
            if not (place / _FILE).exists():  # else another process was faster
                raise storage_error(error, "What was frozen", place) from error
        finally:
            shutil.rmtree(making, ignore_errors=True)
        self._prune(place)

    def _prune(self, newest: Path) -> None:
        """Those that were made longest ago go; where files in use cannot be removed, they stay."""
        found = sorted(self._folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        others = [path for path in found if path != newest and path.name not in self._opened]
        for path in others[: max(len(found) - _KEPT_ON_DISK, 0)]:
            shutil.rmtree(path, ignore_errors=True)


def _opened_as_frozen(place: Path, dataset: Dataset) -> FrozenRegistry | None:
    """None where it is not there, or no longer what was made: such a one goes, and nothing is lost with it."""
    try:
        if (place / _FILE).is_file():
            found = _opened(place)
            if [item.n_images for item in found.sets] == [item.n_images for item in dataset.sets]:
                return found
            found.registry.close()
    except CalqueError:
        pass  # damaged
    shutil.rmtree(place, ignore_errors=True)
    return None


def _opened(place: Path) -> FrozenRegistry:
    registry = Registry(place / _FILE, place / _BACKUPS)
    try:
        registry.open()
        with registry.read() as session:
            return FrozenRegistry(registry, store.list_frozen_sets(session))
    except BaseException:
        registry.close()
        raise


def _write(registry: Registry, project: Project, frozen: FrozenDataset, check: Check, progress: Progress) -> None:
    header = frozen.header
    with registry.write() as session:
        root = project.root.absolute()
        id = project_store.insert_project(session, name=project.name, root=root, id=project.id)
        images = _watched(frozen, check, progress)
        store.write_frozen(session, id, [item.name for item in header.classes], header.sets, images, clock.now())


def _watched(frozen: FrozenDataset, check: Check, progress: Progress) -> Iterator[FrozenPicture]:
    for done, image in enumerate(frozen.images()):
        if done % _TOLD_EVERY == 0:
            check()
            progress(done, frozen.header.n_images)
        yield image
