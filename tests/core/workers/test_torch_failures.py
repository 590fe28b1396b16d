from __future__ import annotations

import pytest

from core.errors import StorageError, WorkerError
from core.workers.builtin.yolo.failures import explain as explain_engine
from core.workers.torch_failures import explain


class OutOfMemoryError(RuntimeError):
    """Named as torch's."""


@pytest.mark.parametrize(
    ("error", "effective", "text"),
    [
        (OutOfMemoryError(), {}, "Out of GPU memory; try a smaller batch, smaller images or a smaller architecture."),
        (
            OutOfMemoryError(),
            {"batch_size": 8, "image_size": 64},
            "Out of GPU memory (batch 8, image size 64); try batch 4.",
        ),
        (RuntimeError("CUDA out of memory. Tried"), {"batch_size": 4}, "Out of GPU memory (batch 4); try batch 2."),
        (WorkerError("Full.", code="gpu-memory"), {"batch_size": 4}, "Out of GPU memory (batch 4); try batch 2."),
        (RuntimeError("CUDA error: launch failure\nmore"), {}, "GPU driver error: CUDA error: launch failure."),
    ],
)
def test_what_torch_says_becomes_a_sentence(error: BaseException, effective: dict[str, int], text: str) -> None:
    told = explain(error, effective)
    assert told is not None and told.text == text
    assert told.code == ("gpu-driver" if "driver" in text else "gpu-memory")


def test_a_file_that_torch_could_not_end_says_that_the_disk_is_full() -> None:
    told = explain(RuntimeError("[enforce fail at inline_container.cc:671] . unexpected pos 4275712 vs 4275608. "), {})
    assert isinstance(told, StorageError) and told.code == "E-250"
    assert told.text == "The disk is full: a file of the network could not be written to its end."


@pytest.mark.parametrize("error", [ValueError("cuda error"), RuntimeError("shapes differ"), WorkerError("Broken.")])
def test_what_is_not_torchs_is_left_alone(error: BaseException) -> None:
    assert explain(error, {"batch_size": 4}) is None


def test_the_engine_has_names_of_its_own_for_batch_and_size() -> None:
    told = explain_engine(OutOfMemoryError("x"), {"batch": 16, "imgsz": 320})
    assert told is not None and told.text == "Out of GPU memory (batch 16, image size 320); try batch 8."
