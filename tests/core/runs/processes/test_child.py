"""What a child says, in real processes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from run_workshop import Collected, Workshop, wait_until

from core.domain.runs import RunStatus, StageState
from core.errors import FormatError, RefusedError, StorageError, WeightsError, WorkerError
from core.runs.folder.layout import RunLayout
from core.runs.processes.failures import describe
from core.runs.processes.pulse import MAX_LOG_BYTES


@pytest.mark.parametrize(
    ("how", "cause", "words"),
    [
        ("worker", "worker", "The worker broke. Mend it."),
        ("gpu-memory", "gpu-memory", "Out of GPU memory (batch 16, image size 640); try batch 8."),
        ("sys.exit", "worker", "The method ended its process (exit code 7)."),
        ("other", "worker", "The method stopped with an error: ValueError: first line."),
    ],
)
def test_failures_are_sentences(workshop: Workshop, how: str, cause: str, words: str) -> None:
    state = workshop.run(workshop.make("fails", worker="yolo-detect", how=how))
    assert (state.status, state.cause) == (RunStatus.FAILED, cause)
    assert state.reason.startswith(words)
    assert "Traceback" in state.details
    assert StageState.FAILED in {stage.state for stage in state.stages}


def test_an_exit_without_a_word(workshop: Workshop) -> None:
    state = workshop.run(workshop.make("fails", how="os._exit"))
    assert state.status is RunStatus.ABORTED
    assert "ended with exit code 3 and without a result" in state.reason


def test_a_pipeline_that_is_not_there(workshop: Workshop) -> None:
    state = workshop.run(workshop.make("nowhere"))
    assert (state.status, state.cause) == (RunStatus.FAILED, "worker")
    assert "There is no pipeline" in state.reason


def test_the_output_of_libraries_is_in_the_log(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make("prints")
    assert workshop.run(record, collected).status is RunStatus.SUCCESS
    lines = [line.text for line in collected.log]
    for text in (
        "plain line",
        "train: coloured",
        "100%|####|",
        "from native code",
        "from a grandchild",
        "the end has no newline",
    ):
        assert text in lines
    assert not any("10%" in line or "\x1b" in line for line in lines)
    assert b"\r10%" in RunLayout(record.folder).log_file.read_bytes(), "the raw log has it raw"


def test_a_flood_of_lines_is_bounded(workshop: Workshop, collected: Collected) -> None:
    record = workshop.make("prints", n=200_000)
    assert workshop.run(record, collected).status is RunStatus.SUCCESS
    assert len(collected.log) < 20_000
    assert "left out here" in collected.text()
    assert collected.text().endswith("line 199999\nthe end has no newline")


def test_a_workers_own_lines_are_bounded(workshop: Workshop, collected: Collected) -> None:
    """30 MB told line by line: the events keep 20 of them, the raw log the rest."""
    record = workshop.make("tells", n=30_000)
    assert workshop.run(record, collected).status is RunStatus.SUCCESS
    layout = RunLayout(record.folder)
    assert layout.events_file.stat().st_size < 2.5 * MAX_LOG_BYTES
    assert any("further lines are in log.txt only" in line.text for line in collected.log)
    assert b"line 29999" in layout.log_file.read_bytes()[-2000:]


def test_reports_that_cannot_be_passed_on_do_not_end_the_run(workshop: Workshop, collected: Collected) -> None:
    state = workshop.run(workshop.make("careless"), collected)
    assert (state.status, state.reason) == (RunStatus.SUCCESS, "went on")
    faults = [line.text for line in collected.log if "could not be passed on" in line.text]
    assert len(faults) == 2, "one for each kind, not for each time"
    assert state.warnings == ("4 reports of this run got lost; its curves and log have gaps.",)
    assert [value for _step, value in collected.curve("lr")] == [float("inf")]


def test_the_environment_is_private(workshop: Workshop) -> None:
    record = workshop.make("looks_around", worker="yolo-detect")
    state = workshop.run(record)
    assert state.status is RunStatus.SUCCESS, state.reason
    assert state.effective == {
        "cwd": str(record.folder),
        "umask": "0o77",
        "core": 0,
        "leads": True,
        "same_session": False,
        "stdin": "",
        "safe_load": "1",
        "path_has_folder": False,
    }


def test_the_stop_is_seen_within_a_moment(workshop: Workshop) -> None:
    record = workshop.make("forever")
    workshop.service.start(record.id)
    wait_until(lambda: (record.folder / "events.jsonl").exists())
    assert workshop.service.request_stop(record.id).status is RunStatus.STOPPING
    assert workshop.supervise(record).reason == "stopped by you"


def test_a_full_disk_behind_other_errors(tmp_path: Path) -> None:
    try:
        try:
            raise OSError(28, "No space left on device")
        except OSError as error:
            raise RuntimeError("the archive writer failed") from error
    except RuntimeError as error:
        failed = describe(error, folder=tmp_path, effective={})
    assert (failed.cause, failed.is_system) == ("disk-full", True)
    assert failed.text.startswith("Disk full: ") and " free where the run" in failed.text


@pytest.mark.parametrize(
    ("error", "cause", "text"),
    [
        (WorkerError("Full.", code="gpu-memory"), "gpu-memory", "Full."),
        (WeightsError("yolo11n.pt is missing."), "weights-missing", "yolo11n.pt is missing."),
        (FormatError("Damaged."), "data", "Damaged."),
        (RefusedError("2 files changed.", code="E-223"), "data", "2 files changed."),
        (StorageError("Read-only."), "worker", "Read-only."),
        (RuntimeError("[enforce fail] . DefaultCPUAllocator: can't allocate memory"), "memory", "Out of memory."),
        (RuntimeError(""), "worker", "The method stopped with an error: RuntimeError: no explanation."),
        (KeyboardInterrupt(), "worker", "The run was interrupted."),
        (MemoryError(), "memory", "Out of memory."),
    ],
)
def test_causes(tmp_path: Path, error: BaseException, cause: str, text: str) -> None:
    failed = describe(error, folder=tmp_path, effective={"batch_size": 4})
    assert (failed.cause, failed.text) == (cause, text)


def test_the_worker_explains_the_errors_of_its_engine(tmp_path: Path) -> None:
    def explain(error: BaseException, effective: Mapping[str, Any]) -> WorkerError | None:
        if isinstance(error, ArithmeticError):
            return WorkerError(f"Too hot at batch {effective['batch']}.", hint="Cool it.", code="gpu-driver")
        return None

    try:
        try:
            raise ArithmeticError("inner")
        except ArithmeticError as error:
            raise RuntimeError("outer") from error
    except RuntimeError as error:
        failed = describe(error, folder=tmp_path, effective={"batch": 3}, explain=explain)
        other = describe(ValueError("other"), folder=tmp_path, effective={}, explain=explain)
    assert (failed.cause, failed.text, failed.hint) == ("gpu-driver", "Too hot at batch 3.", "Cool it.")
    assert failed.is_system and "RuntimeError: outer" in failed.details
    assert (other.cause, other.text) == ("worker", "The method stopped with an error: ValueError: other.")


def test_a_worker_that_cannot_explain_hides_nothing(tmp_path: Path) -> None:
    def explain(error: BaseException, effective: Mapping[str, Any]) -> WorkerError | None:
        raise KeyError("batch")

    failed = describe(ValueError("the real one"), folder=tmp_path, effective={}, explain=explain)
    assert failed.text == "The method stopped with an error: ValueError: the real one."
    assert "could not explain this: KeyError" in failed.details


def test_nobody_else_can_read_a_run(workshop: Workshop) -> None:
    record = workshop.make(epochs=1)
    workshop.run(record)
    files = [path for path in record.folder.iterdir() if path.is_file()]
    assert len(files) >= 4
    for path in (record.folder, *files):
        assert path.stat().st_mode & 0o077 == 0, path
