"""What a frozen dataset is called and whose it is, in a small file beside its manifest: a copy of what the registry
says, which never changes, so that a registry that was lost can list the dataset again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.domain.datasets import Dataset
from core.domain.ids import DatasetId, ProjectId, SnapshotId
from core.domain.projects import Project
from core.files.durable import read_json, write_json
from core.files.faults import storage_error
from core.home import found_in_home, told_in_home

FORMAT = 1
_NAME = re.compile(r"(?P<snapshot>[0-9a-f]{64})\.(?P<dataset>[^.]+)\.about\.json")


@dataclass(frozen=True, slots=True)
class FrozenAbout:
    """`root` is the folder of the project's images."""

    dataset: DatasetId
    snapshot: SnapshotId
    name: str
    version: str
    frozen_at: datetime
    project: ProjectId
    project_name: str
    root: Path
    description: str = ""
    cloned_from: DatasetId | None = None

    @property
    def label(self) -> str:
        return f"{self.name} ({self.version})"


def about_of(dataset: Dataset, project: Project) -> FrozenAbout:
    """Of a complete one."""
    assert dataset.snapshot is not None and dataset.frozen_at is not None
    return FrozenAbout(
        dataset.id,
        dataset.snapshot,
        dataset.name,
        dataset.version,
        dataset.frozen_at,
        project.id,
        project.name,
        project.root,
        dataset.description,
        dataset.cloned_from,
    )


def about_file(folder: Path, snapshot: SnapshotId, dataset: DatasetId) -> Path:
    """Two datasets may have been frozen into the same manifest, one before a registry was lost and one after."""
    return folder / f"{snapshot}.{dataset}.about.json"


def list_about_files(folder: Path) -> Iterator[tuple[Path, SnapshotId, DatasetId]]:
    """By the names of the files alone, in their order."""
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        found = _NAME.fullmatch(file.name)
        if found is not None:
            yield file, SnapshotId(found["snapshot"]), DatasetId(found["dataset"])


def write_about(folder: Path, about: FrozenAbout) -> None:
    """`folder` lies in the home. Raises StorageError."""
    file = about_file(folder, about.snapshot, about.dataset)
    value = {
        "format": FORMAT,
        "name": about.name,
        "version": about.version,
        "frozen_at": about.frozen_at.isoformat(),
        "project": about.project,
        "project_name": about.project_name,
        "images_root": told_in_home(about.root, folder.parent),
        "description": about.description,
        "cloned_from": about.cloned_from,
    }
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_json(file, value)
    except OSError as error:
        raise storage_error(error, "What the frozen dataset is called", file) from error


def read_about(file: Path) -> FrozenAbout | None:
    """None for one that is damaged, or a newer Calque's."""
    named, value = _NAME.fullmatch(file.name), read_json(file)
    if named is None or value is None or value.get("format") != FORMAT:
        return None
    try:
        return _about(named, value, file.parent.parent)
    except (KeyError, TypeError, ValueError):
        return None


def _about(named: re.Match[str], value: dict[str, Any], home: Path) -> FrozenAbout:
    keys = ("name", "version", "project", "project_name", "images_root", "description", "frozen_at")
    texts = {key: value[key] for key in keys}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError("what a frozen dataset is called holds texts")
    cloned_from = value.get("cloned_from")
    return FrozenAbout(
        DatasetId(named["dataset"]),
        SnapshotId(named["snapshot"]),
        texts["name"],
        texts["version"],
        datetime.fromisoformat(texts["frozen_at"]),
        ProjectId(texts["project"]),
        texts["project_name"],
        found_in_home(texts["images_root"], home),
        texts["description"],
        DatasetId(cloned_from) if isinstance(cloned_from, str) else None,
    )
