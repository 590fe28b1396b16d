"""Runs a child whose method is stopped while it prepares."""

from __future__ import annotations

import sys
from pathlib import Path

from core.runs.processes import child
from core.stopping import StoppedError
from core.workers.builtin.fake.worker import FakeWorker


def _leave(*_: object) -> None:
    raise StoppedError


FakeWorker.train = _leave  # type: ignore[assignment,method-assign]
sys.exit(child.run_child(Path(sys.argv[1])))
