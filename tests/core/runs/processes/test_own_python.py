"""A worker whose engine cannot be installed beside the others brings a Python of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from run_workshop import Workshop

from core.domain.runs import RunStatus
from core.errors import WorkerError

LIGHT_HALF = """
from dataclasses import replace
from core.workers.builtin.fake.description import DESCRIPTION as FAKE
DESCRIPTION = replace(FAKE, slug="loner", title="Loner", python={python!r})
"""


@pytest.fixture
def loner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Installs the worker "loner"; the path of its Python, which says who it is and then is ours."""
    site, python = tmp_path / "site", tmp_path / "environment" / "python"
    (site / "loner-1.0.dist-info").mkdir(parents=True)
    (site / "loner-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: loner\nVersion: 1.0\n")
    (site / "loner-1.0.dist-info" / "entry_points.txt").write_text(
        "[calque.workers]\nloner = loner_light_half:DESCRIPTION\n"
    )
    (site / "loner_light_half.py").write_text(LIGHT_HALF.format(python=str(python)))
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nSTARTED_BY=loner exec "{sys.executable}" "$@"\n')
    python.chmod(0o700)
    monkeypatch.delitem(sys.modules, "loner_light_half", raising=False)  # of another test in this process
    monkeypatch.syspath_prepend(site)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    return python


def test_its_child_runs_in_its_own_python_and_nobody_elses_does(workshop: Workshop, loner: Path) -> None:
    # On two devices: the warden of the first may still hold its own when the second starts.
    for worker, started_by, device in (("loner", "loner", "cpu"), ("fake", "", "cuda:0")):
        state = workshop.run(workshop.make("tells_its_python", worker=worker, device=device))
        assert state.status is RunStatus.SUCCESS, state.reason
        assert state.effective == {"started_by": started_by, "worker": worker}


def test_without_its_python_it_is_refused_in_words(workshop: Workshop, loner: Path) -> None:
    loner.unlink()
    record = workshop.make("tells_its_python", worker="loner")
    with pytest.raises(WorkerError, match='The Python of the method "Loner" is missing'):
        workshop.service.start(record.id)
    assert workshop.service.get_run(record.id).status is RunStatus.PENDING
