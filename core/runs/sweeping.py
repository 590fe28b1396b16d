"""Clearing away what killed processes left in the runs' folders, and only that."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.domain.runs import RunRecord
from core.files.locks import try_lock
from core.runs.folder.layout import RunLayout
from core.runs.folder.removal import remove_scratch, sweep_removed
from core.runs.kinds import RunKindCatalog

LEFT = (
    "*.tmp", "work/*.tmp", "checkpoints/*.tmp", "reserve", "looks/*.part",
    "work/.*.partial", "looks/.*.partial", "artifacts/*/.*.partial",
)  # fmt: skip
"""Of a run's folder, whatever its kind."""


def sweep_runs(records: Sequence[RunRecord], folder: Path, kinds: RunKindCatalog) -> None:
    """`folder` holds all runs. A run that has not ended, or whose process is there, keeps what it has."""
    sweep_removed(folder)
    for record in records:
        layout, scratch = RunLayout(record.folder), (*LEFT, *kinds.info(record.kind).scratch)
        if not record.status.is_terminal or not any(any(layout.folder.glob(pattern)) for pattern in scratch):
            continue
        with left_alone(layout) as is_alone:
            if is_alone:
                remove_scratch(layout.folder, scratch)


@contextmanager
def left_alone(layout: RunLayout) -> Iterator[bool]:
    """Whether no process works on the run; if so, none begins before the block ends. False where nobody can tell."""
    handle = None
    with contextlib.suppress(OSError):  # the folder is lost, or another user's
        handle = try_lock(layout.lock_file)
    try:
        yield handle is not None
    finally:
        if handle is not None:
            os.close(handle)
