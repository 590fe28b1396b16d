"""Groups in several sets, and where they would be at home."""

from __future__ import annotations

import numpy as np

from core.checks.data import Sets
from core.checks.leaks import across_sets, homes_of, together, with_different, without
from core.domain.snapshots import Split


def sets(numbers: list[int]) -> Sets:
    found = np.array(numbers)
    places = np.flatnonzero(found >= 0)
    return Sets(("train", "val", "test"), tuple(Split), places, found[places])


def test_groups_in_several_sets_show_an_image_of_each_first() -> None:
    groups = np.array([0, 0, 0, 3, 3, 5, -1, -1])
    found = across_sets(groups, sets([0, 0, 1, 2, 2, 0, 0, 1]))
    assert found.places.tolist() == [0, 2, 1]
    assert found.starts.tolist() == [0]
    assert without(together(groups, np.arange(8)), found, groups).places.tolist() == [3, 4]
    assert with_different(found, groups, np.array([1, 1, 1, 2, 3, 4, 5, 6])).n == 0


def test_a_group_is_at_home_where_most_of_it_is() -> None:
    groups, held = np.array([0, 0, 0, 3, 3]), sets([0, 1, 1, 2, 0])
    homes = homes_of(across_sets(groups, held), held)
    assert list(zip(homes.places.tolist(), homes.sources.tolist(), homes.targets.tolist(), strict=True)) == [
        (0, 0, 1),
        (3, 2, 0),
    ]
    assert homes.after(held, moved=True) == (("train", 2), ("val", 3), ("test", 0))
    assert homes.after(held, moved=False) == (("train", 1), ("val", 2), ("test", 0))


def test_an_image_in_two_sets_is_at_home_in_one() -> None:
    held = Sets(("a", "b"), (Split.TRAIN, Split.VAL), np.array([0, 0, 1]), np.array([0, 1, 0]))
    homes = homes_of(across_sets(np.array([0, 0]), held), held)
    assert (homes.places.tolist(), homes.sources.tolist(), homes.targets.tolist()) == ([0], [1], [0])
