"""Runs a child that is asked to stop the moment it begins to write the predictions of the validation images."""

from __future__ import annotations

import sys
from pathlib import Path

from core.runs.folder.layout import RunLayout
from core.runs.folder.stop_wish import StopWish, write_stop
from core.runs.processes import child

folder = Path(sys.argv[1])
_is_told = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    global _is_told
    if event == "open" and not _is_told and "/eval_val/" in str(arguments[0]):
        _is_told = True
        write_stop(RunLayout(folder), StopWish.KEEP)


sys.addaudithook(_watch)
child.STOP_POLL_S = 0.0  # the wish is seen at the next image
sys.exit(child.run_child(folder))
