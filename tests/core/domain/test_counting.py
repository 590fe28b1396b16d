from __future__ import annotations

from core.domain.counting import all_done


def test_one_epoch_is_told_as_one() -> None:
    assert all_done(1) == "the one epoch done"
    assert all_done(28) == "all 28 epochs done"
