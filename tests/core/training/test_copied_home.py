"""A home that was copied or moved means itself: nothing in it reads from or writes into where it came from."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from pathlib import Path

import pytest
from service_workshop import Shop

from app.services import Services, open_services
from core.domain.models import VersionStatus
from core.domain.runs import RunRecord, RunStatus
from core.home import Home
from core.runs.processes.launch import StartOutcome


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def finish(shop: Shop) -> RunRecord:
    record = shop.training.submit(shop.draft()).value
    shop.runs.carry_out(record.id, lambda _batch: None, lambda: False)
    return shop.runs.get_run(record.id)


def wait_for_checkpoint(record: RunRecord) -> None:
    deadline = time.monotonic() + 60
    while len(list(record.folder.glob("checkpoints/*.ckpt"))) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def interrupt(shop: Shop) -> RunRecord:
    """Killed with two checkpoints."""
    (model,) = shop.models.list_models()
    draft = shop.draft(model=model.id, new_model_name="", values={"n_steps": 30, "delay_s": 0.01})
    record = shop.training.submit(draft).value
    while shop.runs.start(record.id) is StartOutcome.DEVICE_BUSY:  # the finished one's process is on its way out
        time.sleep(0.05)
    wait_for_checkpoint(record)
    shop.runs.kill(record.id)
    return shop.runs.get_run(record.id)


def retry(services: Services, run: RunRecord) -> RunRecord:
    services.runs.retry(run.id)
    services.runs.carry_out(run.id, lambda _batch: None, lambda: False)
    return services.runs.get_run(run.id)


@pytest.mark.parametrize("is_moved", [False, True], ids=["copied", "moved"])
def test_a_retry_in_it_works_in_it_alone(shop: Shop, tmp_path: Path, is_moved: bool):
    finished, interrupted = finish(shop), interrupt(shop)
    assert (finished.status, interrupted.status) == (RunStatus.SUCCESS, RunStatus.ABORTED)
    shop.close()
    original, copy = shop.home.root, tmp_path / "elsewhere" / "home of another name"
    shutil.copytree(original, copy)
    before = hashes(original)
    if is_moved:
        shutil.rmtree(original)

    with open_services(Home(copy)) as services:
        folders = {run.folder for run in services.runs.list_runs()}
        assert folders == {copy / "runs" / finished.id, copy / "runs" / interrupted.id}
        again = retry(services, interrupted)
        assert (again.status, again.attempt) == (RunStatus.SUCCESS, 2), again.reason
        assert again.version is not None
        version = services.models.get_version(again.version)
        assert version.status is VersionStatus.AVAILABLE
        assert version.folder == copy / "models" / version.content_sha256
        assert version.folder.is_dir()
        assert services.models.verify() == ()
        assert services.runs.verify() == ()
        draft = services.training.draft_from_run(finished.id)
        assert draft.train_folders == ("train",)
        assert finished.version is not None
        recheck = services.rechecks.submit(finished.version)
        services.runs.carry_out(recheck.id, lambda _batch: None, lambda: False)
        assert services.runs.get_run(recheck.id).status is RunStatus.SUCCESS

    assert hashes(original) == ({} if is_moved else before)
    said = b"".join(path.read_bytes() for path in copy.rglob("request.json"))
    assert str(original).encode() not in said


def test_the_copy_of_a_run_at_work_is_no_run_at_work(shop: Shop, tmp_path: Path):
    record = shop.training.submit(shop.draft(values={"n_steps": 1000, "delay_s": 0.01})).value
    ended = threading.Thread(target=shop.runs.carry_out, args=(record.id, lambda _batch: None, lambda: False))
    ended.start()
    wait_for_checkpoint(record)
    copy = tmp_path / "copy"
    shutil.copytree(shop.home.root, copy)

    with open_services(Home(copy)) as services:
        assert services.runs.take_in() == ()
        assert services.runs.get_run(record.id).status is RunStatus.ABORTED

    assert shop.runs.get_run(record.id).status is RunStatus.IN_PROGRESS
    shop.runs.kill(record.id)
    ended.join()
