"""Choosing the most different: far from what is labelled, and from each other."""

from __future__ import annotations

import numpy as np
import pytest

from core.similar import choosing, vectors
from core.similar.choosing import most_different, nearest_to
from core.similar.vectors import N_KEPT, VectorsOnDisk, of_length_one, projected


def bunch(direction: int, n: int, seed: int = 0) -> np.ndarray:
    """Vectors near to one axis."""
    rng = np.random.default_rng(seed + direction)
    vectors = rng.normal(0, 0.02, (n, 8)).astype(np.float32)
    vectors[:, direction] += 1
    return of_length_one(vectors)


def test_one_of_each_bunch_that_is_not_labelled_is_chosen() -> None:
    candidates = np.concatenate([bunch(0, 30), bunch(1, 20), bunch(2, 5)])
    chosen = most_different(candidates, bunch(0, 10, seed=9), 2)
    kinds = [0 if place < 30 else 1 if place < 50 else 2 for place in chosen.places.tolist()]
    assert set(kinds) == {1, 2}
    assert (chosen.nearest[30:50] == kinds.index(1)).all()
    assert (chosen.nearest[:30] == -1).all(), "labelled images speak for those like them"


def test_without_labels_the_first_stands_for_the_largest_bunch() -> None:
    candidates = np.concatenate([bunch(0, 3), bunch(1, 40)])
    chosen = most_different(candidates, np.zeros((0, 8), dtype=np.float32), 2)
    assert chosen.places[0] >= 3
    assert chosen.places[1] < 3


def test_copies_are_chosen_once_each_and_never_more_than_there_are() -> None:
    same = np.repeat(bunch(0, 1), 4, axis=0)
    chosen = most_different(same, np.zeros((0, 8), dtype=np.float32), 10)
    assert sorted(chosen.places.tolist()) == [0, 1, 2, 3]
    assert len(most_different(same[:0], same, 10).places) == 0


def test_choosing_can_be_given_up() -> None:
    class GivenUpError(Exception):
        pass

    def check(share: float) -> None:
        raise GivenUpError

    with pytest.raises(GivenUpError):
        most_different(bunch(0, 4), bunch(1, 4), 2, check)


def test_the_nearest_come_in_order_without_the_asked_one() -> None:
    vectors = of_length_one(np.array([[1, 0], [0.9, 0.1], [0, 1], [1, 0.01]], dtype=np.float32))
    places, likeness = nearest_to(vectors, 0, 2)
    assert places.tolist() == [3, 1]
    assert likeness[0] > likeness[1]
    assert len(nearest_to(vectors[:1], 0, 5)[0]) == 0


def test_projecting_keeps_angles_nearly() -> None:
    rng = np.random.default_rng(1)
    features = np.abs(rng.normal(size=(40, 1280)))
    exact = of_length_one(features) @ of_length_one(features).T
    kept = projected(features)
    assert kept.shape == (40, N_KEPT)
    assert np.abs(kept @ kept.T - exact).max() < 0.2
    assert np.allclose(np.linalg.norm(kept, axis=1), 1, atol=1e-5)


def test_what_is_too_much_to_hold_is_chosen_from_the_disk(tmp_path, monkeypatch) -> None:
    """A few at a time, and none of the values is copied."""
    monkeypatch.setattr(choosing, "_AT_ONCE", 7)
    values = np.concatenate([bunch(0, 30), bunch(1, 20), bunch(2, 5)]).astype(np.float16)
    np.save(tmp_path / "values.npy", values)
    kept = np.load(tmp_path / "values.npy", mmap_mode="r")
    numbers, some = np.arange(len(values))[::-1], np.arange(0, len(values), 2)
    found = VectorsOnDisk(kept, numbers)
    held = found.some(some)
    assert isinstance(held, np.ndarray)
    monkeypatch.setattr(vectors, "_MOST_HELD", 0)
    read = found.some(some)
    assert isinstance(read, VectorsOnDisk)
    labelled = bunch(3, 4)
    for one, other in ((held, read), (of_length_one(values[::-1]), found)):
        assert most_different(one, labelled, 4).places.tolist() == most_different(other, labelled, 4).places.tolist()
        assert (
            most_different(one, labelled[:0], 4).places.tolist()
            == most_different(other, labelled[:0], 4).places.tolist()
        )
        assert nearest_to(one, 3, 5)[0].tolist() == nearest_to(other, 3, 5)[0].tolist()
