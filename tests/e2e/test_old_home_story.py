"""The program of today on a home of an older one: the window takes up where it was left, the command line reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from window_desk import Desk

from core.domain.ids import RunId, VersionId
from core.domain.models import VersionStatus
from core.domain.runs import RunStatus
from tests.e2e.conftest import Calque
from tests.fixtures.old_home import OldHome, lay_out


@pytest.fixture
def old(tmp_path: Path, home: Path) -> OldHome:
    """Lies where `desk` and `calque` look for their home."""
    old = lay_out(tmp_path)
    assert old.home == home
    return old


def test_the_window_ends_what_was_cut_off_and_starts_what_waited(old: OldHome, desk: Desk) -> None:
    window = desk.open()
    cut_off, pending = RunId(old.runs["cut_off"]), RunId(old.runs["pending"])
    window.until(lambda: window.run_record(cut_off).status is RunStatus.ABORTED)
    window.until(lambda: window.run_record(pending).status is RunStatus.SUCCESS)

    for name in ("success", "retried", "pending"):
        run = RunId(old.runs[name])
        window.open_run(run)
        window.wait_for_whole_history(desk)
        assert window.wait_for_end().status is RunStatus.SUCCESS

    version = VersionId(old.versions["outlines"])
    window.features.routes.open_version(version)
    window.until(lambda: window.page == "version" and window.features.version_page.version_id == version)
    details = window.features.version_page.details
    assert details is not None
    assert details.version.status is VersionStatus.AVAILABLE
    assert [table.groups for table in details.tables] == [("masks", "boxes")] * 3


def test_the_command_line_reads_it(old: OldHome, calque: Calque) -> None:
    assert calque("verify").data == {"ok": True, "problems": []}
    (project,) = calque("projects").data["projects"]
    assert (project["name"], project["n_images"]) == ("Old drawings", 14)
    statuses = {run["run"]: run["status"] for run in calque("runs").data["runs"]}
    assert {name: statuses[id] for name, id in old.runs.items()}["pending"] == "Pending"
    shown = calque("models", old.versions["outlines"]).data
    assert set(shown["metrics"]) == {"train", "val", "test"}
    assert shown["metrics"]["test"]["mask_map50"] is not None
    target = old.home.parent / "again"
    assert calque("export", old.versions["success"], target).code == 0
    stated = old.home.parent / "exported" / "success" / "model.json"
    assert (target / "model.json").read_bytes() == stated.read_bytes()
