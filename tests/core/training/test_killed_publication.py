"""A child that is killed at any moment of its publication: the run, its version and the store agree."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import pytest
from service_workshop import Shop

from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.runs.folder.exit_record import read_exit
from core.runs.folder.layout import RunLayout

FATAL = Path(__file__).parent / "fatal"


def train(shop: Shop, monkeypatch: pytest.MonkeyPatch, kill: str) -> RunRecord:
    """A short training whose child kills itself at the moment named."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FATAL), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("CALQUE_TEST_KILL", kill)
    model = next(iter(shop.models.list_models()), None)
    draft = shop.draft(values={"n_steps": 1}, **({"model": model.id, "new_model_name": ""} if model else {}))
    record = shop.training.submit(draft).value
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    return shop.runs.get_run(record.id)


def is_published(shop: Shop, run: RunRecord) -> bool:
    """Run and version agree, and the store holds what the registry says."""
    assert run.version is not None
    version = shop.models.get_version(run.version)
    known = {RunStatus.SUCCESS: VersionStatus.AVAILABLE, RunStatus.ABORTED: VersionStatus.ERROR}
    assert version.status is known[run.status], (run.status, run.reason)
    assert shop.models.verify() == ()
    assert shop.runs.verify() == ()
    return version.status is VersionStatus.AVAILABLE


def test_killed_at_the_nth_event_of_a_publication(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    verdicts = []
    for n in itertools.count(1):
        run = train(shop, monkeypatch, f"events:{n}")
        verdicts.append(is_published(shop, run))
        if was_spared(run):
            break
    assert verdicts == sorted(verdicts), "what was published once is so at every later moment"
    assert not verdicts[0]
    assert n > 4


def was_spared(run: RunRecord) -> bool:
    """Its publication was over before the moment came."""
    deadline = time.monotonic() + 30
    while (record := read_exit(RunLayout(run.folder), 1)) is None:  # the run is over before its process has left
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return record.returncode == 0


@pytest.mark.long
def test_killed_at_the_nth_file_of_a_publication(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    for n in itertools.count(1):
        run = train(shop, monkeypatch, f"files:{n}")
        is_over = was_spared(run)
        shop.models.sweep()
        is_published(shop, run)
        if is_over:
            break
    assert n > 10
