from __future__ import annotations

import time

import numpy as np

from ui.grids.chosen_rows import ChosenRows

MILLION = 1_000_000


def _rows(chosen: ChosenRows) -> list[int]:
    return np.flatnonzero(chosen.mask).tolist()


def test_stretches_steps_and_single_rows() -> None:
    chosen = ChosenRows(20)
    assert not len(chosen)
    assert chosen.first() is None
    chosen.choose(range(3, 6))
    chosen.choose(range(10, 40, 4))
    chosen.toggle(4)
    chosen.toggle(0)
    assert _rows(chosen) == [0, 3, 5, 10, 14, 18]
    assert len(chosen) == 6
    assert 5 in chosen
    assert 4 not in chosen
    assert 20 not in chosen
    assert list(chosen.stretches(range(12))) == [range(1), range(3, 4), range(5, 6), range(10, 11)]
    assert chosen.first() == 0


def test_a_block_takes_the_same_columns_of_each_line() -> None:
    chosen = ChosenRows(14)
    chosen.choose_block(range(1, 4), range(1, 3), 4)
    assert _rows(chosen) == [5, 6, 9, 10, 13], "the last line is not full"


def test_copies_are_apart_and_equal_while_alike() -> None:
    chosen = ChosenRows(5)
    chosen.choose(range(1, 3))
    other = chosen.copy()
    assert other == chosen
    other.toggle(4)
    assert other != chosen
    assert _rows(chosen) == [1, 2]
    other.clear()
    assert other == ChosenRows(5)


def test_all_of_a_million_and_the_others_take_a_moment() -> None:
    chosen = ChosenRows(MILLION)
    began = time.thread_time()
    chosen.choose(range(MILLION))
    chosen.toggle(500_000)
    others = ChosenRows.of_mask(~chosen.mask)
    spent = time.thread_time() - began
    assert len(chosen) == MILLION - 1
    assert _rows(others) == [500_000]
    assert spent < 0.1
