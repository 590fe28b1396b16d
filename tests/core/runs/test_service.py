from __future__ import annotations

import os
import shutil
import threading
import zipfile
from pathlib import Path

import pytest
from run_workshop import Collected, Workshop, child_of, wait_until

from core.domain.changes import Changes
from core.domain.models import VersionStatus
from core.domain.runs import RunFilter, RunStatus
from core.errors import NotFoundError, RefusedError, StorageError
from core.files.locks import try_lock
from core.registry.stores import models
from core.runs.folder.layout import RunLayout, device_lock_file
from core.runs.folder.titles import read_title
from core.runs.processes.launch import StartOutcome


def test_runs_are_found(workshop: Workshop) -> None:
    first, second = workshop.make(name="Pages, first"), workshop.make(name="Pages, second")
    assert [record.id for record in workshop.service.list_runs()] == [second.id, first.id]
    assert [record.id for record in workshop.service.list_runs(RunFilter(text="first"))] == [first.id]
    assert workshop.service.find_run(second.id[:30]) is not None
    assert workshop.service.find_run("nothing here") is None
    with pytest.raises(NotFoundError):
        workshop.service.get_run("f" * 32)  # type: ignore[arg-type]


def test_stopping_a_run_that_waits_ends_it(workshop: Workshop) -> None:
    record = workshop.make()
    stopped = workshop.service.request_stop(record.id)
    assert (stopped.status, stopped.reason) == (RunStatus.TERMINATED, "Stopped before it started.")
    assert workshop.service.read_state(record.id).status is RunStatus.TERMINATED
    with pytest.raises(RefusedError):
        workshop.service.start(record.id)
    with pytest.raises(RefusedError, match="has ended already"):
        workshop.service.request_stop(record.id)
    with pytest.raises(RefusedError, match="has ended already"):
        workshop.service.kill(record.id)


def test_a_stop_between_the_queue_and_the_start(workshop: Workshop) -> None:
    record = workshop.make()
    (record.folder / "stop").write_text("")
    assert workshop.service.start(record.id) is StartOutcome.STOPPED
    assert workshop.service.get_run(record.id).status is RunStatus.TERMINATED
    assert not (record.folder / "events.jsonl").exists()


def test_killing_a_run_that_waits(workshop: Workshop) -> None:
    assert workshop.service.kill(workshop.make().id).status is RunStatus.TERMINATED


def test_a_busy_device(workshop: Workshop) -> None:
    lock = try_lock(device_lock_file(workshop.home.devices, "cuda:1"))
    assert lock is not None
    record = workshop.make(device="cuda:1")
    assert workshop.service.start(record.id) is StartOutcome.DEVICE_BUSY
    assert workshop.service.waits_for(record) == "waiting for GPU 1"
    waiting = workshop.service.set_waiting(record.id, workshop.service.waits_for(record))
    assert (waiting.status, waiting.reason) == (RunStatus.PENDING, "waiting for GPU 1")
    os.close(lock)
    assert workshop.service.waits_for(record) == ""
    assert workshop.run(record).status is RunStatus.SUCCESS


def test_started_twice(workshop: Workshop) -> None:
    record = workshop.make("forever")
    assert workshop.service.start(record.id) is StartOutcome.STARTED
    assert workshop.service.start(record.id) is StartOutcome.ALREADY_RUNNING
    workshop.service.request_stop(record.id)
    assert workshop.supervise(record).status is RunStatus.TERMINATED


def test_a_whole_run_without_a_window(workshop: Workshop, collected: Collected) -> None:
    state = workshop.service.carry_out(workshop.make(epochs=2).id, collected.add, lambda: False)
    assert state is not None and state.status is RunStatus.SUCCESS


def test_leaving_before_the_device_is_free(workshop: Workshop, collected: Collected) -> None:
    lock = try_lock(device_lock_file(workshop.home.devices, "cpu"))
    assert lock is not None
    assert workshop.service.carry_out(workshop.make().id, collected.add, lambda: True) is None
    os.close(lock)


