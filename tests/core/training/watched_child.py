"""Runs a child and writes down, in order, every file it opens and every report of final weights."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from core.runs.processes.child import run_child

folder = Path(sys.argv[1])
_log = os.open(folder / "opened.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.rename", "os.link", "os.symlink", "shutil.copyfile"):
        os.write(_log, f"{event} {arguments[:2]!r}\n".encode("utf-8", "backslashreplace"))


sys.addaudithook(_watch)
sys.exit(run_child(folder))
