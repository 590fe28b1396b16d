"""What killed processes leave in a home is cleared away, and nothing that somebody works on."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from service_workshop import Shop

from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.files.locks import is_locked
from core.rebuilding.service import reindex
from core.registry.restoring import restore_backup
from core.runs.folder.layout import RunLayout
from core.runs.kinds import RunKindCatalog
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


def test_half_a_file_of_predictions_goes_with_the_process_that_wrote_it(shop: Shop):
    record = begin(shop)
    names = ("looks/.epoch-0002.pack.41.partial", "looks/ab.part", "work/.predictions.pack.41.partial")
    halves = [record.folder / name for name in (*names, "artifacts/eval_val/.predictions-val.pack.41.partial")]
    whole = record.folder / "looks" / "epoch-9999.pack"
    for path in (*halves, whole):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    shop.runs.sweep()
    assert all(path.exists() for path in halves), "it is at work"
    shop.runs.kill(record.id)
    deadline = time.monotonic() + 10
    while any(path.exists() for path in halves):
        assert time.monotonic() < deadline
        shop.runs.sweep()
    assert whole.exists()


def test_removals_that_were_cut_off_are_finished(shop: Shop):
    half = shop.home.runs / ".removed-0199"
    (half / "work").mkdir(parents=True)
    (half / "work" / "0.jpg").write_text("half")
    shop.runs.sweep()
    assert not half.exists()


def store_untold(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> RunRecord:
    """A run that stored its version and was killed before it could say so."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(FATAL), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("CALQUE_TEST_KILL", "stored:1")
    record = shop.training.submit(shop.draft(values={"n_steps": 1})).value
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    monkeypatch.setenv("CALQUE_TEST_KILL", "")
    record = shop.runs.get_run(record.id)
    assert record.status is RunStatus.ABORTED
    assert unlisted(shop) == 1
    return record


def unlisted(shop: Shop) -> int:
    """Folders of the store that are of no version; nothing else may be wrong with it."""
    problems = shop.models.verify()
    assert {problem.kind for problem in problems} <= {"version-unlisted"}
    return len(problems)


def await_end(record: RunRecord) -> None:
    """Of its warden too."""
    deadline = time.monotonic() + 30
    while is_locked(RunLayout(record.folder).lock_file):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_a_killed_run_stored_and_could_not_tell_is_stored_again_by_its_retry(shop: Shop, monkeypatch):
    record = store_untold(shop, monkeypatch)
    deadline = time.monotonic() + 10
    while shop.models.verify():
        assert time.monotonic() < deadline
        shop.models.sweep()

    shop.runs.retry(record.id)
    shop.models.sweep()
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    assert record.version is not None
    assert shop.models.get_version(record.version).status is VersionStatus.AVAILABLE
    shop.models.sweep()
    assert shop.models.verify() == ()


def test_what_a_run_stored_whose_folder_is_lost_stays(shop: Shop, monkeypatch):
    """No retry could store it again."""
    record = store_untold(shop, monkeypatch)
    await_end(record)
    shutil.rmtree(record.folder)
    shop.models.sweep()
    assert unlisted(shop) == 1


def test_what_a_retry_stored_stays_where_a_copy_of_the_registry_knows_nothing_of_it(shop: Shop, monkeypatch):
    """The copy was made between the attempts."""
    record = store_untold(shop, monkeypatch)
    await_end(record)
    shop.models.sweep()
    copy = shop.registry.back_up()
    shop.runs.retry(record.id)
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    assert shop.runs.get_run(record.id).status is RunStatus.SUCCESS
    await_end(record)

    shop.registry.close()
    restore_backup(shop.home.registry_file, copy)
    shop.registry.open()
    assert shop.runs.get_run(record.id).status is RunStatus.ABORTED
    shop.models.sweep()
    assert unlisted(shop) == 1

    rebuilt = reindex(shop.home, shop.registry, RunKindCatalog())
    assert (rebuilt.n_runs, rebuilt.n_versions, rebuilt.problems) == (1, 1, ())
    assert shop.runs.get_run(record.id).status is RunStatus.SUCCESS
    assert [version.id for version in shop.models.list_versions()] == [record.version]
    assert unlisted(shop) == 0
    assert reindex(shop.home, shop.registry, RunKindCatalog()).n_runs == 0


def test_what_a_run_stored_stays_where_the_line_that_says_so_is_damaged(shop: Shop):
    """It has succeeded all the same, so that nobody can retry it."""
    record = shop.training.submit(shop.draft(values={"n_steps": 1})).value
    shop.runs.start(record.id)
    await_end(record)
    events = RunLayout(record.folder).events_file
    events.write_text(events.read_text().replace('"published"', '"published'))
    shop.runs.take_in()
    assert shop.runs.get_run(record.id).status is RunStatus.SUCCESS
    shop.models.sweep()
    assert unlisted(shop) == 1


def test_a_run_whose_folder_cannot_be_written_holds_no_sweep_up(shop: Shop, monkeypatch):
    record = begin(shop)
    shop.runs.kill(record.id)
    await_end(record)
    lock = RunLayout(record.folder).lock_file
    lock.unlink()
    lock.mkdir()  # as what cannot be opened for writing: a folder that another user made
    shop.runs.sweep()
    assert copies(record)
