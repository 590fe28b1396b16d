"""Whether a training fits into the memory, in words and with a batch that does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.training.memory_need import DRIVER_BYTES, MemoryNeed, memory_issues
from core.training.timing import BatchTime

GB = 10**9
TIME = BatchTime(1.0, 16, peak_bytes=9 * GB, base_bytes=1 * GB, gpu_bytes=0)
ROOMY = MemoryNeed(TIME, free_bytes=20 * GB, batch_field="batch")
TIGHT = replace(ROOMY, free_bytes=6 * GB)


def test_what_fits_is_said_and_raises_no_issue() -> None:
    assert ROOMY.words == "about 9.9 GB of memory of 20.0 GB free"
    assert memory_issues(ROOMY) == ()
    assert memory_issues(None) == ()


def test_of_what_does_not_fit_the_batch_is_halved_until_it_does() -> None:
    (issue,) = memory_issues(TIGHT)
    assert issue.is_error and issue.code == "E-163"
    assert issue.text == (
        "A batch of 16 needs about 9.9 GB of memory; 6.0 GB are free. A batch of 8 needs about 5.5 GB."
    )
    assert issue.remedy is not None
    assert (issue.remedy.text, issue.remedy.values) == ("Use a batch of 8", (("batch", 8),))
    (smaller,) = memory_issues(replace(TIGHT, free_bytes=2 * GB))
    assert smaller.remedy is not None and smaller.remedy.values == (("batch", 1),)


def test_where_no_batch_fits_or_none_can_be_set_there_is_no_button() -> None:
    for need in (replace(TIGHT, free_bytes=GB), replace(TIGHT, batch_field="")):
        (issue,) = memory_issues(need)
        assert issue.remedy is None
        assert "smaller images or a smaller network" in issue.text


def test_beside_another_run_it_is_a_warning() -> None:
    (issue,) = memory_issues(replace(TIGHT, is_shared=True))
    assert (issue.code, issue.is_error) == ("W-164", False)
    assert "Another run computes there now" in issue.text
    assert issue.remedy is not None


def test_where_a_batch_was_tried_in_vain_half_of_it_is_offered() -> None:
    short = MemoryNeed(BatchTime(0.0, 16, is_short=True), free_bytes=2 * GB, batch_field="batch_size")
    (issue,) = memory_issues(short)
    assert issue.text.startswith("A batch of 16 was tried, and there was not enough memory for it: 2.0 GB")
    assert issue.remedy is not None and issue.remedy.values == (("batch_size", 8),)
    assert short.words == ""


def test_images_that_are_kept_count_and_are_named() -> None:
    (issue,) = memory_issues(replace(ROOMY, kept_bytes=15 * GB))
    assert "24.9 GB of memory, 15.0 GB of it for images that are kept" in issue.text


def test_a_gpu_has_memory_of_its_own() -> None:
    time = replace(TIME, peak_bytes=3 * GB, gpu_bytes=8 * GB)
    need = MemoryNeed(time, free_bytes=20 * GB, gpu_free_bytes=12 * GB, batch_field="batch")
    assert need.words == "about 9.2 GB of GPU memory of 12.0 GB free, and about 3.3 GB of memory of 20.0 GB free"
    assert memory_issues(need) == ()
    (issue,) = memory_issues(replace(need, gpu_free_bytes=6 * GB))
    assert "of the GPU's memory; 6.0 GB are free. A batch of 8 needs about 4.8 GB." in issue.text
    assert need.bytes_of(16)[1] == pytest.approx(8.8 * GB + DRIVER_BYTES)


def test_what_nobody_tried_says_nothing() -> None:
    """A note of an older Calque."""
    unknown = MemoryNeed(BatchTime(1.0, 16), free_bytes=GB)
    assert (unknown.words, memory_issues(unknown)) == ("", ())
