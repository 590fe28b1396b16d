"""How long a training will take: from one batch that is timed in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from core.domain.durations import about
from core.errors import RefusedError, RunError
from core.files.locks import try_lock
from core.runs.folder.layout import device_lock_file
from core.runs.processes.launch import Finding
from core.training.timing import BatchQuestion, BatchTime, BatchTimer, estimated_s
from core.workers.catalog import WorkerCatalog
from core.workers.configuration import resolve
from tests.core.training.service_workshop import Shop

QUESTION = BatchQuestion(
    worker="fake",
    task="detection",
    configuration={"n_steps": 2, "points_per_step": 8, "delay_s": 0.05},
    device="cpu",
    n_categories=2,
    n_objects=3,
    side=64,
    batch=2,
)


def row(shop: Shop, title: str = "Takes", **changes: object) -> str | None:
    values = {name: value for name, value, _ in shop.training.review(shop.draft(**changes)).values}
    return values.get(title)


def test_a_batch_is_timed_by_a_worker_that_really_trains(tmp_path: Path) -> None:
    timer = BatchTimer(WorkerCatalog(), tmp_path / "timing")
    assert timer.find(QUESTION) is None

    found = timer.measure(QUESTION)

    assert found.n_images == 4  # what the worker says is in force
    assert found.seconds >= 0.05
    assert 20e6 < found.base_bytes <= found.peak_bytes < 8e9
    assert found.gpu_bytes == 0
    assert not found.is_short
    assert timer.find(QUESTION) == found
    assert [path.suffix for path in (tmp_path / "timing").iterdir()] == [".json"]  # nothing else is left
    assert timer.find(replace(QUESTION, device="cuda:0")) is None


def test_a_worker_that_fails_is_told(tmp_path: Path) -> None:
    timer = BatchTimer(WorkerCatalog(), tmp_path)
    with pytest.raises(RunError, match=r"could not be found out: .*failed at step 1"):
        timer.measure(replace(QUESTION, configuration={"fail_at": 1}))
    assert list(tmp_path.iterdir()) == []


def test_who_gives_up_ends_the_process(tmp_path: Path) -> None:
    asked = 0

    def check() -> None:
        nonlocal asked
        asked += 1
        if asked > 3:
            raise KeyboardInterrupt

    timer = BatchTimer(WorkerCatalog(), tmp_path)
    with pytest.raises(KeyboardInterrupt):
        timer.measure(replace(QUESTION, configuration={"hang_at": 1}), check)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_window_left_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    kept = tmp_path / f"asked-{os.getppid()}-abcdefgh"
    for folder in (tmp_path / f"asked-{gone.pid}-abcdefgh", kept):
        folder.mkdir()
        (folder / "0.jpg").write_text("drawn")
    said = Finding(0, 'calque-batch-time {"seconds": 1, "n_images": 4}', "")
    BatchTimer(WorkerCatalog(), tmp_path, ask=lambda *_: said).measure(QUESTION)
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [kept]


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (Finding(1, "", "Traceback\n  here\nValueError: too small.\n"), "ValueError: too small"),
        (Finding(-11, "", ""), "exit code -11"),
    ],
)
def test_no_answer_is_told_in_words(tmp_path: Path, finding: Finding, said: str) -> None:
    timer = BatchTimer(WorkerCatalog(), tmp_path, ask=lambda *_: finding)
    with pytest.raises(RunError, match=said):
        timer.measure(QUESTION)


def test_too_little_memory_is_an_answer_too_and_is_not_kept_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Finding(0, 'calque-batch-time {"seconds": 0, "n_images": 2, "peak_bytes": 9, "is_short": true}', "")
    timer = BatchTimer(WorkerCatalog(), tmp_path, ask=lambda *_: said)
    found = timer.measure(QUESTION)
    assert (found.is_short, found.n_images) == (True, 2)
    assert timer.find(QUESTION) == found
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr("core.training.timing.SHORT_FOR_S", 0.0)
    assert timer.find(QUESTION) is None, "another hour there may be more"


def test_a_process_that_the_system_ended_was_short_of_memory(tmp_path: Path) -> None:
    killed = Finding(None, "", "")
    assert BatchTimer(WorkerCatalog(), tmp_path, ask=lambda *_: killed).measure(QUESTION).is_short


LITTLE_MEMORY = """
import sys
from functools import partial
from pathlib import Path
from core.training.child import timing
timing.MemoryGuard = partial(timing.MemoryGuard, free=lambda: 1000)
timing.print_batch_time(Path(sys.argv[1]))
"""


def ask_with_little_memory(question: Path, environment: object, *_: object) -> Finding:
    done = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, str(question)], capture_output=True, text=True, timeout=60, check=False
    )
    return Finding(done.returncode, done.stdout, done.stderr)


def test_a_batch_that_would_take_all_memory_is_given_up_in_time(tmp_path: Path) -> None:
    """A training that hangs shows that the process ends itself."""
    timer = BatchTimer(WorkerCatalog(), tmp_path, ask=ask_with_little_memory)
    found = timer.measure(replace(QUESTION, configuration={"hang_at": 1}))
    assert found.is_short
    assert found.peak_bytes > 0


def test_a_damaged_note_is_as_good_as_none(tmp_path: Path) -> None:
    said = Finding(0, 'calque-batch-time {"seconds": 1, "n_images": 4}', "")
    timer = BatchTimer(WorkerCatalog(), tmp_path, ask=lambda *_: said)
    timer.measure(QUESTION)
    (note,) = tmp_path.iterdir()
    for format in (1, 3):  # which knew nothing of memory, and one of a newer Calque
        note.write_text(json.dumps({"format": format, "seconds": 1, "n_images": 4}))
        assert timer.find(QUESTION) is None
    assert timer.find(QUESTION) is None
    note.write_text("{")
    assert timer.find(QUESTION) is None


def test_a_batch_that_takes_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.training.timing.TIMEOUT_S", 0.0)
    timer = BatchTimer(WorkerCatalog(), tmp_path, ask=lambda *_: Finding(None, "", ""))
    with pytest.raises(RunError, match="the first batches take more than 0 seconds"):
        timer.measure(QUESTION)


def test_the_whole_run_is_estimated_from_its_batches() -> None:
    time = BatchTime(seconds=0.5, n_images=4)
    assert estimated_s(time, n_train=48, epochs=60) == pytest.approx(8 + 1.15 * 60 * 12 * 0.5)
    assert estimated_s(time, n_train=49, epochs=1) == pytest.approx(8 + 1.15 * 13 * 0.5)
    assert estimated_s(time, n_train=48, epochs=10_000, most_s=60) == pytest.approx(8 + 1.15 * 60)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (3, "about 10 seconds"),
        (44, "about 40 seconds"),
        (89, "about 90 seconds"),
        (90, "about 2 minutes"),
        (700, "about 12 minutes"),
        (9000, "about 2.5 hours"),
    ],
)
def test_it_is_said_no_more_exactly_than_it_is(seconds: float, text: str) -> None:
    assert about(seconds) == text


def test_the_review_tells_once_a_batch_was_timed(shop: Shop) -> None:
    assert row(shop) is None
    assert shop.training.review(shop.draft()).estimated_s is None

    assert shop.training.time_batch(shop.draft())

    assert row(shop) == "about 10 seconds"
    assert row(shop, values={"n_steps": 99}) is not None  # how many epochs they are needs no new timing
    assert shop.training.time_batch(shop.draft())


def test_a_training_that_does_not_fit_is_refused_with_a_batch_that_does(shop: Shop) -> None:
    assert shop.training.time_batch(shop.draft())
    assert "of memory of" in (row(shop, title="Memory") or "")
    shop.training._free_memory = lambda: 1000
    (issue,) = [issue for issue in shop.training.review(shop.draft()).issues if issue.code == "E-163"]
    assert issue.is_error and "1.0 kB are free" in issue.text
    with pytest.raises(RefusedError, match="needs about"):
        shop.training.submit(shop.draft())


def test_nothing_is_timed_beside_a_run_or_for_a_draft_that_cannot_start(shop: Shop) -> None:
    assert not shop.training.time_batch(shop.draft(train_folders=()))
    shop.home.devices.mkdir(parents=True, exist_ok=True)
    held = try_lock(device_lock_file(shop.home.devices, "cpu"))
    assert held is not None
    assert not shop.training.time_batch(shop.draft())
    os.close(held)
    assert row(shop) is None


@pytest.mark.training
def test_the_engine_is_timed_with_its_own_settings(tmp_path: Path) -> None:
    catalog = WorkerCatalog()
    values = resolve(catalog.get("yolo-detect").configuration, {"imgsz": 64, "batch": 2, "epochs": 2})
    found = BatchTimer(catalog, tmp_path).measure(replace(QUESTION, worker="yolo-detect", configuration=values))
    assert found.n_images == 2
    assert 0 < found.seconds < 60


@pytest.mark.training
def test_the_batch_is_the_one_that_the_method_chose(tmp_path: Path) -> None:
    """Two images of 64 px: a batch is counted in pixels here, whatever was guessed."""
    catalog = WorkerCatalog()
    values = {"img_size": 64, "batch_size": None, "no_of_params": 8192, "epochs": 2}
    asked = resolve(catalog.get("doc-ufcn").configuration, values)
    found = BatchTimer(catalog, tmp_path).measure(
        replace(QUESTION, worker="doc-ufcn", task="segmentation", configuration=asked, batch=4)
    )
    assert found.n_images == 2
