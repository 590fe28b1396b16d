"""Ending the processes of a run for good. Light: the warden imports it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from core.runs.folder.process_mark import ProcessMark


def kill_tree(mark: ProcessMark) -> None:
    """SIGKILL a child of ours, its process group (it leads one), and whatever it started elsewhere."""
    import psutil

    if not mark.is_alive():
        return
    descendants: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        descendants = psutil.Process(mark.pid).children(recursive=True)
    kill_group(mark.pid)
    with contextlib.suppress(OSError):
        os.kill(mark.pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    for process in descendants:
        with contextlib.suppress(psutil.Error):
            process.kill()


def kill_group(leader: int) -> None:
    """SIGKILL every process of the group that `leader` leads; nothing where there are no process groups."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
