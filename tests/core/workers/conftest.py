"""Real trainings run in a child process with the environment of a run, as in the program."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.workers.builtin.yolo_detect.description import DESCRIPTION
from core.workers.environment import prepare_environment

PRELUDE = """
import pickle, sys
from pathlib import Path
given, answer = Path(sys.argv[1]), Path(sys.argv[2])
globals().update(pickle.loads(given.read_bytes()))
result = None
"""
EPILOGUE = """
answer.write_bytes(pickle.dumps(result))
"""


def run_in_child(folder: Path, code: str, **values: Any) -> Any:
    """Run `code` with `values` as globals and the environment of a run's child; yields what it put into `result`."""
    folder.mkdir(parents=True, exist_ok=True)
    given, answer, script = folder / "given.pickle", folder / "answer.pickle", folder / "script.py"
    given.write_bytes(pickle.dumps(values))
    script.write_text(PRELUDE + code + EPILOGUE)
    # Before what it names already: there may be entry points of plug-ins.
    paths = [str(Path(__file__).parents[3]), os.environ.get("PYTHONPATH", "")]
    environment = prepare_environment(DESCRIPTION, folder) | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    command = [sys.executable, str(script), str(given), str(answer)]
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
    return pickle.loads(answer.read_bytes())


@pytest.fixture(scope="session")
def in_child() -> Callable[..., Any]:
    """`run_in_child`, for tests."""
    return run_in_child