def test_a_run_stopped_from_elsewhere_while_it_waits(workshop: Workshop, collected: Collected) -> None:
    lock = try_lock(device_lock_file(workshop.home.devices, "cpu"))
    assert lock is not None
    record = workshop.make()
    stopped = threading.Timer(0.2, workshop.service.request_stop, (record.id,))
    stopped.start()
    assert workshop.service.carry_out(record.id, collected.add, lambda: False) is None
    stopped.join()
    os.close(lock)
    assert workshop.service.get_run(record.id).status is RunStatus.TERMINATED


def test_retry_resumes_and_says_so(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make(epochs=5, batches=3, kill_at_epoch=4)
    assert workshop.run(record).status is RunStatus.ABORTED
    assert workshop.version_of(record).status is VersionStatus.ERROR
    again = workshop.service.retry(record.id)
    assert (again.status, again.attempt, again.reason) == (RunStatus.RERUN, 2, "Attempt 2 resumes from epoch 3.")
    assert workshop.version_of(record).status is VersionStatus.CREATED
    state = workshop.run(record, collected)
    assert (state.status, state.attempt) == (RunStatus.SUCCESS, 2)
    assert "Attempt 2 resumes from epoch 3." in collected.text()
    assert [step for step, _ in collected.curve("loss")] == list(range(1, 16)), "one layer, without a gap"
    assert workshop.version_of(record).status is VersionStatus.AVAILABLE
    assert (record.folder / "log.attempt-1.txt").exists()


def test_retry_passes_over_a_damaged_checkpoint(workshop: Workshop) -> None:
    record = workshop.make(epochs=5, kill_at_epoch=4)
    workshop.run(record)
    (record.folder / "checkpoints" / "epoch-3.txt").write_text("damaged")
    again = workshop.service.retry(record.id)
    assert again.reason == "Attempt 2 resumes from epoch 2 (the checkpoint of epoch 3 is damaged)."
    assert sorted(path.name for path in (record.folder / "checkpoints").iterdir()) == [
        "epoch-1.txt.unused",
        "epoch-2.txt",
        "epoch-3.txt.unused",
    ]
    state = workshop.run(record)
    assert (state.status, state.last_epoch) == (RunStatus.SUCCESS, 5)


def test_retry_from_the_beginning(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make(epochs=2, batches=2, kill_at_epoch=1)
    workshop.run(record)
    assert workshop.service.retry(record.id).reason == (
        "Attempt 2 starts again from the beginning: there is no checkpoint."
    )
    assert workshop.run(record, collected).status is RunStatus.SUCCESS
    assert [step for step, _ in collected.curve("loss")] == [1, 2, 3, 4]


def test_what_cannot_be_retried(workshop: Workshop) -> None:
    record = workshop.make(epochs=1)
    with pytest.raises(RefusedError, match="is Pending"):
        workshop.service.retry(record.id)
    workshop.run(record)
    with pytest.raises(RefusedError, match="already trained") as caught:
        workshop.service.retry(record.id)
    assert caught.value.code == "E-501"


def test_a_stopped_run_that_was_published_is_not_trained_again(workshop: Workshop) -> None:
    record = workshop.make(epochs=500, delay_s=0.01)
    workshop.service.start(record.id)
    wait_until(lambda: (record.folder / "checkpoints" / "epoch-1.txt").exists())
    workshop.service.request_stop(record.id)
    assert workshop.supervise(record).status is RunStatus.TERMINATED
    with pytest.raises(RefusedError, match="already trained") as caught:
        workshop.service.retry(record.id)
    assert caught.value.code == "E-501"


def test_removing(workshop: Workshop) -> None:
    record = workshop.make("forever")
    workshop.service.start(record.id)
    child_of(record)
    with pytest.raises(RefusedError, match="Stop the training before removing it") as caught:
        workshop.service.remove(record.id, with_files=True)
    assert caught.value.code == "E-550"
    workshop.service.kill(record.id)
    workshop.service.remove(record.id, with_files=False)
    assert workshop.service.list_runs() == ()
    assert (record.folder / "request.json").exists()
    assert [problem.kind for problem in workshop.service.verify()] == ["run-unlisted"]


def test_removing_with_files_keeps_the_version(workshop: Workshop) -> None:
    record = workshop.make(epochs=1)
    workshop.run(record)
    locked = record.folder / "work" / "tree"
    locked.mkdir()
    (locked / "image.png").write_bytes(b"x")
    (locked / "image.png").chmod(0o400)
    locked.chmod(0o500)
    workshop.service.remove(record.id, with_files=True)
    assert not record.folder.exists()
    assert list(workshop.home.runs.iterdir()) == []
    with workshop.registry.read() as session:
        assert models.get_version(session, record.version).status is VersionStatus.AVAILABLE  # type: ignore[arg-type]


def test_a_folder_elsewhere_is_never_removed(workshop: Workshop, tmp_path: Path) -> None:
    record = workshop.make(epochs=1)
    workshop.run(record)
    precious = tmp_path / "precious"
    record.folder.rename(precious)
    record.folder.symlink_to(precious)
    with pytest.raises(RefusedError, match="is not a run's folder"):
        workshop.service.remove(record.id, with_files=True)
    assert (precious / "events.jsonl").exists()


def test_exporting_artifacts(workshop: Workshop, tmp_path: Path) -> None:
    record = workshop.make(epochs=1)
    with pytest.raises(RefusedError, match="no artifacts"):
        workshop.service.export_artifacts(record.id, tmp_path / "out.zip")
    workshop.run(record)
    (record.folder / "artifacts" / "train" / "link").symlink_to("/etc/passwd")
    target = workshop.service.export_artifacts(record.id, tmp_path / "out")
    assert target == tmp_path / "out.zip"
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["train/results.csv"]
    with pytest.raises(StorageError):
        workshop.service.export_artifacts(record.id, tmp_path / "missing" / "out.zip")


def test_verifying(workshop: Workshop) -> None:
    damaged, gone = workshop.make(epochs=2), workshop.make(epochs=1)
    workshop.run(damaged)
    assert workshop.service.verify() == ()
    with (damaged.folder / "events.jsonl").open("ab") as file:
        file.write(b"rubbish\n")
    (damaged.folder / "checkpoints" / "epoch-2.txt").write_text("rubbish")
    (gone.folder / "request.json").unlink()
    kinds = [problem.kind for problem in workshop.service.verify()]
    assert kinds == ["run-unreadable", "run-events-damaged", "run-checkpoint-damaged"]


def test_a_process_that_cannot_be_started(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    record = workshop.make()
    monkeypatch.setattr("core.runs.processes.launch.sys.executable", "/bin/false")
    assert workshop.service.start(record.id) is StartOutcome.STARTED
    state = workshop.supervise(record)
    assert state.status is RunStatus.FAILED
    assert "could not start" in state.reason
    assert "could not start" in RunLayout(record.folder).log_file.read_text()
    monkeypatch.setattr("core.runs.processes.launch.sys.executable", "/nowhere/python")
    again = workshop.make()
    workshop.service.start(again.id)
    assert workshop.supervise(again).status is RunStatus.FAILED


def test_a_request_is_kept_as_it_was(workshop: Workshop) -> None:
    record = workshop.make(epochs=2)
    before = (record.folder / "request.json").read_bytes()
    workshop.run(record)
    assert (record.folder / "request.json").read_bytes() == before


def test_a_run_is_renamed_and_described(workshop: Workshop) -> None:
    record = workshop.make()
    renamed = workshop.service.rename(record.id, " Parish, by night ")
    assert (renamed.value.name, renamed.changes) == ("Parish, by night", Changes.of(runs=[record.id]))
    described = workshop.service.describe(record.id, "With\ntwo lines").value
    assert (described.name, described.description) == ("Parish, by night", "With\ntwo lines")
    assert read_title(RunLayout(record.folder)) == ("Parish, by night", "With\ntwo lines")
    assert workshop.run(record).status is RunStatus.SUCCESS
    assert workshop.service.get_run(record.id).name == "Parish, by night"
    for name, code in (("", "E-110"), ("x" * 101, "E-111")):
        with pytest.raises(RefusedError) as caught:
            workshop.service.rename(record.id, name)
        assert caught.value.code == code
    workshop.wait_for_processes(record)
    shutil.rmtree(record.folder)
    assert workshop.service.rename(record.id, "Without its folder").value.name == "Without its folder"
