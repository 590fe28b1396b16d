"""What killed processes leave in a home is cleared away, and nothing that somebody works on."""

from __future__ import annotations

import os
import time
from pathlib import Path

from service_workshop import Shop

from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.runs.processes.launch import StartOutcome

FATAL = Path(__file__).parent / "fatal"


def copies(run: RunRecord) -> list[Path]:
    return [path for path in (run.folder / "work").rglob("*.jpg") if path.is_file()]


def begin(shop: Shop) -> RunRecord:
    """A training at work, with its images copied."""
    record = shop.training.submit(shop.draft(values={"n_steps": 1000, "delay_s": 0.01})).value
    while shop.runs.start(record.id) is StartOutcome.DEVICE_BUSY:
        time.sleep(0.05)
    deadline = time.monotonic() + 60
    while not any(record.folder.glob("checkpoints/*.ckpt")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # As the engine lays it out: second names of the same images.
    dataset = record.folder / "work" / "train-1" / "dataset" / "images"
    dataset.mkdir(parents=True)
    (dataset / "0.jpg").hardlink_to(copies(record)[0])
    return record


def test_a_run_leaves_no_copy_of_its_images(shop: Shop):
    record = begin(shop)
    assert copies(record)

    shop.runs.sweep()
    assert copies(record), "it is at work"
    shop.runs.request_stop(record.id)
    shop.runs.carry_on(record.id, lambda _batch: None, lambda: False)

    assert copies(record) == []


def test_the_copies_of_a_killed_run_go_at_the_next_sweep(shop: Shop):
    record = begin(shop)
    shop.runs.kill(record.id)
    assert copies(record)
    deadline = time.monotonic() + 10
    while copies(record):  # its warden is on its way out
        assert time.monotonic() < deadline
        shop.runs.sweep()

    assert any(record.folder.glob("checkpoints/*.ckpt"))
    assert shop.runs.retry(record.id).status is RunStatus.RERUN


def test_removals_that_were_cut_off_are_finished(shop: Shop):
    half = shop.home.runs / ".removed-0199"
    (half / "work").mkdir(parents=True)
    (half / "work" / "0.jpg").write_text("half")
    shop.runs.sweep()
    assert not half.exists()


def test_what_a_killed_run_stored_and_could_not_tell_is_stored_again_by_its_retry(shop: Shop, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FATAL), os.environ.get("PYTHONPATH", "")]))
    record = shop.training.submit(shop.draft(values={"n_steps": 1})).value
    monkeypatch.setenv("CALQUE_TEST_KILL", "stored:1")
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    record = shop.runs.get_run(record.id)
    assert record.status is RunStatus.ABORTED
    assert [problem.kind for problem in shop.models.verify()] == ["version-unlisted"]
    deadline = time.monotonic() + 10
    while shop.models.verify():
        assert time.monotonic() < deadline
        shop.models.sweep()

    monkeypatch.setenv("CALQUE_TEST_KILL", "")
    shop.runs.retry(record.id)
    shop.models.sweep()
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    assert record.version is not None
    assert shop.models.get_version(record.version).status is VersionStatus.AVAILABLE
    shop.models.sweep()
    assert shop.models.verify() == ()
