"""Taking a run's folder off the disk, and nothing else."""

from __future__ import annotations

import contextlib
import shutil
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from core.errors import RefusedError, StorageError


def remove_folder(folder: Path, *, within: Path) -> None:
    """Renamed first, so that no half of it is ever taken for a run. `within` is the folder of all runs.

    Raises RefusedError for a folder that is no run's, StorageError when the system refuses.
    """
    if not folder.exists():
        return
    if folder.is_symlink() or folder.resolve().parent != within.resolve():
        raise RefusedError(f"{folder} is not a run's folder: it has not been removed.")
    doomed = folder.with_name(f".removed-{folder.name}")
    try:
        folder.rename(doomed)
        shutil.rmtree(doomed, onerror=_make_writable)
    except OSError as error:
        raise StorageError(f"The run's folder could not be removed whole: {error.strerror} ({doomed}).") from error


def sweep_removed(runs: Path) -> None:
    """Finish removals that were cut off."""
    for folder in sorted(runs.glob(".removed-*")):
        _remove_whole(folder)


def remove_scratch(folder: Path, patterns: Sequence[str]) -> None:
    """What of a run's folder is worth nothing when its process has ended; what cannot be removed stays."""
    for pattern in patterns:
        for path in folder.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                _remove_whole(path)
            else:
                with contextlib.suppress(OSError):
                    path.unlink()


def _remove_whole(folder: Path) -> None:
    with contextlib.suppress(OSError):
        shutil.rmtree(folder, onerror=_make_writable)


def _make_writable(retry: Callable[..., object], path: str, _info: object) -> None:
    """The image tree of a run is read-only."""
    for target in (Path(path).parent, Path(path)):
        target.chmod(target.stat().st_mode | stat.S_IWUSR | stat.S_IXUSR | stat.S_IRUSR)
    retry(path)
