"""What lies beside a registry that is gone: by this a lost one is told from one that was never made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from core.domain.counting import counted
from core.registry.backups import Backup, age_of, list_backups, newest_of

_RUN_MARK, _VERSION_MARK = "request.json", "model.json"
_DATASET_MARK = ".dataset.jsonl"
_CONTENT_ID = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Remains:
    n_runs: int = 0
    n_versions: int = 0
    newest: Backup | None = None
    n_datasets: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.n_runs or self.n_versions or self.n_datasets or self.newest)

    def __str__(self) -> str:
        """E.g. "12 runs, 1 model version and a copy of it (2 days old)"."""
        parts = []
        if self.n_runs:
            parts.append(counted(self.n_runs, "run"))
        if self.n_versions:
            parts.append(counted(self.n_versions, "model version"))
        if self.n_datasets:
            parts.append(counted(self.n_datasets, "frozen dataset"))
        if self.newest is not None:
            parts.append(f"a copy of it ({age_of(self.newest)})")
        return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))

    @property
    def advice(self) -> str:
        """What to do, as sentences."""
        advice = []
        if self.newest is not None:
            advice.append("`calque restore` brings the copy back.")
        if self.n_runs or self.n_versions or self.n_datasets:
            what = "runs and versions" if not self.n_datasets else "runs, versions and frozen datasets"
            advice.append(f"`calque doctor --reindex` lists the {what} that are on the disk again.")
        return " ".join(advice)


def find_remains(backups: Path, runs: Path | None, models: Path | None, snapshots: Path | None = None) -> Remains:
    """None of the folders need be there."""
    n_runs = sum((folder / _RUN_MARK).is_file() for folder in _folders(runs))
    n_versions = sum(
        (folder / _VERSION_MARK).is_file() for folder in _folders(models) if _CONTENT_ID.fullmatch(folder.name)
    )
    n_datasets = sum(file.name.endswith(_DATASET_MARK) for file in _folders(snapshots))
    return Remains(n_runs, n_versions, newest_of(list_backups(backups)), n_datasets)


def _folders(folder: Path | None) -> list[Path]:
    return list(folder.iterdir()) if folder is not None and folder.is_dir() else []
