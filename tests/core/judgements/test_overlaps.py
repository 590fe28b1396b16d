"""A list and an array say the same, and both what a plain rule says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.judgements.overlaps import highest_overlap

numbers = st.integers(0, 30).map(float)
boxes = st.tuples(numbers, numbers, st.integers(1, 20), st.integers(1, 20)).map(
    lambda v: (v[0], v[1], v[0] + v[2], v[1] + v[3])
)


@given(boxes, st.lists(boxes, max_size=5))
def test_lists_and_arrays_agree(box, others):
    as_array = np.array(others, dtype=np.float64).reshape(-1, 4)
    assert highest_overlap(box, others) == pytest.approx(highest_overlap(box, as_array))


def test_known_overlaps():
    assert highest_overlap((0, 0, 10, 10), [(20, 20, 30, 30), (0, 0, 10, 5)]) == 0.5
    assert highest_overlap((0, 0, 10, 10), [(10, 0, 20, 10)]) == 0.0
    assert highest_overlap((0, 0, 10, 10), []) == 0.0
