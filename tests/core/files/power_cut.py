"""A disk whose power can be cut: a file system in a file, copied at a moment and looked at as it comes up again.

Nothing but what was synced is on it: the file system commits by itself only after minutes, and takes no rename for a
wish to sync. The writer stands still while its disk is copied, so that the copy is of one moment.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = "96M"
OPTIONS = "loop,commit=300,noauto_da_alloc"
WRITER = Path(__file__).with_name("power_cut_writer.py")
PATIENCE_S = 30.0


class NoDiskError(Exception):
    """This machine lets nobody make one."""


class Disk:
    """Mounted at `folder` while it is open."""

    def __init__(self, work: Path) -> None:
        self._image, self.folder = work / "disk.img", work / "disk"
        self._copy, self._again = work / "copy.img", work / "again"

    def __enter__(self) -> Disk:
        self.folder.mkdir()
        self._again.mkdir()
        _do("truncate", "-s", SIZE, str(self._image))
        _do("mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(self._image))
        _do("mount", "-o", OPTIONS, str(self._image), str(self.folder))
        return self

    def __exit__(self, *_: object) -> None:
        _do("umount", "-l", str(self.folder))
        self._image.unlink()

    def cut(self) -> None:
        """Keep what is on the disk now."""
        _do("cp", "--sparse=always", str(self._image), str(self._copy))

    @contextmanager
    def come_up(self) -> Iterator[Path]:
        """The disk of the last cut, its journal played."""
        _do("mount", "-o", "loop", str(self._copy), str(self._again))
        try:
            yield self._again
        finally:
            _do("umount", str(self._again))
            self._copy.unlink()


class Writing:
    """The writer at work. `safe` are the lines in which it said what is safe."""

    def __init__(self, folder: Path, what: str, lost: int) -> None:
        command = [sys.executable, str(WRITER), str(folder), what, str(lost)]
        self._child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path.cwd())
        assert self._child.stdout is not None
        os.set_blocking(self._child.stdout.fileno(), False)
        self._text = ""

    @property
    def safe(self) -> list[str]:
        assert self._child.stdout is not None
        self._text += (self._child.stdout.read() or b"").decode()
        return self._text[: self._text.rfind("\n") + 1].splitlines()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Between two of its calls of the system."""
        self._child.send_signal(signal.SIGSTOP)
        try:
            until = time.monotonic() + PATIENCE_S
            while self._state() != "T":
                assert time.monotonic() < until, f"the writer does not stop ({self._state()})"
                time.sleep(0.001)
            yield
        finally:
            self._child.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self._child.kill()
        self._child.wait()
        assert self._child.stdout is not None
        self._child.stdout.close()

    @property
    def has_ended(self) -> bool:
        return self._child.poll() is not None

    def _state(self) -> str:
        return Path(f"/proc/{self._child.pid}/stat").read_text().rpartition(")")[2].split()[0]


def _do(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NoDiskError(f"The power-cut test needs {command[0]}, which is not installed.") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip() or error.stdout.strip()
        raise NoDiskError(
            f"The power-cut test needs root and loop devices: `{' '.join(command)}` failed ({said})."
        ) from error
