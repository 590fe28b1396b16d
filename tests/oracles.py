"""Asks other programs, in an environment of their own, what they make of a file that Calque wrote.

`python3 packaging/dev.py oracles` makes the environment; `dev.py test` does so too, so that there no test that asks is
skipped. Calque cannot be imported in it: an oracle that used Calque's own reader would agree with anything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ORACLES = Path(sys.prefix).with_name(".venv-oracles")  # beside the environment that runs the tests
_PYTHON = ORACLES / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run_in_oracles(script: str, *arguments: object, timeout: float = 120) -> Any:
    """What `script` prints as its last line, parsed as JSON; `arguments` are its `sys.argv[1:]`.

    Skips the test where the environment is not there; fails it, with everything that the script said, where the
    script fails or prints no JSON.
    """
    if not _PYTHON.exists():
        pytest.skip("needs the environment of the oracles: python3 packaging/dev.py oracles")
    done = subprocess.run(
        # Isolated: neither PYTHONPATH nor the folder of the tests lets it see Calque.
        [str(_PYTHON), "-I", "-X", "utf8", "-c", script, *map(str, arguments)],
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout,
        check=False,
    )
    said = f"{done.stdout}\n{done.stderr}"
    if done.returncode:
        pytest.fail(f"the oracle ended with {done.returncode}:\n{said}")
    try:
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        pytest.fail(f"the oracle did not answer in JSON:\n{said}")
