"""Pictures that look the same among 100,000, and what a look at all pairs would take."""

from __future__ import annotations

import time

import numpy as np
import pytest

from core.fingerprints.alike import find_alike
from core.fingerprints.kept import Fingerprints
from core.images.fingerprint import SIDE

N = 100_000
MOST_CPU_S = 60.0


@pytest.mark.benchmark
def test_near_duplicates_among_a_hundred_thousand() -> None:
    rng = np.random.default_rng(3)
    # Smooth pictures, as pages and photographs are: noise would be far apart from the first direction on.
    coarse = rng.normal(size=(N, 6, 6)).astype(np.float32)
    grown = coarse.repeat(SIDE // 6, axis=1).repeat(SIDE // 6, axis=2).reshape(N, -1)
    grown[N // 2 : N // 2 + 1000] = grown[:1000] + rng.normal(scale=0.05, size=(1000, SIDE * SIDE))
    found = Fingerprints(np.clip(np.rint(grown * 31), -127, 127).astype(np.int8), np.full(N, 50.0, np.float32))
    started = time.process_time()
    groups = find_alike(found, np.ones(N))
    taken = time.process_time() - started
    print(f"\n{N} pictures compared in {taken:.1f} CPU s")
    assert (groups[N // 2 : N // 2 + 1000] == np.arange(1000)).all()
    assert taken <= MOST_CPU_S
