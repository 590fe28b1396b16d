"""The window's process from its start to its rest, as a process of its own: what the start holds back comes back."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.services import build_services
from core.home import Home

ROOT = Path(__file__).resolve().parents[2]

# The program's own way in, with an ear at its end of loading.
UNTIL_SETTLED = """
import gc, json, sys
from PySide6.QtCore import QTimer
from app import window
from app.main import main

class Watched(window.Application):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.settled.connect(lambda: QTimer.singleShot(0, self.tell))
        QTimer.singleShot(0, lambda: said.update(collects_at_first=gc.isenabled() or self.jobs.garbage.is_collecting))

    def tell(self):
        preloaded = [name for name in FOR_FIRST_CLICKS if name in sys.modules]
        said.update(collects=self.jobs.garbage.is_collecting and not gc.isenabled())
        said.update(n_frozen=gc.get_freeze_count(), n_preloaded=len(preloaded))
        said.update(has_parser="app.cli" in sys.modules)
        self.leave()

from app.preloading import FOR_FIRST_CLICKS
said = {}
window.Application = Watched
code = main(sys.argv[1:])
print(json.dumps(said | {"n_expected": len(FOR_FIRST_CLICKS)}))
sys.exit(code)
"""


def until_settled(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", UNTIL_SETTLED, *arguments],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


@pytest.mark.parametrize("more", [(), ("--theme", "dark")])
def test_a_good_start_settles_and_collects_garbage_again(tmp_path: Path, more: tuple[str, ...]) -> None:
    said = until_settled("--home", str(tmp_path / "home"), *more)
    assert said["collects_at_first"] is False
    assert said["collects"] is True
    assert said["n_frozen"] > 10_000, "what the start loaded is not searched again"
    assert said["n_preloaded"] == said["n_expected"]
    assert said["has_parser"] is bool(more), "a plain start does not load what reads verbs"


def test_a_home_that_cannot_be_opened_settles_too(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    build_services(home).registry.close()
    with contextlib.closing(sqlite3.connect(home.registry_file)) as registry, registry:
        registry.execute("UPDATE alembic_version SET version_num = '9999'")  # of a newer Calque
    assert until_settled("--home", str(home.root))["collects"] is True


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [sys.executable, "-m", "app", "--home", str(tmp_path / "file" / "home")],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    [sentence] = done.stderr.splitlines()
    assert "cannot be made" in sentence and "--home DIR" in sentence
