"""What `calque doctor` says of tasks and measures, those that do not load included."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.verbs.doctor import check_measures, check_tasks
from core.home import Home


def test_what_is_installed_is_listed(tmp_path: Path) -> None:
    assert check_tasks(Home(tmp_path)).text == "classification, detection, oriented, segmentation, tagging"
    assert check_measures(Home(tmp_path)).text.startswith("precision, recall, map50")


def test_what_does_not_load_is_named_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "torn-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: torn\nVersion: 1.0\n")
    lines = "[calque.tasks]\ntorn = not_there_at_all:TASK\n[calque.measures]\ntorn = not_there_at_all:MEASURES\n"
    (info / "entry_points.txt").write_text(lines)
    monkeypatch.syspath_prepend(tmp_path)
    for finding in (check_tasks(Home(tmp_path)), check_measures(Home(tmp_path))):
        assert finding.state == "warning"
        assert '"torn"' in finding.text
        assert "not_there_at_all" in finding.text
        assert finding.hint
