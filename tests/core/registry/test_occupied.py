"""An import is seen by every process that has the registry, and forgotten with the process that makes it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.ids import ProjectId
from core.errors import RefusedError
from core.registry.occupied import Occupied

IMPORTING = """
import sys
from pathlib import Path
from core.registry.occupied import Occupied
with Occupied(Path(sys.argv[1])).importing("one"):
    print("importing", flush=True)
    sys.stdin.readline()
"""
ONE, OTHER = ProjectId("one"), ProjectId("other")


@pytest.mark.skipif(sys.platform == "win32", reason="only the own process is known there")
@pytest.mark.parametrize("is_killed", [False, True])
def test_another_process_is_seen_while_it_imports(tmp_path: Path, is_killed: bool) -> None:
    file = tmp_path / "registry.db"
    here = Occupied(file)
    command = [sys.executable, "-c", IMPORTING, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None and other.stdout.readline() == "importing\n"
        with pytest.raises(RefusedError) as refused:
            here.check(ONE)
        here.check(OTHER)
        if is_killed:
            other.kill()
        else:
            other.communicate("\n")
    assert refused.value.code == "E-432"
    here.check(ONE)
    assert list(tmp_path.iterdir()) == []


def test_two_imports_into_one_project_are_both_seen(tmp_path: Path) -> None:
    here, there = Occupied(tmp_path / "registry.db"), Occupied(tmp_path / "registry.db")
    with here.importing(ONE):
        with here.importing(ONE), pytest.raises(RefusedError):
            there.check(ONE)
        with pytest.raises(RefusedError):
            there.check(ONE)
    there.check(ONE)
