"""After a power cut at any moment everything is there that was said to be safe, and nothing is there by half.

`pytest -m long -s tests/core/files/test_power_cut.py`, as root on Linux: it mounts file systems of its own. Where that
is not possible it fails and says so. The second half leaves out one fsync each, and wants the loss to be noticed.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.domain.models import VersionStatus
from core.models.weights_store import list_folders, verify
from core.registry.database import Registry
from core.registry.stores import models, projects
from core.runs.folder.layout import RunLayout
from core.runs.story.event_log import EventReader
from tests.core.files.power_cut import Disk, Writing

N_CUTS = 25
N_CUTS_TO_NOTICE = 40
MOST_WAIT_S = 0.15

pytestmark = pytest.mark.long


def look(folder: Path, what: str, safe: list[str]) -> str:
    """What is wrong on a disk that came up again; "" when nothing is."""
    numbers = [int(line.split()[0]) for line in safe] if what != "publication" else []
    last = max(numbers, default=0)
    checks: dict[str, Callable[[], str]] = {
        "registry": lambda: _registry(folder, last),
        "file": lambda: _file(folder, last),
        "events": lambda: _events(folder, last),
        "publication": lambda: _store(folder, set(safe)),
        "everything": lambda: (
            _registry(folder, last)
            or _versions(folder, {line.split()[1] for line in safe})
            or _store(folder, set())
            or _events(folder, last)
            or _file(folder, last)
        ),
    }
    return checks[what]()


def _registry(folder: Path, last: int) -> str:
    with Registry(folder / "registry.db", folder / "backups") as registry:
        problems = registry.check()
        with registry.read() as session:
            found = {project.name for project in projects.list_projects(session)}
    if problems:
        return problems[0].text
    if found != {f"p{number}" for number in range(1, len(found) + 1)}:
        return f"commits are missing between others: {sorted(found)}"
    return "" if len(found) >= last else f"{last} commits were safe, {len(found)} are there"


def _versions(folder: Path, safe: set[str]) -> str:
    with Registry(folder / "registry.db", folder / "backups") as registry, registry.read() as session:
        versions = models.list_versions(session)
    for version in versions:
        published = folder / "models" / version.content_sha256
        if version.status is not VersionStatus.AVAILABLE or not published.is_dir() or verify(published):
            return f"version {version.id} is listed and its files are not whole"
    return "" if safe <= {version.id for version in versions} else "a version that was safe is gone"


def _store(folder: Path, safe: set[str]) -> str:
    folders = list_folders(folder / "models")
    damage = [problem.text for path in folders for problem in verify(path)]
    if damage:
        return f"a published folder is not whole: {damage[0]}"
    gone = safe - {path.name for path in folders}
    return f"{len(gone)} published folders are gone" if gone else ""


def _file(folder: Path, last: int) -> str:
    file = folder / "state.json"
    if not file.exists():
        return "the file is gone" if last else ""
    try:
        number = json.loads(file.read_bytes())["number"]
    except ValueError as error:
        return f"the file is damaged: {error}"
    return "" if number >= last else f"the file of step {last} was safe, that of {number} is there"


def _events(folder: Path, last: int) -> str:
    layout = RunLayout(folder / "run")
    reader = EventReader(layout)
    seq = 0
    while events := reader.read_new():
        seq = events[-1].seq
    if reader.n_damaged:
        return f"{reader.n_damaged} damaged lines"
    return "" if seq >= last else f"{last} events were safe, {seq} are there"


def cut_often(work: Path, what: str, n_cuts: int, *, lost: int = 0, seed: int = 0) -> tuple[int, int, str]:
    """How many cuts there were until something was wrong, how many steps were safe by then, and what it was."""
    chance = random.Random(seed)
    with Disk(work) as disk:
        writing = Writing(disk.folder, what, lost)
        try:
            until = time.monotonic() + 60
            while not writing.safe:
                assert not writing.has_ended, "the writer failed"
                assert time.monotonic() < until, "the writer does not begin"
                time.sleep(0.05)
            for n_done in range(1, n_cuts + 1):
                time.sleep(chance.uniform(0, MOST_WAIT_S))
                with writing.stopped():
                    safe = writing.safe
                    disk.cut()
                with disk.come_up() as folder:
                    wrong = look(folder, what, safe)
                if wrong:
                    return n_done, len(safe), wrong
                assert not writing.has_ended, "the writer failed: its disk may be full"
            return n_cuts, len(writing.safe), ""
        finally:
            writing.end()


@pytest.mark.parametrize("what", ["registry", "file", "publication", "events", "everything"])
def test_what_was_said_to_be_safe_is_there_after_a_power_cut(tmp_path: Path, what: str) -> None:
    n_cuts, n_safe, wrong = cut_often(tmp_path, what, N_CUTS)
    print(f"\n{what}: {n_cuts} cuts, {n_safe} steps: {wrong or 'all is there'}")
    assert not wrong


@pytest.mark.parametrize(
    ("what", "lost"),
    [
        ("registry", 1),
        ("file", 1),
        ("file", 2),
        ("publication", 1),
        ("publication", 3),
        ("publication", 5),
        ("events", 1),
    ],
)
def test_a_lost_fsync_is_noticed(tmp_path: Path, what: str, lost: int) -> None:
    n_cuts, n_safe, wrong = cut_often(tmp_path, what, N_CUTS_TO_NOTICE, lost=lost)
    print(f"\n{what} without fsync {lost}: noticed at cut {n_cuts} after {n_safe} steps: {wrong}")
    assert wrong, "the loss was not noticed"
