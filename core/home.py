"""The one folder in which Calque keeps everything of its own."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from core.domain.names import shown
from core.errors import StorageError

_OWN = frozenset(
    {
        "runs",
        "models",
        "snapshots",
        "predictions",
        "thumbnails",
        "fingerprints",
        "checks",
        "weights",
        "logs",
        "sample",
        "backups",
        "devices",
        "timing",
        "trying",
        "unpacked",
        "frozen",
    }
    | {"settings.json", "window.ini", "window.json"}
)


def told_in_home(path: Path, home: Path) -> str:
    """A path as it is written down: relative to the home where it lies in it, else absolute."""
    path, home = path.absolute(), home.absolute()
    return path.relative_to(home).as_posix() if path != home and path.is_relative_to(home) else str(path)


def found_in_home(text: str, home: Path, *, written_in: Path | None = None) -> Path:
    """The reverse. `written_in` is the home of one who wrote absolute paths, as Calques before 0.2 did: what lay there
    is looked for in this home, of which that one may be the original."""
    path = Path(text)
    if written_in is not None and path.is_relative_to(written_in):
        path = path.relative_to(written_in)
    return home.absolute() / path


@dataclass(frozen=True, slots=True)
class Home:
    """Where things lie below `root`. Nothing here is made until `ensure` is called."""

    root: Path

    @property
    def registry_file(self) -> Path:
        return self.root / "registry.db"

    @property
    def runs(self) -> Path:
        """A folder for each run, named by its id."""
        return self.root / "runs"

    @property
    def models(self) -> Path:
        """Published versions, each in a folder named by its content."""
        return self.root / "models"

    @property
    def snapshots(self) -> Path:
        """Manifests of frozen datasets, each named by its hash."""
        return self.root / "snapshots"

    @property
    def predictions(self) -> Path:
        """A pack for each set of predictions that does not lie with a version, named by the set's id."""
        return self.root / "predictions"

    @property
    def unpacked(self) -> Path:
        """Content of archives that became projects, a folder for each."""
        return self.root / "unpacked"

    @property
    def frozen(self) -> Path:
        """A registry for each frozen dataset that was trained from lately; each can be made again from its manifest."""
        return self.root / "frozen"

    @property
    def thumbnails(self) -> Path:
        return self.root / "thumbnails"

    @property
    def fingerprints(self) -> Path:
        """What pictures look like, as far as it was asked for: a cache."""
        return self.root / "fingerprints"

    @property
    def checks(self) -> Path:
        """What the last checks of each project and dataset found."""
        return self.root / "checks"

    @property
    def weights(self) -> Path:
        """Pretrained weights that the person put there or allowed to be downloaded."""
        return self.root / "weights"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def samples(self) -> Path:
        """The sample project's images, drawn here when it is first opened."""
        return self.root / "sample"

    @property
    def backups(self) -> Path:
        """Copies of the registry, made before an upgrade."""
        return self.root / "backups"

    @property
    def devices(self) -> Path:
        """A lock file for each device: one run computes on it at a time, whatever window started it."""
        return self.root / "devices"

    def ensure(self) -> None:
        """Make the folders, readable by nobody else; those of an older home are made so. Raises StorageError."""
        folders = (
            self.runs,
            self.models,
            self.snapshots,
            self.predictions,
            self.thumbnails,
            self.weights,
            self.logs,
            self.backups,
        )
        for folder in (self.root, *folders, self.devices):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                reason = "there is a file of that name" if folder.is_file() else error.strerror or str(error)
                raise StorageError(
                    f'Calque\'s folder "{shown(folder)}" cannot be made: {reason}.',
                    hint="Choose another folder with --home DIR or the environment variable CALQUE_HOME.",
                ) from error
        for folder in (*folders, self.devices, self.samples, *([self.root] if self._is_own_root() else [])):
            tighten(folder)

    def _is_own_root(self) -> bool:
        """Whether nothing but Calque's own lies in it: a folder that a person shares with others stays as it is."""
        with os.scandir(self.root) as entries:
            return all(entry.name in _OWN or entry.name.startswith(f"{self.registry_file.name}") for entry in entries)


def tighten(path: Path) -> None:
    """For the owner alone. What is not there, or somebody else's, stays as it is."""
    with contextlib.suppress(OSError):  # a medium that can only be read, or knows no owners
        mode = path.stat().st_mode
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & 0o700)
