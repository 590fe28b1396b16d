"""Why a training ended, in words, and whether epochs are missing."""

from __future__ import annotations

import pytest

from core.domain.runs import RunStatus
from core.workers.builtin.torch_training.worker.ending import Ending, early_stop


@pytest.mark.parametrize(
    ("ending", "done", "words", "is_short"),
    [
        (Ending(), 6, "all 6 epochs done, best epoch 2", False),
        (early_stop(3, 2), 5, "early stop, patience 3, best epoch 2", False),
        (Ending("stopped", RunStatus.TERMINATED), 4, "stopped after 4 of 6 epochs, best epoch 2", True),
        (Ending("time limit reached"), 4, "time limit reached after 4 of 6 epochs, best epoch 2", True),
        (Ending("time limit reached"), 6, "all 6 epochs done, best epoch 2", False),
        (Ending("no loss", RunStatus.FAILED), 4, "no loss; the weights of epoch 2 are kept", True),
    ],
)
def test_an_ending_says_what_is_missing(ending: Ending, done: int, words: str, is_short: bool) -> None:
    assert ending.in_words(done, 6, 2) == words
    assert ending.cuts_short(done, 6) == is_short
